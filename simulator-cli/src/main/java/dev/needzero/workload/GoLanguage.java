package dev.needzero.workload;

import dev.needzero.heap.SizeClasses;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.Units;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

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
 * @param mapLoadHalves how full a map of buckets gets before it grows, in half entries a bucket: 6 entries in 1.21, whose 13/16
 *     of 8 is cut to a whole number, and 6½ from 1.22 on
 * @param hchanBytes size of a channel's header
 * @param roundsForHeader whether {@code roundupsize} leaves room for a malloc header in slices with pointers
 * @param stackFirst whether the first slice that a function grows and then lets go begins in a 32-byte stack buffer
 */
record GoLanguage(
        String version,
        boolean swissMaps,
        boolean prunesTombstones,
        int mapLoadHalves,
        int hchanBytes,
        boolean roundsForHeader,
        boolean stackFirst) {
    private static final int HEADER_BYTES = 8;
    /** A channel's header in 1.21; later ones add a word for a timer, and one for a bubble. */
    private static final int HCHAN_BYTES = 96;

    private static final int MAX_HEADERLESS_BYTES = 512;
    /** Below this many elements a growing slice doubles; from there on it tends towards a quarter more. */
    private static final long DOUBLING_LIMIT = 256;

    /**
     * The language of a version; or of one with what later ones brought, {@code 1.21+1.24}.
     *
     * @throws IllegalArgumentException for a version that is not known, or that brought nothing
     */
    static GoLanguage of(String text) {
        String[] versions = text.split("\\+", -1);
        String base = Behaviours.of(versions[0]).version();
        Set<String> brought = new HashSet<>();
        for (LanguageHistory.Step step : LanguageHistory.steps()) {
            if (minor(step.version()) <= minor(base)) {
                brought.add(step.version());
            }
        }
        for (int i = 1; i < versions.length; i++) {
            String added = versions[i];
            if (LanguageHistory.steps().stream().noneMatch(s -> s.version().equals(added))) {
                throw new IllegalArgumentException("Go \"" + added
                        + "\" changed nothing in what a program asks for (expected one that did: "
                        + LanguageHistory.steps().stream()
                                .map(LanguageHistory.Step::version)
                                .collect(Collectors.joining(", "))
                        + ")");
            }
            brought.add(added);
        }
        return new GoLanguage(
                base,
                brought.contains("1.24"),
                brought.contains("1.25"),
                brought.contains("1.22") ? 13 : 12,
                HCHAN_BYTES
                        + (brought.contains("1.23") ? GoType.WORD_BYTES : 0)
                        + (brought.contains("1.25") ? GoType.WORD_BYTES : 0),
                brought.contains("1.22"),
                brought.contains("1.26"));
    }

    private static int minor(String version) {
        return Integer.parseInt(version.split("\\.")[1]);
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
