package dev.needzero.gc;

import dev.needzero.heap.HeapPolicy;
import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MHeap;
import dev.needzero.units.Units;

/**
 * Gives free pages back to the system: in the background down to a goal set at each collection, and at once where the heap
 * has just grown beyond it. Highest address first; dense chunks are left alone.
 *
 * <p>The background scavenger works in steps of 64 KiB for about a millisecond and then sleeps, so that it takes a hundredth
 * of the processor. When it ran, and for how long, a recording tells; what a step costs is the machine's.
 *
 * <p>Go: {@code runtime/mgcscavenge.go}, {@code gcPaceScavenger}, {@code bgscavenge}; growth {@code runtime/mheap.go},
 * {@code allocSpan}. Left out: the controller that chooses the time to sleep.
 */
public final class Scavenger implements HeapPolicy {
    /** Pages of a huge page. */
    public static final int HUGE_PAGE_PAGES = Units.HUGE_PAGE_BYTES / Units.PAGE_BYTES;

    private static final long OFF = Long.MAX_VALUE;
    /** What the background scavenger looks for at a time. */
    public static final long STEP_BYTES = 64 << 10;
    /** The scavenger works for this long before it sleeps, unless it runs out of work. */
    private static final long FULL_RUN_NANOS = 1_000_000;
    /** What a step takes, in nanoseconds, as long as a recording has shown nothing: a rough guess. */
    private static final double GUESSED_STEP_NANOS = 13_600;
    /** By how much a full run is too long then: what is left of its last step, and the way there and back. */
    private static final double GUESSED_EXCESS_NANOS = 12_000;
    /** An excess beyond this is not the step's: the goroutine was stopped. */
    private static final double GREATEST_EXCESS_NANOS = 40_000;
    /** How much the guesses weigh: as much as this many runs seen. */
    private static final double GUESSED_RUNS = 4;

    private static final int STEPS_A_RUN = 75;
    /** What it takes at least. */
    private static final long LEAST_NANOS_PER_OS_PAGE = 200;
    /** Goals beyond this come from no collector percentage. */
    private static final long NO_GOAL_BYTES = 1L << 62;

    private final MHeap heap;
    private final boolean background;
    private MemoryLimit limit = MemoryLimit.NONE;
    private boolean forLimit;
    private long goalBytes = OFF;
    private long inUseAtMark;
    private long heapGoal = -1;
    private long lastHeapGoal = -1;
    /** By how much full runs were too long so far, and their number. */
    private double excessNanos = GUESSED_RUNS * GUESSED_EXCESS_NANOS;

    private double fullRuns = GUESSED_RUNS;
    /** What giving pages back took so far, where that is known. */
    private double seenNanos;

    private double seenOsPages;
    /** Since the scavenger last had nothing to do. */
    private long nanosOnTheWay;

    private long osPagesOnTheWay;

    /**
     * @param heap the heap
     * @param background whether background runs release anything for the collector's goal; for a memory limit they do
     */
    public Scavenger(MHeap heap, boolean background) {
        this.heap = heap;
        this.background = background;
    }

    /** From now on the recorded program is taken to have had this memory limit. */
    public void setLimit(MemoryLimit limit) {
        this.limit = limit;
        this.forLimit = limit.wantsBackground();
    }

    /** Mark termination: the heap is at its fullest. */
    public void markTermination() {
        inUseAtMark = heap.stats().inHeap();
        lastHeapGoal = heapGoal;
    }

    /** The pacer committed a new heap goal; after a collection that also sets how much memory is worth keeping. */
    public void heapGoal(long bytes, boolean afterCollection) {
        heapGoal = bytes;
        if (!afterCollection || lastHeapGoal <= 0) {
            return;
        }
        double ratio = lastHeapGoal >= NO_GOAL_BYTES && bytes >= NO_GOAL_BYTES ? 1 : (double) bytes / lastHeapGoal;
        long goal = (long) Math.min(inUseAtMark * ratio, NO_GOAL_BYTES);
        goal += goal / 10;
        goal = Units.alignUp(goal, Units.OS_PAGE_BYTES);
        long retained = retained();
        nanosOnTheWay = 0;
        osPagesOnTheWay = 0;
        goalBytes = retained - goal < Units.OS_PAGE_BYTES ? OFF : goal;
    }

