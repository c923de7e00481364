package dev.needzero.trace.nzt;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.Arrays;

/** needzero's own format. */
public final class NztFormat implements TraceFormat {
    @Override
    public String name() {
        return "nzt";
    }

    @Override
    public String description() {
        return "needzero's own binary format (.nzt), written by convert";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        int length = Block.FILE_MAGIC.length;
        return head.length >= length && Arrays.equals(head, 0, length, Block.FILE_MAGIC, 0, length);
    }

    @Override
    public TraceReader open(TraceInput input) throws IOException {
        return NztReader.open(input, false);
    }

    @Override
    public TraceReader openDamaged(TraceInput input) throws IOException {
        return NztReader.open(input, true);
    }
}
