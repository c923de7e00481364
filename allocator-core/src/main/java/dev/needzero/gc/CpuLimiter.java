package dev.needzero.gc;

/**
 * The most that a collector may take of the processors over time: half, but for a leeway of one second of processor time a
 * P. A bucket fills with what the collector reads and drains with what the program allocates, both counted as bytes read:
 * nothing here has a clock. While the next collection would make it overflow, none begins, and the heap grows past its goal,
 * and past the memory limit.
 *
 * <p>The Go documentation's GC guide says it so: the limit is 50 %, over a window of 2 × GOMAXPROCS seconds of processor
 * time. Go: {@code runtime/mgclimit.go}, {@code gcCPULimiterState}. Simplified: Go begins such a collection, and lets it take
 * its time by sparing the program the assists; here it begins as much later.
 */
public final class CpuLimiter {
    /** No limit. */
    public static final CpuLimiter NONE = new CpuLimiter(Double.POSITIVE_INFINITY, 1);

    /** What a P marks in a second of processor time, roughly. */
    static final double MARKED_BYTES_A_SECOND = 1L << 30;

    /** Bytes allocated in the time that marking one takes: recorded programs lie between 0.07 and 0.48. */
    static final double ALLOCATED_PER_MARKED_BYTE = 0.25;

    private final double capacityBytes;
    private final double allocatedPerMarkedByte;
    private double filledBytes;
    private boolean limiting;

    private CpuLimiter(double capacityBytes, double allocatedPerMarkedByte) {
        this.capacityBytes = capacityBytes;
        this.allocatedPerMarkedByte = allocatedPerMarkedByte;
    }

    /** For a program with so many Ps of which no more is known. */
    public static CpuLimiter ofProcs(int procs) {
        return new CpuLimiter(procs * MARKED_BYTES_A_SECOND, ALLOCATED_PER_MARKED_BYTE);
    }

    /**
     * Whether a collection may begin now.
     *
     * @param allocatedBytes what the program allocated since this was last asked
     * @param workBytes what there is to read
     */
    boolean allows(long allocatedBytes, long workBytes) {
        filledBytes = Math.max(0, filledBytes - allocatedBytes / allocatedPerMarkedByte);
        limiting = filledBytes > 0 && filledBytes + workBytes > capacityBytes;
        return !limiting;
    }

    /** A collection read so much. */
    void collected(long workBytes) {
        filledBytes += workBytes;
    }

    /** Whether the last collection that was due was put off: no memory is given back for the limit's sake meanwhile. */
    boolean limiting() {
        return limiting;
    }
}
