package dev.needzero.gc;

/**
 * How program and collector share the processors while a collection marks, and what the pacer learns from it.
 *
 * <p>The collector takes a quarter of the processors. If the program allocates so fast that its heap would pass the goal
 * before all is marked, its goroutines are made to assist until the two meet there. Go remembers, as the ratio of what was
 * allocated to what was marked in the same processor time, the largest of the last five cycles, and begins the next cycle
 * that much earlier.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code endCycle}, {@code trigger}; {@code go-runtime-model.md} §7.1. The collector's
 * share of the processors is taken as what it is; Go, with fewer than four Ps, assumes a quarter whatever it was.
 */
public final class MarkPhase {
    /** The collector's share without assists. */
    private static final double BACKGROUND_SHARE = 0.25;

    private static final int CYCLES_REMEMBERED = 5;

    private final double allocPerScannedByte;
    private final double[] consMark = new double[CYCLES_REMEMBERED];
    private int cycles;

    /**
     * @param allocPerScannedByte bytes that the program allocates while a collector with as much processor time reads one;
     *     0: marking takes no time
     */
    public MarkPhase(double allocPerScannedByte) {
        this.allocPerScannedByte = allocPerScannedByte;
    }

    /**
     * What the program allocates before all is marked.
     *
     * @param workBytes what there is to read: live objects, stacks and globals
     * @param roomBytes from here to the goal
     */
    public long allocatedBytes(long workBytes, long roomBytes) {
        double alone = workBytes * allocPerScannedByte;
        double unassisted = alone * (1 - BACKGROUND_SHARE) / BACKGROUND_SHARE;
        // Beyond the goal the collector takes at most half of the processors: Go's CPU limiter.
        return (long) Math.min(unassisted, Math.max(roomBytes, roomBytes <= 0 ? alone : 0));
    }

    /** Marking is over: so much was to be read, and so much was allocated meanwhile. */
    public void ended(long workBytes, long allocatedBytes) {
        double alone = workBytes * allocPerScannedByte;
        double share = alone <= 0 ? BACKGROUND_SHARE : Math.max(BACKGROUND_SHARE, alone / (alone + allocatedBytes));
        consMark[cycles % CYCLES_REMEMBERED] = allocatedBytes * share / (workBytes * (1 - share));
        cycles++;
    }

    /** What the program is expected to allocate while so much is read, if nobody assists. */
    public long runwayBytes(long workBytes) {
        double most = 0;
        for (double ratio : consMark) {
            most = Math.max(most, ratio);
        }
        return (long) Math.min(Long.MAX_VALUE, most * (1 - BACKGROUND_SHARE) / BACKGROUND_SHARE * workBytes);
    }
}
