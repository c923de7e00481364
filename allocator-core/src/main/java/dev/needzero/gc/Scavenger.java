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
    /** Two full runs give back no more. */
    private static final long FAR_BYTES = 8L << 20;
    /** It is not known how long the way to the goal was. */
    public static final long UNKNOWN_WAY = -1;
    /** The goal was not reached. */
    public static final long NOT_REACHED = -2;
    /** By how much a run can be faster than usual. */
    private static final int GREATEST_SPEED_UP = 2;
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
    private final ScavengePace pace = new ScavengePace();
    private final ReleaseCost cost = new ReleaseCost();

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
        pace.newGoal();
        goalBytes = retained - goal < Units.OS_PAGE_BYTES ? OFF : goal;
    }

    private long retained() {
        HeapStats s = heap.stats();
        return s.inHeap() + s.free();
    }

    /** Whether so much is to be given back that it matters which of the runs to come does it. */
    public boolean isFarFromGoal() {
        return background && !forLimit && goalBytes != OFF && retained() - goalBytes > FAR_BYTES;
    }

    /** How long a run of the recorded background scavenger worked, of which the recording has the length. */
    public static long workedNanos(long nanos) {
        return ScavengePace.isTooShort(nanos) ? 0 : ScavengePace.workedNanos(nanos);
    }

    /**
     * The recorded background scavenger ran for this long; 0 if it found nothing to do.
     *
     * @param nanosToGoal how long it worked in this run and those to come until it had reached its goal; {@link #NOT_REACHED}
     *     if it had another before that; {@link #UNKNOWN_WAY}, as whenever it found nothing to do
     */
    public void ran(long nanos, long nanosToGoal) {
        if (!background && !forLimit || nanos == 0 && !pace.onTheWay() || ScavengePace.isTooShort(nanos)) {
            return;
        }
        double begun = cost.nanos();
        long enough = Long.MAX_VALUE;
        double until = begun + pace.usualNanos(nanos);
        boolean full = nanos >= ScavengePace.FULL_RUN_NANOS;
        if (nanosToGoal > 0) {
            enough = share((double) workedNanos(nanos) / nanosToGoal);
            until = Double.POSITIVE_INFINITY;
        } else if (!full && nanosToGoal == UNKNOWN_WAY && pace.onTheWay()) {
            until = Double.POSITIVE_INFINITY; // a run shorter than a full one has reached the goal
        } else if (!full) {
            until = begun + GREATEST_SPEED_UP * pace.usualNanos(nanos);
        }
        double lastStep = 0;
        long released = 0;
        while (released < enough
                && cost.nanos() < until
                && (background && aboveGoal() || forLimit && limit.wantsBackground())) {
            double before = cost.nanos();
            long step = step();
            released += step;
            lastStep = cost.nanos() - before;
            if (step < STEP_BYTES) {
                break;
            }
        }
        pace.ran(nanos, cost.nanos() - begun, lastStep);
        if (nanosToGoal == UNKNOWN_WAY ? !full : nanosToGoal == workedNanos(nanos)) {
            pace.arrived();
        }
    }

    private long share(double part) {
        return (long) Math.ceil((retained() - goalBytes) * part);
    }

    /** Whether more is kept than the goal allows. */
    boolean aboveGoal() {
        return retained() > goalBytes;
    }

    /** One step of the background scavenger. Returns the bytes released, fewer than a step's when nothing is left. */
    long step() {
        return heap.pages().scavenge(STEP_BYTES, false, HUGE_PAGE_PAGES, this::release);
    }

    private void release(int page, int npages) {
        cost.madvise(heap.residentOsPages(page, npages));
        heap.release(page, npages);
    }

    /** What all steps so far take on a machine of usual speed. */
    double nanos() {
        return cost.nanos();
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
