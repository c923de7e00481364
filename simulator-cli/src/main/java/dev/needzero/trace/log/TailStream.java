package dev.needzero.trace.log;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Remembers how a stream ended: with a line feed or without, or cut within compressed data, which ends it here too. */
final class TailStream extends FilterInputStream {
    private int lastByte = '\n';
    private boolean ended;
    private boolean cutShort;

    TailStream(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count;
        try {
            count = ended ? -1 : super.read(target, offset, length);
        } catch (EOFException e) {
            cutShort = true;
            count = -1;
        }
        if (count > 0) {
            lastByte = target[offset + count - 1];
        }
        ended |= count < 0;
        return count;
    }

    boolean endsWithoutLineFeed() {
        return ended && lastByte != '\n';
    }

    boolean isCutShort() {
        return cutShort;
    }
}
