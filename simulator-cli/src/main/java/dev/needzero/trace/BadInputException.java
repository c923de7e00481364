package dev.needzero.trace;

import java.io.IOException;

/** An input that cannot be read on: the message says where, what was found, what was expected, what to do. */
public final class BadInputException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param where file and line or byte offset, as in {@code traces/web.rep:1042} or {@code trace.gz: byte 4711}
     * @param problem what was found and what was expected
     */
    public BadInputException(String where, String problem) {
        super(where + ": " + problem);
    }

    public BadInputException(String message) {
        super(message);
    }
}
