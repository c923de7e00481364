package dev.needzero.gc;

/**
 * How program and collector share the processors while a collection marks, and what the pacer learns from it.
 *
 * <p>The collector takes a quarter of the processors. If the program allocates so fast that its heap would pass the goal
 * before all is marked, its goroutines are made to assist until the two meet there. Go remembers, as the ratio of what was
 * allocated to what was marked in the same processor time, the largest of the last five cycles, and begins the next cycle
 * that much earlier.
 *
 * <p>With fewer than four Ps there is no worker that marks all the time, only one that gets a turn now and then while the
 * program assists without pause. Go counts a quarter for it all the same; a collector whose share then seems to be more than
 * everything teaches it nothing.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code endCycle}, {@code trigger}; {@code go-runtime-model.md} §7.1.
 */
public final class MarkPhase {
    /** The collector's share without assists. */
    private static final double BACKGROUND_SHARE = 0.25;

    /** What a worker without a P of its own gets while the program assists: a rough figure, seen in recorded runs. */
    private static final double FRACTIONAL_SHARE = 0.1;

    private static final int PS_FOR_A_DEDICATED_WORKER = 4;
    private static final int CYCLES_REMEMBERED = 5;

    private final double allocPerScannedByte;
    private final double workerShare;
    private final double[] consMark = new double[CYCLES_REMEMBERED];
    private int cycles;

    /**
     * @param allocPerScannedByte bytes that the program allocates while a collector with as much processor time reads one;
     *     0: marking takes no time
     * @param procs number of Ps
     */
    public MarkPhase(double allocPerScannedByte, int procs) {
        this.allocPerScannedByte = allocPerScannedByte;
        this.workerShare = procs < PS_FOR_A_DEDICATED_WORKER ? FRACTIONAL_SHARE : BACKGROUND_SHARE;
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
        double seen = share <= BACKGROUND_SHARE ? BACKGROUND_SHARE : BACKGROUND_SHARE + share - workerShare;
        boolean teaches = seen < 1 && workBytes > 0;
        consMark[cycles % CYCLES_REMEMBERED] = teaches ? allocatedBytes * seen / (workBytes * (1 - seen)) : 0;
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
