package dev.needzero.heap;

import dev.needzero.units.Units;

/**
 * The laws of a {@link PageAlloc}: its counters are what its bits add up to, only free pages are scavenged, and every node
 * of the tree says of its range what a walk over the bits finds.
 */
final class PageAllocCheck {
    private PageAllocCheck() {}

    /** @throws IllegalStateException saying which law is broken */
    static void check(PageAlloc pages) {
        long free = 0;
        long scavenged = 0;
        for (int w = 0; w < pages.freeBits.length; w++) {
            long bits = pages.freeBits[w];
            if ((pages.scavengedBits[w] & ~bits) != 0) {
                throw new IllegalStateException(
                        "a page of " + (w << 6) + " to " + ((w << 6) + 63) + " is scavenged without being free");
            }
            free += Long.bitCount(bits);
            scavenged += Long.bitCount(pages.scavengedBits[w]);
            if (bits != 0 && (w << 6) + 63 - Long.numberOfLeadingZeros(bits) >= pages.limitPage()) {
                throw new IllegalStateException("a page beyond the last, " + pages.limitPage() + ", is free");
            }
        }
        if (free != pages.freePages() || scavenged != pages.freeScavengedPages()) {
            throw new IllegalStateException(free + " pages are free and " + scavenged
                    + " of them scavenged, counted as " + pages.freePages() + " and " + pages.freeScavengedPages());
        }
        int depth = 0;
        for (int first = pages.leaves; first >= 1; first >>= 1, depth++) {
            checkLevel(pages, first, Units.PAGES_PER_CHUNK << depth);
        }
    }

    /** The nodes of one level, each held against the bits of its range. */
    private static void checkLevel(PageAlloc pages, int firstNode, int nodePages) {
        for (int node = firstNode; node < 2 * firstNode; node++) {
            int base = (node - firstNode) * nodePages;
            int start = -1;
            int longest = 0;
            int run = 0;
            for (int w = base >>> 6; w < base + nodePages >>> 6; w++) {
                long bits = pages.freeBits[w];
                if (bits == -1L) {
                    run += 64;
                    continue;
                }
                if (bits == 0 && run == 0) {
                    start = Math.max(start, 0);
                    continue;
                }
                for (int bit = 0; bit < 64; bit++) {
                    if ((bits >>> bit & 1) != 0) {
                        run++;
                    } else {
                        start = start < 0 ? run : start;
                        longest = Math.max(longest, run);
                        run = 0;
                    }
                }
            }
            start = start < 0 ? run : start;
            longest = Math.max(longest, run);
            if (pages.start[node] != start || pages.longest[node] != longest || pages.end[node] != run) {
                throw new IllegalStateException("pages " + base + " to " + (base + nodePages - 1) + ": free runs "
                        + start + " (start), " + longest + " (longest), " + run + " (end), the tree says "
                        + pages.start[node] + ", " + pages.longest[node] + ", " + pages.end[node]);
            }
        }
    }
}
