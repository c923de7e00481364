package dev.needzero.experiment;

import java.util.Arrays;

/**
 * How large objects are and how long they live, in bytes that the whole program allocates meanwhile and, where the trace has
 * a clock, in time.
 */
public final class Lifetimes {
    private static final long UNKNOWN = -1;

    /** When the objects of one table were born, by an index of the table's own. */
    static final class Births {
        private long[] bytes = {};
        private long[] nanos = {};

        private void set(int index, long bornBytes, long bornNanos) {
            if (index >= bytes.length) {
                int before = bytes.length;
                int length = Math.max(index + 1, before + (before >> 1) + 8);
                bytes = Arrays.copyOf(bytes, length);
                nanos = Arrays.copyOf(nanos, length);
                Arrays.fill(bytes, before, length, UNKNOWN);
            }
            bytes[index] = bornBytes;
            nanos[index] = bornNanos;
        }
    }

    private final Histogram sizes = new Histogram();
    private final Histogram inBytes = new Histogram();
    private final Histogram inNanos = new Histogram();
    private long allocatedBytes;

    /** An object comes into being. */
    void born(Births table, int index, long objectBytes, long nowNanos) {
        sizes.add(objectBytes, objectBytes);
        allocatedBytes += objectBytes;
        table.set(index, allocatedBytes, nowNanos);
    }

    /** An object is gone; one that was there before the trace has no known age and counts in none of the lifetimes. */
    void died(Births table, int index, long objectBytes, long nowNanos) {
        if (index >= table.bytes.length || table.bytes[index] == UNKNOWN) {
            return;
        }
        inBytes.add(Math.max(0, allocatedBytes - table.bytes[index]), objectBytes);
        inNanos.add(Math.max(0, nowNanos - table.nanos[index]), objectBytes);
        table.bytes[index] = UNKNOWN;
    }

    /** Sizes of the objects allocated, in bytes. */
    public Histogram sizes() {
        return sizes;
    }

    /** Of the objects whose birth and death the trace shows: bytes allocated between the two. */
    public Histogram inBytes() {
        return inBytes;
    }

    /** Of the same objects: nanoseconds between the two. */
    public Histogram inNanos() {
        return inNanos;
    }

    /** Objects allocated whose death the trace does not show. */
    public long survivors() {
        return sizes.count() - inBytes.count();
    }
}
