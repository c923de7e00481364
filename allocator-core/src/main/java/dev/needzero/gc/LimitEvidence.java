package dev.needzero.gc;

import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MHeap;

/**
 * Finds out from a recorded program's heap goals whether a memory limit drives them, and where it lies. No trace says.
 *
 * <p>A goal that comes from a limit is what the limit leaves beside everything that is no object, less 3 %. All but the
 * memory outside the heap is known to a twin that follows the recording, so each goal tells, to a few bytes of rounding, the
 * limit less that memory. Under a limit, that figure stays the same from one collection to the next, or falls by whole
 * pages as the runtime takes more for itself, however different what they found alive; goals that come from {@code GOGC}
 * grow with what was found alive and agree in this by chance alone. Three collections in a row that agree are evidence.
 *
 * <p>What lies outside the heap then is as much as when the program began and what programs take more by then, so that the
 * limit is known to about a mebibyte; it is taken to be a whole number of them.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code memoryLimitHeapGoal}; {@code go-runtime-model.md} §7.1.
 */
public final class LimitEvidence {
    private static final int AGREEING = 2;
    private static final long ROUNDING_BYTES = 4;
    private static final long STEP_BYTES = 4096;
    /** What the runtime takes for itself between two collections, at most. */
    private static final long GREATEST_STEP_BYTES = 1L << 20;
    /** Collections that find as good as the same alive have the same goal under every rule. */
    private static final long LEAST_CHANGE_BYTES = 64 << 10;
    /** What programs take more for themselves, beside span records, by the time that a limit shows. */
    private static final long GROWN_BYTES = 1700L << 10;

    private static final long MIB = 1L << 20;
    /** Goals beyond this mean that nothing limits the heap. */
    private static final long NO_GOAL_BYTES = 1L << 62;

    private final MHeap heap;
    private final boolean background;
    private long lastBytes = -1;
    private long lastMarkedBytes = -1;
    private int agreed;
    private MemoryLimit limit = MemoryLimit.NONE;
    private long leastBytes = -1;
    private long offHeapBytes = MemoryLimit.OFF_HEAP_BYTES;

    /**
     * @param heap the twin's heap, which holds what the recorded one held
     * @param background whether the background scavenger works towards a limit
     */
    public LimitEvidence(MHeap heap, boolean background) {
        this.heap = heap;
        this.background = background;
    }

    /** Says what the runtime held beside heap, stacks and work buffers when the recording began. */
    public void setOffHeapAtStart(long bytes) {
        offHeapBytes = bytes;
    }

    /**
     * Mark termination committed a goal.
     *
     * @param markedBytes what it found alive
     */
    public void committed(long goalBytes, long markedBytes) {
        if (goalBytes >= NO_GOAL_BYTES || goalBytes <= markedBytes) {
            return;
        }
        long bytes = heapPart(goalBytes);
        if (lastBytes >= 0 && Math.floorMod(bytes - lastBytes, STEP_BYTES) == MemoryLimit.OTHER_SIZE_BYTES) {
            bytes -= MemoryLimit.OTHER_SIZE_BYTES;
        }
        boolean agrees = lastBytes >= 0 && agrees(lastBytes, bytes);
        if (agrees && Math.abs(markedBytes - lastMarkedBytes) >= LEAST_CHANGE_BYTES) {
            agreed++;
        } else if (!agrees) {
            agreed = 0;
        }
        if (agreed >= AGREEING) {
            set(bytes);
        } else if (leastBytes >= 0 && bytes > leastBytes + GREATEST_STEP_BYTES) {
            limit = MemoryLimit.NONE; // raised, or lifted
            leastBytes = -1;
        }
        lastBytes = bytes;
        lastMarkedBytes = markedBytes;
    }

    /** The limit as the last goals tell; {@link MemoryLimit#NONE} where they do not. */
    public MemoryLimit limit() {
        return limit;
    }

    private void set(long bytes) {
        long limitBytes = limit.bytes();
        if (limit == MemoryLimit.NONE) {
            long about = bytes + offHeapBytes + GROWN_BYTES + MemoryLimit.spanRecordBytes(heap);
            limitBytes = Math.max(Math.round((double) about / MIB) * MIB, bytes);
        }
        limit = MemoryLimit.ofHeapPart(limitBytes, bytes, heap, background);
        leastBytes = bytes;
    }

    private static boolean agrees(long before, long now) {
        long step = before - now;
        long off = Math.floorMod(step + ROUNDING_BYTES, STEP_BYTES);
        return Math.abs(step) <= GREATEST_STEP_BYTES && off <= 2 * ROUNDING_BYTES;
    }

    /** What the limit leaves for heap, stacks and work buffers, if it is a limit that set this goal. */
    private long heapPart(long goalBytes) {
        HeapStats s = heap.stats();
        long ready = s.inHeap() + s.inStacks() + s.inWorkBufs();
        long objects = s.allocBytes(heap.layout().sizeClasses())
                - s.freeBytes(heap.layout().sizeClasses());
        long before = MemoryLimit.withHeadroom(goalBytes);
        long bytes = before + ready - objects;
        return ready + s.free() <= bytes ? bytes : (before + 2 * ready + s.free() - objects) / 2;
    }
}
