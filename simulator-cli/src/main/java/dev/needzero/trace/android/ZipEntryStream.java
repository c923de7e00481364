package dev.needzero.trace.android;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.InflationLimit;
import dev.needzero.trace.TraceInput;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** The first file of a zip archive, unpacked as it is read. Android's traces are archives of one file. */
final class ZipEntryStream extends InputStream {
    private final TraceInput input;
    private final ZipInputStream zip;
    private long inflatedBytes;

    ZipEntryStream(TraceInput input) throws IOException {
        this.input = input;
        this.zip = new ZipInputStream(input.stream());
        ZipEntry entry = nextFile();
        if (entry == null) {
            throw new BadInputException(input.name(), "a zip archive without a file in it; expected one trace");
        }
    }

    static boolean isZip(byte[] head) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    }

    private ZipEntry nextFile() throws IOException {
        try {
            ZipEntry entry = zip.getNextEntry();
            while (entry != null && entry.isDirectory()) {
                entry = zip.getNextEntry();
            }
            return entry;
        } catch (ZipException | IllegalArgumentException e) {
            throw damaged(e);
        }
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
            count = zip.read(target, offset, length);
        } catch (ZipException | IllegalArgumentException e) {
            throw damaged(e);
        }
        inflatedBytes += Math.max(0, count);
        String objection = InflationLimit.current().objection(input.bytesRead(), inflatedBytes);
        if (objection != null) {
            throw new BadInputException(
                    input.name(), objection + "; taken for a zip bomb. If that is meant, unpack it first");
        }
        return count;
    }

    private BadInputException damaged(Exception e) {
        return new BadInputException(
                input.name(), "damaged zip data near stored byte " + input.bytesRead() + " (" + e.getMessage() + ")");
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
