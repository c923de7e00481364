package dev.needzero.trace;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** A small text file that a user hands over beside a trace: rules, smaps, a page of metrics. */
public final class TextFile {
    /** Far beyond any real one; what is longer is something else. */
    private static final int MAX_BYTES = 256 << 20;

    private TextFile() {}

    /** A JSON object, as one line holds it or a whole file. */
    public static Map<String, Object> json(String text, String where) throws IOException {
        try {
            return JSON.std.mapFrom(text);
        } catch (JacksonException e) {
            throw new BadInputException(where, "is not JSON: " + e.getOriginalMessage());
        }
    }

    /**
     * Reads it whole; bytes that are no UTF-8 become question marks, for the line they stand on to be complained of.
     *
     * @param expected what should be in it, for messages
     */
    public static String read(Path file, String expected) throws IOException {
        if (Files.isDirectory(file)) {
            throw new BadInputException(file.toString(), "is a directory; expected a file with " + expected);
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file.toString(), "no such file; expected one with " + expected);
        } catch (AccessDeniedException e) {
            throw new BadInputException(file.toString(), "may not be read (permission denied)");
        }
        if (bytes.length > MAX_BYTES) {
            throw new BadInputException(
                    file.toString(), "is longer than " + (MAX_BYTES >> 20) + " MiB; expected " + expected);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
