package dev.needzero.trace.unplaced;

/**
 * Go has no aligned allocation: a program that needs one asks for a size whose place is aligned by itself. A size class
 * that is a power of two lies at multiples of itself within a page-aligned span; a large object begins a page.
 *
 * <p>Valid for pointer-free objects; one with pointers above 512 B begins 8 B into its slot since Go 1.22.
 */
final class AlignedRequest {
    private static final long PAGE_BYTES = 8192;
    private static final long MAX_SMALL_BYTES = 32768;

    private AlignedRequest() {}

    /** The bytes to ask Go for. An alignment that is no power of two means the next one, as in C's memalign. */
    static long sizeBytes(long requestedBytes, long requestedAlignmentBytes) {
        long alignmentBytes = powerOfTwoAtLeast(requestedAlignmentBytes);
        if (alignmentBytes <= 8) {
            return requestedBytes;
        }
        if (alignmentBytes > PAGE_BYTES) {
            // Room to move the start up to the boundary, from a place that is page-aligned anyway.
            return requestedBytes + alignmentBytes - PAGE_BYTES;
        }
        if (requestedBytes > MAX_SMALL_BYTES) {
            return requestedBytes;
        }
        return Math.max(alignmentBytes, powerOfTwoAtLeast(requestedBytes));
    }

    private static long powerOfTwoAtLeast(long bytes) {
        return bytes <= 1 ? 1 : Long.highestOneBit(bytes - 1) << 1;
    }
}
