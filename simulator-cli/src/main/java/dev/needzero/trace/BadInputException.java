package dev.needzero.trace;

import java.io.IOException;

/** An input that cannot be read on: the message says where, what was found, what was expected, what to do. */
public final class BadInputException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final int MOST_CHARACTERS = 600;

    /**
     * @param where file and line or byte offset, as in {@code traces/web.rep:1042} or {@code trace.gz: byte 4711}
     * @param problem what was found and what was expected
     */
    public BadInputException(String where, String problem) {
        this(where + ": " + problem);
    }

    public BadInputException(String message) {
        super(line(message));
    }

    /** One line, however much of a damaged input the message quotes. */
    private static String line(String message) {
        String line = message == null ? "" : message.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS - 1) + "…";
    }
}
