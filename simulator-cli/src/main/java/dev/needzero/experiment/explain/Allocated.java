package dev.needzero.experiment.explain;

import java.util.List;

/**
 * What one allocation came to in one version. Two versions treat it alike when their records are equal.
 *
 * @param path which of mallocgc's ways it took
 * @param sizeClass 0 for a large object
 * @param slotBytes the slot that it got: of a large object, its span
 * @param headerBytes what stands before the object in its slot
 * @param slotWasteBytes what of the slot nobody uses
 * @param blockObjects objects of this size that share a tiny block; 0 where there is none
 * @param spanPages the span's length in pages of 8 KiB
 * @param slots how many objects the span has room for
 * @param bitmapBytes pointer bitmap at the span's end
 * @param markBytes inline mark bits at the span's end
 * @param spanTailBytes what of the span belongs to no slot and to no bitmap
 * @param fromPageCache whether the span's pages came from the P's page cache, not from the heap's page bitmap
 * @param fullSpanCommittedBytes what is resident of a fresh span that is full of such objects, all of them unwritten
 * @param memory the same allocation on memory in each state
 */
public record Allocated(
        Path path,
        int sizeClass,
        long slotBytes,
        int headerBytes,
        long slotWasteBytes,
        int blockObjects,
        int spanPages,
        int slots,
        int bitmapBytes,
        int markBytes,
        long spanTailBytes,
        boolean fromPageCache,
        long fullSpanCommittedBytes,
        List<Met> memory) {
    /** mallocgc's three ways. */
    public enum Path {
        TINY,
        SMALL,
        LARGE
    }

    /** What the span's pages were before. */
    public enum Memory {
        /** Never used since the system handed them over. */
        FRESH,
        /** Used by a span that is gone; still resident. */
        REUSED,
        /** Used by a span that is gone, and given back to the system since. */
        RETURNED
    }

    /**
     * The allocation on memory in one state, the program not having written anything yet.
     *
     * @param needzero what the span's flag said
     * @param clearedBytes in OS pages, what was written to clear the object
     * @param runtimeBytes in OS pages, what the runtime wrote beside: header, bitmap, mark bits
     * @param committedBytes what became resident by it
     */
    public record Met(Memory memory, boolean needzero, long clearedBytes, long runtimeBytes, long committedBytes) {}

    public Allocated {
        memory = List.copyOf(memory);
    }

    /** The whole span's length in bytes. */
    public long spanBytes() {
        return slotBytes * slots + bitmapBytes + markBytes + spanTailBytes;
    }
}
