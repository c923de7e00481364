package dev.needzero.trace.nzt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The numbers of a section, one behind the other, each as long as it needs to be. The ones at the low end of the first
 * byte, up to the first zero, say how many more bytes there are, so that a number is had with one load, one count, one
 * shift and one mask, without a branch that depends on the data (but for those above 2^56).
 *
 * <p>Reading past the section's end yields junk, not an exception, as far as the buffer goes; {@link #checkConsumed} finds
 * that out once the block is decoded.
 */
final class NumberStream {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LONGEST_SHORT = 8;
    static final int MAX_BYTES = 9;

    private byte[] bytes = new byte[Long.BYTES];
    private int at;
    private int end;

    /** @param source a buffer with {@link Long#BYTES} to spare behind the section */
    void reset(byte[] source, int length) {
        bytes = source;
        at = 0;
        end = length;
    }

    boolean hasMore() {
        return at < end;
    }

    long unsigned() {
        long word = (long) LONG.get(bytes, at);
        int length = Long.numberOfTrailingZeros(~word) + 1;
        if (length > LONGEST_SHORT) {
            long value = (long) LONG.get(bytes, at + 1);
            at += MAX_BYTES;
            return value;
        }
        at += length;
        // Shifts count modulo 64: at length 8 nothing is masked off above, for the word ends there.
        return (word >>> length) & (-1L >>> (Long.SIZE - 7 * length));
    }

    long signed() {
        long value = unsigned();
        return (value >>> 1) ^ -(value & 1);
    }

    void checkConsumed() throws DamagedBlockException {
        if (at != end) {
            throw new DamagedBlockException("its events take " + at + " bytes of a section of " + end);
        }
    }

    static void writeUnsigned(ByteSink out, long value) {
        int length = 1;
        while (length <= LONGEST_SHORT && value >>> (7 * length) != 0) {
            length++;
        }
        if (length > LONGEST_SHORT) {
            out.u8(0xff);
            out.u64(value);
            return;
        }
        long word = (value << length) | ((1L << (length - 1)) - 1);
        for (int i = 0; i < length; i++) {
            out.u8((int) (word >>> (8 * i)));
        }
    }

    static void writeSigned(ByteSink out, long value) {
        writeUnsigned(out, (value << 1) ^ (value >> 63));
    }
}
