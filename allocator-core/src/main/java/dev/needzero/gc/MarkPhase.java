package dev.needzero.gc;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How program and collector share the processors while a collection marks, and what the pacer learns from it.
 *
 * <p>The collector takes a quarter of the processors. If the program allocates so fast that its heap would pass the goal
 * before all is marked, its goroutines are made to assist until the two meet there. Go remembers, as the ratio of what was
 * allocated to what was marked in the same processor time, the largest of the last five cycles, and begins the next cycle
 * that much earlier.
 *
 * <p>With one P there is no worker that marks all the time, only one that gets a turn when a goroutine's time
 * slice is over; what happens then depends on the moment, see {@link SharedPMark}. The moment is chance. Either it is drawn,
 * and what follows is one of the runs that may be, or every moment is taken to be as likely and the median goes on.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code endCycle}, {@code trigger}; {@code go-runtime-model.md} §7.1.
 */
public final class MarkPhase {
    /** The collector's share without assists. */
    public static final double BACKGROUND_SHARE = 0.25;

    /**
     * The program's pace while a collection marks on its P, of the one that it has otherwise: write barriers are on, and each assist
     * leaves cold caches. Measured, as the median of the cycles that the recorded runs of churn and service have under Go 1.23
     * to 1.27, from when goroutines ran and assisted; single cycles lie between a third and the whole.
     */
    public static final double PACE_WHILE_MARKING = 0.6;

    /** From four on Go keeps a P for it; with two or three an idle P does the same. */
    private static final int PS_FOR_A_WORKER_BESIDE = 2;

    private static final int CYCLES_REMEMBERED = 5;
    /** What Go takes the first cycle's work to be, roots aside: seven tenths of the smallest heap. */
    private static final long FIRST_EXPECTED_BYTES = (4L << 20) * 7 / 10;

    private final long rootBytes;
    private final boolean workerBeside;
    private final SplittableRandom chance;
    /** For each remembered cycle, ascending, what it may have taught; an empty one taught nothing. */
    private final double[][] consMark = new double[CYCLES_REMEMBERED][0];

    private int cycles;
    private boolean startsWorkers;
    private long latestWorkBytes;
    private double latestAllocPerMarkedByte;
    private SharedPMark shared;

    /**
     * @param procs number of Ps
     * @param rootBytes stacks and globals, which are read beside the heap
     * @param markedBefore what the latest cycle found alive; 0: the process has had none
     * @param timing draws the moments, each number in its own way; 0: no drawing, medians
     */
    public MarkPhase(int procs, long rootBytes, long markedBefore, int timing) {
        this.chance = timing == 0 ? null : new SplittableRandom(timing);
        this.rootBytes = rootBytes;
        this.startsWorkers = markedBefore == 0;
        this.latestWorkBytes = (markedBefore == 0 ? FIRST_EXPECTED_BYTES : markedBefore) + rootBytes;
        this.workerBeside = procs >= PS_FOR_A_WORKER_BESIDE;
    }

    /**
     * What the program allocates before all is marked.
     *
     * @param nanos since the process began, as far as is known
     * @param workBytes what there is to read: live objects, stacks and globals
     * @param heapLiveBytes as the mark begins
     * @param goalBytes what the heap shall not pass meanwhile
     * @param markNanosPerByte processor time that marking takes, in nanoseconds for each byte that is read; 0: none
     * @param allocBytesPerNano the program's pace while nothing holds it back
     */
    public long allocatedBytes(
            long nanos,
            long workBytes,
            long heapLiveBytes,
            long goalBytes,
            double markNanosPerByte,
            double allocBytesPerNano) {
        latestAllocPerMarkedByte = markNanosPerByte * allocBytesPerNano;
        long roomBytes = goalBytes - heapLiveBytes;
        double alone = workBytes * latestAllocPerMarkedByte;
        if (!workerBeside && roomBytes > 0 && alone > 0) {
            shared = new SharedPMark(
                    workBytes,
                    latestWorkBytes,
                    heapLiveBytes + rootBytes,
                    heapLiveBytes,
                    goalBytes,
                    markNanosPerByte,
                    allocBytesPerNano * PACE_WHILE_MARKING);
            long young = startsWorkers ? nanos : -1;
            if (chance == null) {
                shared.markEverywhere(young);
            } else {
                shared.markAt(chance.nextDouble(), young);
            }
            return shared.allocatedBytes();
        }
        shared = null;
        double unassisted = alone * (1 - BACKGROUND_SHARE) / BACKGROUND_SHARE;
        // Beyond the goal the collector takes at most half of the processors: Go's CPU limiter.
        return (long) Math.min(unassisted, Math.max(roomBytes, roomBytes <= 0 ? alone : 0));
    }

    /** Marking is over: so much was to be read, and so much was allocated meanwhile. */
    public void ended(long workBytes, long allocatedBytes) {
        double[] taught;
        if (shared != null) {
            taught = shared.consMark();
        } else {
            double alone = workBytes * latestAllocPerMarkedByte;
            double share = alone <= 0 ? BACKGROUND_SHARE : Math.max(BACKGROUND_SHARE, alone / (alone + allocatedBytes));
            taught = new double[] {consMark(workBytes, allocatedBytes, share)};
        }
        consMark[cycles % CYCLES_REMEMBERED] = taught;
        latestWorkBytes = workBytes;
        startsWorkers = false;
        cycles++;
    }

    /** What Go reckons from a cycle: nothing, if none was read or more than all processor time seems to be the collector's. */
    static double consMark(double workBytes, double allocatedBytes, double utilization) {
        return utilization < 1 && workBytes > 0 ? allocatedBytes * utilization / (workBytes * (1 - utilization)) : 0;
    }

    /** What the program is expected to allocate while so much is read, if nobody assists. */
    public long runwayBytes(long workBytes) {
        return (long)
                Math.min(Long.MAX_VALUE, medianOfLargest() * (1 - BACKGROUND_SHARE) / BACKGROUND_SHARE * workBytes);
    }

    /** The smallest ratio that all remembered cycles stay at or below as likely as not. */
    private double medianOfLargest() {
        double[] all =
                Arrays.stream(consMark).flatMapToDouble(Arrays::stream).sorted().toArray();
        for (double ratio : all) {
            double likelihood = 1;
            for (double[] one : consMark) {
                likelihood *= one.length == 0 ? 1 : (double) atMost(one, ratio) / one.length;
            }
            if (likelihood >= 0.5) {
                return ratio;
            }
        }
        return 0;
    }

    private static int atMost(double[] ascending, double most) {
        int n = 0;
        while (n < ascending.length && ascending[n] <= most) {
            n++;
        }
        return n;
    }
}
