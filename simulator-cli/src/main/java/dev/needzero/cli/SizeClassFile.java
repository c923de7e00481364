package dev.needzero.cli;

import dev.needzero.heap.SizeClasses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** A size-class table in a file: a line {@code BYTES PAGES} for each class. */
final class SizeClassFile {
    private static final long MAX_BYTES = 64 << 10;

    private SizeClassFile() {}

    /**
     * Reads a table.
     *
     * @param asUsageError makes of what is wrong what the command throws
     */
    static SizeClasses read(String file, Function<String, RuntimeException> asUsageError) {
        Path path = Path.of(file);
        try {
            if (!Files.isRegularFile(path)) {
                throw asUsageError.apply(
                        "there is no such file; expected a line BYTES PAGES for each size class in it");
            }
            if (Files.size(path) > MAX_BYTES) {
                throw asUsageError.apply("too long for a size-class table; expected at most 67 lines BYTES PAGES");
            }
            return SizeClasses.parse(Files.readString(path, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw asUsageError.apply(e.getMessage());
        } catch (IOException e) {
            throw asUsageError.apply("cannot be read as text: " + e.getMessage());
        }
    }
}
