package dev.needzero.report;

import dev.needzero.trace.AtomicOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** A result that is there whole or not at all. */
public final class TargetFile {
    /** Writes what the file is to hold. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private TargetFile() {}

    public static void write(Path file, Content content) throws IOException {
        try (AtomicOutput out = new AtomicOutput(file, true)) {
            content.writeTo(out.stream());
            out.commit();
        }
    }
}
