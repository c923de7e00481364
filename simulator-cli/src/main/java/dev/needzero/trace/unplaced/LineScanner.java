package dev.needzero.trace.unplaced;

import dev.needzero.trace.BadInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The lines of a text, as bytes in one reused buffer, and a cursor that takes fields from the current one. No object is
 * made for a line. A line ends at LF; a CR before it is no part of it.
 */
public final class LineScanner {
    /** Longer lines are no trace's (heaptrack's longest C++ symbols reach some ten KiB). */
    static final int MAX_LINE_BYTES = 1 << 20;

    private static final int NO_BYTE = -1;
    private static final int LONGEST_EXCERPT = 40;

    private final InputStream in;
    private final String file;

    private byte[] buffer = new byte[1 << 16];
    private int position;
    private int filled;
    private boolean sourceEnded;
    private boolean cutShort;

    private int lineEnd;
    private int cursor;
    private long lineNumber;
    private boolean terminated = true;

    public LineScanner(InputStream in, String file) {
        this.in = in;
        this.file = file;
    }

    /** Goes to the next line, empty ones included; false at the end. */
    public boolean nextLine() throws IOException {
        int searched = position;
        while (true) {
            for (int i = searched; i < filled; i++) {
                if (buffer[i] == '\n') {
                    take(i, i + 1, true);
                    return true;
                }
            }
            int unsearched = filled - position;
            if (!fill()) {
                if (position == filled) {
                    return false;
                }
                take(filled, filled, false);
                return true;
            }
            searched = position + unsearched;
        }
    }

    private void take(int end, int next, boolean hasLineFeed) {
        cursor = position;
        lineEnd = end > position && buffer[end - 1] == '\r' ? end - 1 : end;
        position = next;
        terminated = hasLineFeed;
        lineNumber++;
    }

    /** Brings more bytes behind those not yet taken; false when there are none. */
    private boolean fill() throws IOException {
        if (sourceEnded) {
            return false;
        }
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, filled - position);
            filled -= position;
            position = 0;
        } else if (filled == buffer.length) {
            if (buffer.length >= MAX_LINE_BYTES) {
                throw new BadInputException(
                        file + ":" + (lineNumber + 1),
                        "line is longer than " + MAX_LINE_BYTES + " bytes: not such a trace");
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int count;
        try {
            count = in.read(buffer, filled, buffer.length - filled);
        } catch (EOFException e) {
            // A compressed stream that stops in the middle: what came out of it before is still good.
            cutShort = true;
            count = -1;
        }
        if (count < 0) {
            sourceEnded = true;
            return false;
        }
        filled += count;
        return true;
    }

    /** Whether the current line is the last one and has no line feed, so that the rest of it may be missing. */
    public boolean lacksLineFeed() {
        return !terminated;
    }

    /** Whether the compressed source stopped in the middle. */
    public boolean isCutShort() {
        return cutShort;
    }

    public long lineNumber() {
        return lineNumber;
    }

    public String where() {
        return file + ":" + lineNumber;
    }

    public BadInputException bad(String problem) {
        return new BadInputException(where(), problem);
    }

    public boolean atEnd() {
        return cursor == lineEnd;
    }

    /** The byte at the cursor, or -1 at the line's end. */
    public int peek() {
        return cursor < lineEnd ? buffer[cursor] & 0xff : NO_BYTE;
    }

    public void skip() {
        cursor++;
    }

    public void skipSpaces() {
        while (cursor < lineEnd && (buffer[cursor] == ' ' || buffer[cursor] == '\t')) {
            cursor++;
        }
    }

    /** Takes {@code expected} if the line goes on with it. */
    public boolean take(char expected) {
        if (peek() == expected) {
            cursor++;
            return true;
        }
        return false;
    }

    public void expect(char expected, String context) throws BadInputException {
        if (!take(expected)) {
            throw bad("found " + excerpt() + ", expected '" + expected + "' " + context);
        }
    }

    /** Takes a word of ASCII letters and underscores, which may be empty. */
    public boolean takeWord(String word) {
        int length = word.length();
        if (lineEnd - cursor < length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer[cursor + i] != word.charAt(i)) {
                return false;
            }
        }
        cursor += length;
        return true;
    }

    /** A whole number from 0 to 2^63 - 1. */
    public long decimal(String what) throws BadInputException {
        int start = cursor;
        long value = 0;
        for (; cursor < lineEnd; cursor++) {
            int digit = buffer[cursor] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            if (value > (Long.MAX_VALUE - digit) / 10) {
                cursor = start;
                throw bad(what + " " + excerpt() + " is beyond 2^63 - 1");
            }
            value = value * 10 + digit;
        }
        if (cursor == start) {
            throw bad(what + " is " + excerpt() + ", expected a whole number");
        }
        return value;
    }

    /** A number of up to 64 bits in base 16, with or without {@code 0x}. */
    public long hex(String what) throws BadInputException {
        int start = cursor;
        if (peek() == '0' && cursor + 1 < lineEnd && (buffer[cursor + 1] | 0x20) == 'x') {
            cursor += 2;
        }
        int first = cursor;
        long value = 0;
        for (; cursor < lineEnd; cursor++) {
            int digit = Character.digit(buffer[cursor], 16);
            if (digit < 0) {
                break;
            }
            if (value >>> 60 != 0) {
                cursor = start;
                throw bad(what + " " + excerpt() + " is longer than 64 bits");
            }
            value = value << 4 | digit;
        }
        if (cursor == first) {
            cursor = start;
            throw bad(what + " is " + excerpt() + ", expected a hexadecimal number");
        }
        return value;
    }

    /** The bytes up to the line's end, as UTF-8. */
    public String rest() {
        String text = new String(buffer, cursor, lineEnd - cursor, StandardCharsets.UTF_8);
        cursor = lineEnd;
        return text;
    }

    /** The next {@code length} bytes as UTF-8. */
    public String text(long length, String what) throws BadInputException {
        if (length < 0 || length > lineEnd - cursor) {
            throw bad(what + " should be " + length + " bytes long, but only " + (lineEnd - cursor) + " follow");
        }
        String text = new String(buffer, cursor, (int) length, StandardCharsets.UTF_8);
        cursor += (int) length;
        return text;
    }

    public void expectEnd() throws BadInputException {
        skipSpaces();
        if (!atEnd()) {
            throw bad("found " + excerpt() + " after the last field, expected the end of the line");
        }
    }

    /** What stands at the cursor, quoted, for a message. */
    public String excerpt() {
        if (atEnd()) {
            return "the end of the line";
        }
        int length = Math.min(lineEnd - cursor, LONGEST_EXCERPT);
        StringBuilder text = new StringBuilder("\"");
        for (int i = cursor; i < cursor + length; i++) {
            int b = buffer[i] & 0xff;
            text.append(b >= ' ' && b < 0x7f ? (char) b : '?');
        }
        return text.append(length < lineEnd - cursor ? "…\"" : "\"").toString();
    }
}
