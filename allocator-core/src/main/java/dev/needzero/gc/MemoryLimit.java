package dev.needzero.gc;

import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MHeap;

/**
 * {@code GOMEMLIMIT}: everything that the runtime has from the system and has not given back, heap or not, is to stay below
 * it. The limit is soft: a heap whose live part alone is larger grows all the same.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code memoryLimitHeapGoal}; {@code runtime/mheap.go}, {@code allocSpan};
 * {@code runtime/mgcscavenge.go}, {@code gcPaceScavenger}. {@code go-runtime-model.md} §6.2, §6.5, §7.1. Memory outside the
 * heap is not modelled page by page: it is taken to be a fixed amount and a record a span.
 */
public final class MemoryLimit {
    /** Page summaries, heapArena records, profile buckets, persistent chunks of a small program. */
    public static final long OFF_HEAP_BYTES = 2816L << 10;

    /** No limit: {@code GOMEMLIMIT=off}. */
    public static final MemoryLimit NONE = new MemoryLimit(Long.MAX_VALUE, null, false);

    /** Two sizes that differ by this can be the same once the headroom is taken off. */
    static final int OTHER_SIZE_BYTES = 3;

    private static final long MSPAN_BYTES = 160;
    private static final long MIN_HEADROOM_BYTES = 1L << 20;
    private static final int HEADROOM_PERCENT = 3;
    private static final double BACKGROUND_SHARE = 0.95;

    private final long limitBytes;
    private final MHeap heap;
    private final boolean background;
    private final long offHeapBytes;
    private final long bytesPerSpan;

    /**
     * @param limitBytes the limit
     * @param heap the heap that it is to keep small
     * @param background whether the background scavenger works towards the limit, as from 1.22 on
     */
    public MemoryLimit(long limitBytes, MHeap heap, boolean background) {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("GOMEMLIMIT=" + limitBytes + ": expected a size of 0 or more");
        }
        this.limitBytes = limitBytes;
        this.heap = heap;
        this.background = background;
        this.offHeapBytes = OFF_HEAP_BYTES;
        this.bytesPerSpan = MSPAN_BYTES;
    }

    private MemoryLimit(long limitBytes, MHeap heap, boolean background, long offHeapBytes) {
        this.limitBytes = limitBytes;
        this.heap = heap;
        this.background = background;
        this.offHeapBytes = offHeapBytes;
        this.bytesPerSpan = 0;
    }

    /** A limit that leaves so much for heap, stacks and work buffers. */
    static MemoryLimit ofHeapPart(long limitBytes, long heapPartBytes, MHeap heap, boolean background) {
        return new MemoryLimit(limitBytes, heap, background, limitBytes - heapPartBytes);
    }

    /** What the runtime takes to describe the spans that there are. */
    static long spanRecordBytes(MHeap heap) {
        return MSPAN_BYTES * heap.stats().spansInUse();
    }

    /** The limit, in bytes; {@link Long#MAX_VALUE} for none. */
    public long bytes() {
        return limitBytes;
    }

    private boolean off() {
        return limitBytes == Long.MAX_VALUE;
    }

    /** What the runtime has from the system: Go's mappedReady. */
    private long mappedReady() {
        HeapStats s = heap.stats();
        return s.inHeap() + s.free() + s.inStacks() + s.inWorkBufs() + offHeapBytes + bytesPerSpan * s.spansInUse();
    }

    /** How large the heap may grow: what the limit leaves beside all that is no object, less 3 % of headroom. */
    public long goalBytes(long markedBytes) {
        if (off()) {
            return Long.MAX_VALUE;
        }
        HeapStats s = heap.stats();
        long ready = mappedReady();
        long objects = s.allocBytes(heap.layout().sizeClasses())
                - s.freeBytes(heap.layout().sizeClasses());
        long beside = ready - s.free() - objects + Math.max(0, ready - limitBytes);
        if (beside >= limitBytes) {
            return markedBytes;
        }
        long goal = limitBytes - beside;
        return Math.max(withoutHeadroom(goal), markedBytes);
    }

    private static long withoutHeadroom(long bytes) {
        long headroom = Math.max(bytes / 100 * HEADROOM_PERCENT, MIN_HEADROOM_BYTES);
        return bytes - headroom < headroom ? headroom : bytes - headroom;
    }

    /** What a goal was before the headroom was taken off; where that could be one of two sizes, the larger. */
    static long withHeadroom(long goalBytes) {
        return goalBytes + Math.max(goalBytes / (100 - HEADROOM_PERCENT) * HEADROOM_PERCENT, MIN_HEADROOM_BYTES);
    }

    /** Bytes to give back at once, before pages of which so many come back from the system are used. */
    long excess(long scavengedBytes) {
        return off() ? 0 : Math.max(0, mappedReady() + scavengedBytes - limitBytes);
    }

    /** Whether the background scavenger has something to do for the limit. */
    boolean wantsBackground() {
        return background && !off() && mappedReady() > (long) (limitBytes * BACKGROUND_SHARE);
    }
}
