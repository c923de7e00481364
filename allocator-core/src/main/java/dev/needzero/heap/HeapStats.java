package dev.needzero.heap;

/**
 * What the heap counts of itself, in bytes unless named otherwise. Small-object counts move only when a span leaves a
 * P's cache, so they lag behind: a metric read in between misses what cached spans handed out.
 *
 * <p>Go: {@code runtime/mstats.go}, {@code heapStatsDelta}, and the gcController's totals.
 */
public final class HeapStats {
    long inHeap;
    long inStacks;
    long inWorkBufs;
    long free;
    long released;

    long largeAlloc;
    long largeAllocCount;
    long largeFree;
    long largeFreeCount;
    long tinyAllocCount;
    final long[] smallAllocCount = new long[SpanClass.COUNT / 2];
    final long[] smallFreeCount = new long[SpanClass.COUNT / 2];

    /** Bytes allocated since the last collection plus what it marked; the pacer's measure. */
    long heapLive;

    long spansInUse;

    void countLargeAlloc(long bytes) {
        largeAlloc += bytes;
        largeAllocCount++;
        heapLive += bytes;
    }

    void countLargeFree(long bytes) {
        largeFree += bytes;
        largeFreeCount++;
    }

    /** Pages of spans that hold heap objects. */
    public long inHeap() {
        return inHeap;
    }

    public long inStacks() {
        return inStacks;
    }

    public long inWorkBufs() {
        return inWorkBufs;
    }

    /** Free and not given back to the system, pages in page caches included. */
    public long free() {
        return free;
    }

    /** Free and given back, or never used. */
    public long released() {
        return released;
    }

    public long heapLive() {
        return heapLive;
    }

    /** Number of spans that exist. */
    public long spansInUse() {
        return spansInUse;
    }

    public long tinyAllocCount() {
        return tinyAllocCount;
    }

    public long largeAllocCount() {
        return largeAllocCount;
    }

    public long largeFreeCount() {
        return largeFreeCount;
    }

    public long smallAllocCount(int sizeClass) {
        return smallAllocCount[sizeClass];
    }

    public long smallFreeCount(int sizeClass) {
        return smallFreeCount[sizeClass];
    }

    /** Bytes of all slots and large objects ever allocated. */
    public long allocBytes(SizeClasses classes) {
        return largeAlloc + weigh(smallAllocCount, classes);
    }

    /** Bytes of all slots and large objects ever freed. */
    public long freeBytes(SizeClasses classes) {
        return largeFree + weigh(smallFreeCount, classes);
    }

    public long allocObjects() {
        return largeAllocCount + sum(smallAllocCount);
    }

    public long freeObjects() {
        return largeFreeCount + sum(smallFreeCount);
    }

    private static long weigh(long[] counts, SizeClasses classes) {
        long bytes = 0;
        for (int c = 1; c < classes.count(); c++) {
            bytes += counts[c] * classes.bytes(c);
        }
        return bytes;
    }

    private static long sum(long[] counts) {
        long total = 0;
        for (long n : counts) {
            total += n;
        }
        return total;
    }
}
