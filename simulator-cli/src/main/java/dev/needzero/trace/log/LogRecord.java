package dev.needzero.trace.log;

import dev.needzero.trace.BadInputException;
import java.util.Arrays;

/** One record of a log: a text a column, null where there is none. Reused from record to record. */
final class LogRecord {
    private final String[] values = new String[Column.ALL.length];

    void clear() {
        Arrays.fill(values, null);
    }

    void set(Column column, String value) {
        values[column.ordinal()] = value;
    }

    void set(Column column, long value) {
        set(column, Long.toString(value));
    }

    /** The text, or null if it is missing or empty. */
    String text(Column column) {
        String value = values[column.ordinal()];
        return value == null || value.isEmpty() ? null : value;
    }

    boolean has(Column column) {
        return text(column) != null;
    }

    long number(Column column, long otherwise, String where) throws BadInputException {
        String text = text(column);
        if (text == null) {
            return otherwise;
        }
        try {
            return parseNumber(text);
        } catch (NumberFormatException e) {
            throw new BadInputException(
                    where, column.title + " is \"" + excerpt(text) + "\", expected a whole number or 0x…");
        }
    }

    long required(Column column, String where) throws BadInputException {
        if (!has(column)) {
            throw new BadInputException(where, text(Column.OP) + " needs a " + column.title);
        }
        return number(column, 0, where);
    }

    /** A whole number, or up to 64 bits in base 16 behind {@code 0x}. */
    static long parseNumber(String text) {
        String trimmed = text.trim();
        if (trimmed.startsWith("0x") || trimmed.startsWith("0X")) {
            return Long.parseUnsignedLong(trimmed.substring(2), 16);
        }
        return Long.parseLong(trimmed);
    }

    /** As much of a text as a message should show. */
    static String excerpt(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
