package dev.needzero.trace.go;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Unsigned numbers as Go's tracer writes them: seven bits a byte, the lowest first, the high bit set on all bytes but the
 * last; at most ten bytes, padding allowed.
 *
 * <p>A number is read by looking at eight bytes at once, so an array must reach {@link #SLACK_BYTES} beyond the last byte
 * where a number can begin.
 */
final class Varint {
    static final int MAX_BYTES = 10;
    static final int SLACK_BYTES = MAX_BYTES + Long.BYTES;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle HALF = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Varint() {}

    /** The eight bytes at {@code at}, the first in the lowest bits. */
    static long word(byte[] bytes, int at) {
        return (long) WORD.get(bytes, at);
    }

    /** The four bytes at {@code at}, the first in the lowest bits. */
    static int half(byte[] bytes, int at) {
        return (int) HALF.get(bytes, at);
    }

    /** The high bits of those bytes of a word that end a number; 0 if none does. */
    static long ends(long word) {
        return ~word & HIGH_BITS;
    }

    /** Bytes up to and including the first end. */
    static int length(long ends) {
        return (Long.numberOfTrailingZeros(ends) + 1) >>> 3;
    }

    /** The number that ends within the word: its groups of seven bits are pushed together, two, four, eight at a time. */
    static long value(long word, long ends) {
        long x = word & (ends ^ (ends - 1)) & ~HIGH_BITS;
        x = (x & 0x007f007f007f007fL) | ((x & 0x7f007f007f007f00L) >>> 1);
        x = (x & 0x00003fff00003fffL) | ((x & 0x3fff00003fff0000L) >>> 2);
        return (x & 0x000000000fffffffL) | ((x & 0x0fffffff00000000L) >>> 4);
    }

    /** The number at {@code at}, of any length; what an overlong one holds does not matter, see {@link #end}. */
    static long read(byte[] bytes, int at) {
        long word = word(bytes, at);
        long ends = ends(word);
        if (ends != 0) {
            return value(word, ends);
        }
        long value = 0;
        for (int i = 0; i < MAX_BYTES; i++) {
            byte b = bytes[at + i];
            value |= (long) (b & 0x7f) << (7 * i);
            if (b >= 0) {
                break;
            }
        }
        return value;
    }

    /** The index after the number at {@code at}, or -1 if it has more than ten bytes. */
    static int end(byte[] bytes, int at) {
        long ends = ends(word(bytes, at));
        if (ends != 0) {
            return at + length(ends);
        }
        return bytes[at + 8] >= 0 ? at + 9 : bytes[at + 9] >= 0 ? at + 10 : -1;
    }
}
