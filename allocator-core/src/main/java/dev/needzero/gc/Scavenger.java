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
 * {@code allocSpan}. Left out: the memory limit's goal, and the controller that chooses the time to sleep.
 */
public final class Scavenger implements HeapPolicy {
    /** Pages of a huge page. */
    public static final int HUGE_PAGE_PAGES = Units.HUGE_PAGE_BYTES / Units.PAGE_BYTES;

    private static final long OFF = Long.MAX_VALUE;
    static final long STEP_BYTES = 64 << 10;
    /** What giving back a resident 4 KiB page takes, in nanoseconds: a machine's property, and a rough one. */
    private static final long NANOS_PER_OS_PAGE = 850;
    /** Goals beyond this come from no collector percentage. */
    private static final long NO_GOAL_BYTES = 1L << 62;

    private final MHeap heap;
    private final boolean background;
    private long goalBytes = OFF;
    private long inUseAtMark;
    private long heapGoal = -1;
    private long lastHeapGoal = -1;

    /**
     * @param heap the heap
     * @param background whether background runs release anything
     */
    public Scavenger(MHeap heap, boolean background) {
        this.heap = heap;
        this.background = background;
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
        long goal = (long) (inUseAtMark * ratio);
        goal += goal / 10;
        goal = Units.alignUp(goal, Units.OS_PAGE_BYTES);
        long retained = retained();
        goalBytes = retained <= goal || retained - goal < Units.OS_PAGE_BYTES ? OFF : goal;
    }

    private long retained() {
        HeapStats s = heap.stats();
        return s.inHeap() + s.free();
    }

    /** The background scavenger ran for this long. */
    public void ran(long nanos) {
        if (!background) {
            return;
        }
        long left = nanos;
        while (left > 0 && retained() > goalBytes) {
            long released = heap.pages().scavenge(STEP_BYTES, false, HUGE_PAGE_PAGES, heap::release);
            left -= (released >>> Units.OS_PAGE_SHIFT) * NANOS_PER_OS_PAGE;
            if (released < STEP_BYTES) {
                return;
            }
        }
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
        return (double) (bytes >>> Units.OS_PAGE_SHIFT) * NANOS_PER_OS_PAGE;
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
        if (grownBytes == 0 || goalBytes == OFF) {
            return;
        }
        long overage = retained() + grownBytes - goalBytes;
        if (overage > 0) {
            heap.pages().scavenge(Math.min(grownBytes, overage), false, HUGE_PAGE_PAGES, heap::release);
        }
    }
}
