package dev.needzero.trace.nzt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes of a file, from wherever they are wanted. */
record ChannelSource(FileChannel channel) implements BlockScanner.Source {
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return channel.read(ByteBuffer.wrap(target, offset, length));
    }

    @Override
    public void seek(long offset) throws IOException {
        channel.position(offset);
    }

    /** Bytes read so far, where nobody seeks; 0 once it is closed: only progress asks. */
    long position() {
        try {
            return channel.position();
        } catch (IOException e) {
            return 0;
        }
    }
}
