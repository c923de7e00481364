package dev.needzero.trace.mtrace;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** libmtrace's records. */
public final class MtraceFormat implements TraceFormat {
    static final String NAME = "mtrace";

    private static final int TYPE_OFFSET = 4;
    private static final int PTR1_OFFSET = 8;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "glibc malloc traces (.mtr, libmtrace.so): records of 64 bytes";
    }

    /** By the opening record; older traces lack it and are known by their name and a plausible first record. */
    @Override
    public boolean sniff(byte[] head, String fileName) {
        if (head.length < MtraceReader.RECORD_BYTES) {
            return false;
        }
        int type = head[TYPE_OFFSET] & 0xff;
        long ptr1 = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong(PTR1_OFFSET);
        boolean opening = type == 255 && ptr1 == 0x1234;
        return opening || type <= 8 && fileName.toLowerCase(Locale.ROOT).matches(".*\\.mtr(\\.gz|\\.zst)?");
    }

    @Override
    public TraceReader open(TraceInput input) {
        return new MtraceReader(input);
    }
}
