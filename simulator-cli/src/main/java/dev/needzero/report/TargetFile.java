package dev.needzero.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that is there whole or not at all: written under a passing name beside its own, then moved. */
public final class TargetFile {
    /** Writes what the file is to hold. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private TargetFile() {}

    public static void write(Path file, Content content) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            throw new IOException(file + ": there is no directory " + directory + " to write it in");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or a pipe, as in /dev/stdout: there is nothing to replace.
            try (OutputStream out = Files.newOutputStream(file)) {
                content.writeTo(out);
            }
            return;
        }
        Path passing = directory.resolve(
                "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(passing)) {
                content.writeTo(out);
            }
            Files.move(passing, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(passing);
        }
    }
}