    private long retained() {
        HeapStats s = heap.stats();
        return s.inHeap() + s.free();
    }

    /**
     * The background scavenger ran for this long. A run shorter than a full one had reached the goal: that tells what the
     * full runs before it gave back, and so what giving back takes. Before the first of them, the full runs' own length is
     * a hint: they end with the step that makes the millisecond full.
     */
    public void ran(long nanos) {
        if (!background && !forLimit) {
            return;
        }
        boolean full = nanos >= FULL_RUN_NANOS;
        double perOsPage = 0;
        if (full) {
            perOsPage = nanosPerOsPage(nanos - FULL_RUN_NANOS);
        } else if (nanosOnTheWay < FULL_RUN_NANOS) {
            perOsPage = LEAST_NANOS_PER_OS_PAGE;
        }
        long before = heap.stats().released();
        for (double left = nanos; left > 0 && (background && aboveGoal() || forLimit && limit.wantsBackground()); ) {
            long released = heap.pages().scavenge(STEP_BYTES, false, HUGE_PAGE_PAGES, heap::release);
            left -= (released >>> Units.OS_PAGE_SHIFT) * perOsPage;
            if (released < STEP_BYTES) {
                break;
            }
        }
        nanosOnTheWay += nanos;
        osPagesOnTheWay += heap.stats().released() - before >>> Units.OS_PAGE_SHIFT;
        if (!full) {
            if (nanosOnTheWay >= FULL_RUN_NANOS && osPagesOnTheWay > 0) {
                seenNanos += nanosOnTheWay;
                seenOsPages += osPagesOnTheWay;
            }
            nanosOnTheWay = 0;
            osPagesOnTheWay = 0;
        }
    }

    private double nanosPerOsPage(double excess) {
        if (excess <= GREATEST_EXCESS_NANOS) {
            excessNanos += excess;
            fullRuns++;
        }
        double step = GUESSED_STEP_NANOS + excessNanos / fullRuns - GUESSED_EXCESS_NANOS;
        double steps = GUESSED_RUNS * STEPS_A_RUN;
        return (steps * step + seenNanos) / (steps * (STEP_BYTES >>> Units.OS_PAGE_SHIFT) + seenOsPages);
    }

    /** Whether more is kept than the goal allows. */
    boolean aboveGoal() {
        return retained() > goalBytes;
    }

    /** One step of the background scavenger. Returns the bytes released, fewer than a step's when nothing is left. */
    long step() {
        return heap.pages().scavenge(STEP_BYTES, false, HUGE_PAGE_PAGES, heap::release);
    }

    /** What releasing so much takes. */
    static double nanosToRelease(long bytes) {
        return bytes * GUESSED_STEP_NANOS / STEP_BYTES;
    }

    /** Releases a given amount in the order in which the background scavenger would. */
    public void release(long bytes) {
        long released = heap.pages().scavenge(bytes, false, HUGE_PAGE_PAGES, heap::release);
        if (released < bytes) {
            heap.pages().scavenge(bytes - released, true, HUGE_PAGE_PAGES, heap::release);
        }
    }

    /** debug.FreeOSMemory's second half: every free page outside the page caches goes back. */
    public void releaseAll() {
        heap.pages().scavenge(Long.MAX_VALUE, true, HUGE_PAGE_PAGES, heap::release);
    }

    @Override
    public void deductSweepCredit(long spanBytes, int callerPages) {}

    @Override
    public void reclaim(int npages) {}

    @Override
    public void beforeUse(long grownBytes, long scavengedBytes) {
        long excess = limit.excess(scavengedBytes);
        if (excess == 0 && (grownBytes == 0 || goalBytes == OFF)) {
            return;
        }
        long overage =
                grownBytes == 0 || goalBytes == OFF ? 0 : Math.min(grownBytes, retained() + grownBytes - goalBytes);
        long bytes = Math.max(excess, overage);
        if (bytes > 0) {
            heap.pages().scavenge(bytes, excess > 0, HUGE_PAGE_PAGES, heap::release);
        }
    }
}
