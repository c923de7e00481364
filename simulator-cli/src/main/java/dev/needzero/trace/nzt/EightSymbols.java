package dev.needzero.trace.nzt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Questions about eight one-byte symbols at once. Their buffers have room to spare, see {@link Section}. */
final class EightSymbols {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private EightSymbols() {}

    static long at(byte[] symbols, int offset) {
        return (long) LONG.get(symbols, offset);
    }

    /** Whether all eight are the same. */
    static boolean areOne(byte[] symbols, int offset) {
        long eight = at(symbols, offset);
        return Long.rotateLeft(eight, Byte.SIZE) == eight;
    }

    /** Whether one is 0: taking 1 from each byte sets the high bit of those that did not have it only where it borrows. */
    static boolean holdZero(long eight) {
        return (eight - ONES & ~eight & HIGHS) != 0;
    }
}
