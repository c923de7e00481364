package dev.needzero.workload;

import dev.needzero.heap.SizeClasses;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.Units;

/**
 * What the operations of the language ask of the allocator in one Go version: the same program allocates differently
 * under 1.23 and 1.24. How requests are then served is the allocator's business, not this class's.
 *
 * <p>Go: {@code runtime/map.go}, {@code internal/runtime/maps}, {@code runtime/chan.go}, {@code runtime/slice.go},
 * {@code runtime/msize.go}.
 *
 * @param version without "go"
 * @param swissMaps whether maps are Swiss tables; else arrays of buckets with overflow chains
 * @param prunesTombstones whether a full Swiss table looks for tombstones to drop before it grows
 * @param hchanBytes size of a channel's header
 * @param roundsForHeader whether {@code roundupsize} leaves room for a malloc header in slices with pointers
 * @param stackFirst whether the first slice that a function grows and then lets go begins in a 32-byte stack buffer
 */
record GoLanguage(
        String version,
        boolean swissMaps,
        boolean prunesTombstones,
        int hchanBytes,
        boolean roundsForHeader,
        boolean stackFirst) {
    private static final int HEADER_BYTES = 8;
    private static final int MAX_HEADERLESS_BYTES = 512;
    /** Below this many elements a growing slice doubles; from there on it tends towards a quarter more. */
    private static final long DOUBLING_LIMIT = 256;

    /**
     * @throws IllegalArgumentException for a version that is not known
     */
    static GoLanguage of(String version) {
        String bare = Behaviours.of(version).version();
        int minor = Integer.parseInt(bare.split("\\.")[1]);
        return new GoLanguage(
                bare, minor >= 24, minor >= 25, minor <= 22 ? 96 : minor <= 24 ? 104 : 112, minor >= 22, minor >= 26);
    }

    /** The size that a request is rounded up to, for callers that put the rest to use. */
    long roundUpSize(long bytes, boolean noscan) {
        int header = roundsForHeader && !noscan && bytes > MAX_HEADERLESS_BYTES ? HEADER_BYTES : 0;
        long small = SizeClasses.GO.maxBytes() - (roundsForHeader ? HEADER_BYTES : 1);
        if (bytes <= small) {
            SizeClasses classes = SizeClasses.GO;
            return classes.bytes(classes.classFor((int) bytes + header)) - header;
        }
        return (bytes + Units.PAGE_BYTES - 1) / Units.PAGE_BYTES * Units.PAGE_BYTES;
    }

    /**
     * Capacity, in elements, of the array that a slice moves to when it is appended to beyond its own.
     *
     * @param newLength elements to hold, above oldCapacity
     */
    long grownCapacity(long newLength, long oldCapacity, GoType elem) {
        long wanted = oldCapacity;
        if (newLength > 2 * oldCapacity) {
            wanted = newLength;
        } else if (oldCapacity < DOUBLING_LIMIT) {
            wanted = 2 * oldCapacity;
        } else {
            while (wanted < newLength) {
                wanted += (wanted + 3 * DOUBLING_LIMIT) >> 2;
            }
        }
        return roundUpSize(wanted * elem.sizeBytes(), elem.noscan()) / elem.sizeBytes();
    }
}
