package dev.needzero.experiment;

/**
 * Counts in buckets that double in width: bucket 0 holds the value 0, bucket n the values in {@code [2^(n-1), 2^n)}. Each
 * count carries a weight beside it, the bytes behind it.
 */
public final class Histogram {
    private static final int BUCKETS = 64;

    private final long[] counts = new long[BUCKETS];
    private final long[] weights = new long[BUCKETS];
    private long count;
    private int lowest = BUCKETS;
    private int highest = -1;

    /** @param value not negative */
    void add(long value, long weight) {
        int bucket = Long.SIZE - Long.numberOfLeadingZeros(value);
        counts[bucket]++;
        weights[bucket] += weight;
        count++;
        lowest = Math.min(lowest, bucket);
        highest = Math.max(highest, bucket);
    }

    /** Values counted. */
    public long count() {
        return count;
    }

    /** The first bucket that holds something; beyond {@link #highest} when none does. */
    public int lowest() {
        return lowest;
    }

    /** The last bucket that holds something, or -1. */
    public int highest() {
        return highest;
    }

    public long count(int bucket) {
        return counts[bucket];
    }

    public long weight(int bucket) {
        return weights[bucket];
    }

    /** The least value that belongs to a bucket. */
    public static long from(int bucket) {
        return bucket == 0 ? 0 : 1L << bucket - 1;
    }
}
