package dev.needzero.trace.go;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Unsigned numbers as Go's tracer writes them: seven bits a byte, the lowest first, the high bit set on all bytes but the
 * last; at most ten bytes, padding allowed.
 *
 * <p>Lengths are told by branches, which a processor guesses, and not from the bits of a word, which it must wait for. An
 * array must reach {@link #SLACK_BYTES} beyond the last byte where a number can begin.
 */
final class Varint {
    static final int MAX_BYTES = 10;
    static final int SLACK_BYTES = MAX_BYTES + Long.BYTES;

    private static final VarHandle HALF = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Varint() {}

    /** The four bytes at {@code at}, the first in the lowest bits. */
    static int half(byte[] bytes, int at) {
        return (int) HALF.get(bytes, at);
    }

    /** The number at {@code at}, of any length; what an overlong one holds does not matter, see {@link #end}. */
    static long read(byte[] bytes, int at) {
        int first = bytes[at];
        if (first >= 0) {
            return first;
        }
        long value = first & 0x7f;
        for (int i = 1; i < MAX_BYTES; i++) {
            int b = bytes[at + i];
            value |= (long) (b & 0x7f) << 7 * i;
            if (b >= 0) {
                break;
            }
        }
        return value;
    }

    /** The index after the number at {@code at}, or -1 if it has more than ten bytes. */
    static int end(byte[] bytes, int at) {
        int end = at;
        while (bytes[end] < 0) {
            if (++end == at + MAX_BYTES) {
                return -1;
            }
        }
        return end + 1;
    }
}
