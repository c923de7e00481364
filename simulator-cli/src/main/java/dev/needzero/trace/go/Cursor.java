package dev.needzero.trace.go;

import java.util.Arrays;

/** Walks one batch's payload, with every read checked. For the tables; events have a faster loop of their own. */
final class Cursor {
    /** The payload is not what it should be. */
    static final class Damage extends Exception {
        private static final long serialVersionUID = 1L;

        Damage(String message) {
            super(message);
        }
    }

    private final byte[] data;
    private int at;

    Cursor(byte[] data) {
        this.data = data;
    }

    boolean hasMore() {
        return at < data.length;
    }

    void skip(int n) throws Damage {
        if (n > data.length - at) {
            throw damage("the batch ends inside a record");
        }
        at += n;
    }

    void expect(int type, String what) throws Damage {
        skip(1);
        if (data[at - 1] != type) {
            throw damage("found record type " + data[at - 1] + "; expected " + what);
        }
    }

    long uvarint() throws Damage {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            skip(1);
            byte b = data[at - 1];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw damage("a number of more than 10 bytes");
    }

    byte[] bytes(int max) throws Damage {
        long n = uvarint();
        if (n < 0 || n > max || n > data.length - at) {
            throw damage("a text of " + Long.toUnsignedString(n) + " bytes does not fit");
        }
        at += (int) n;
        return Arrays.copyOfRange(data, at - (int) n, at);
    }

    Damage damage(String problem) {
        return new Damage(problem + " (at byte " + at + " of the batch's payload)");
    }
}
