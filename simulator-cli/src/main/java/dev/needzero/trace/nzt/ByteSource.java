package dev.needzero.trace.nzt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Takes the format's numbers from a stretch of a byte array. Running out of it, or a number that cannot be, is a
 * {@link DamagedBlockException}.
 */
final class ByteSource {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int position;
    private int limit;

    ByteSource(byte[] bytes, int offset, int length) {
        reset(bytes, offset, length);
    }

    void reset(byte[] newBytes, int offset, int length) {
        bytes = newBytes;
        position = offset;
        limit = offset + length;
    }

    int remaining() {
        return limit - position;
    }

    private int take(long count) throws DamagedBlockException {
        if (count < 0 || count > limit - position) {
            throw new DamagedBlockException(count + " bytes should follow, but " + (limit - position) + " do");
        }
        int start = position;
        position += (int) count;
        return start;
    }

    int u8() throws DamagedBlockException {
        return bytes[take(1)] & 0xff;
    }

    int u32() throws DamagedBlockException {
        return (int) INT.get(bytes, take(Integer.BYTES));
    }

    long u64() throws DamagedBlockException {
        return (long) LONG.get(bytes, take(Long.BYTES));
    }

    long uv() throws DamagedBlockException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (position == limit) {
                throw new DamagedBlockException("it ends within a number");
            }
            byte b = bytes[position++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new DamagedBlockException("a number of more than 10 bytes");
    }

    /** A number that counts something: from 0 to {@code max}. */
    int count(long max, String what) throws DamagedBlockException {
        long value = uv();
        if (value < 0 || value > max) {
            throw new DamagedBlockException(Long.toUnsignedString(value) + " " + what + ", expected at most " + max);
        }
        return (int) value;
    }

    long sv() throws DamagedBlockException {
        long value = uv();
        return value >>> 1 ^ -(value & 1);
    }

    String text() throws DamagedBlockException {
        int length = count(remaining(), "bytes of text");
        return new String(bytes, take(length), length, StandardCharsets.UTF_8);
    }

    byte[] array() {
        return bytes;
    }

    /** Skips {@code length} bytes and returns where they begin in {@link #array}. */
    int skip(long length) throws DamagedBlockException {
        return take(length);
    }
}
