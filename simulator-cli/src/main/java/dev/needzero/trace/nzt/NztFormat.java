package dev.needzero.trace.nzt;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Whether a file begins as one of this format does, not packed in anything. */
    public static boolean isUnpacked(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(Block.FILE_MAGIC.length), Block.FILE_MAGIC);
        }
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
