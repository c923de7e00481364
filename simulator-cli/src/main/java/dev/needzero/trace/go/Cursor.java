package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;

/** Reads one batch's payload with every step checked: for tables, where speed does not matter. */
final class Cursor {
    private final Batches batches;
    private byte[] bytes;
    private long place;
    private int at;
    private int limit;

    Cursor(Batches batches) {
        this.batches = batches;
    }

    /** Goes to the beginning of the payload at a place. */
    Cursor open(long payload) {
        place = payload;
        bytes = batches.bytesAt(payload);
        at = Batches.index(payload);
        limit = at + Batches.length(payload);
        return this;
    }

    boolean hasMore() {
        return at < limit;
    }

    int readByte() throws BadInputException {
        if (at >= limit) {
            throw damage("it ends too early");
        }
        return bytes[at++] & 0xff;
    }

    void expect(int type, String what) throws BadInputException {
        int found = readByte();
        if (found != type) {
            at--;
            throw damage("found a byte " + found + "; expected " + type + ", the start of " + what);
        }
    }

    long readNumber() throws BadInputException {
        int end = Varint.end(bytes, at);
        if (end < 0 && limit - at >= Varint.MAX_BYTES) {
            throw damage("a number of more than " + Varint.MAX_BYTES + " bytes");
        }
        if (end < 0 || end > limit) {
            throw damage("it ends within a number");
        }
        long value = Varint.read(bytes, at);
        at = end;
        return value;
    }

    /** Passes over numbers whose values do not matter. */
    void skipNumbers(int count) throws BadInputException {
        byte[] in = bytes;
        int to = at;
        for (int i = 0; i < count; i++) {
            int end = Varint.end(in, to);
            if (end < 0 || end > limit) {
                at = to;
                readNumber(); // complains
            }
            to = end;
        }
        at = to;
    }

    /** A number that says how many bytes or things follow. */
    int readCount(String what, int max) throws BadInputException {
        int start = at;
        long count = readNumber();
        if (count < 0 || count > max) {
            at = start;
            throw damage(what + " of " + Long.toUnsignedString(count) + "; expected at most " + max);
        }
        return (int) count;
    }

    /** Passes over a text and returns where it lies. */
    long readText(int maxBytes) throws BadInputException {
        int length = readCount("a text length", maxBytes);
        if (length > limit - at) {
            throw damage("a text of " + length + " bytes where " + (limit - at) + " are left");
        }
        long text = Batches.place(place, at, length);
        at += length;
        return text;
    }

    /** Where the byte read next lies, up to the payload's end. */
    long rest() {
        return Batches.place(place, at, limit - at);
    }

    BadInputException damage(String problem) {
        return batches.damage(place, at, "damaged table: " + problem);
    }
}
