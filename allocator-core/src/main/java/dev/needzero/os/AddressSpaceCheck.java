package dev.needzero.os;

import dev.needzero.units.Units;

/**
 * The laws of an {@link AddressSpace}: its counters are what its bits add up to, a page has one state and, if resident, one
 * cause, and nothing lies outside the mapping. Takes time in proportion to the mapping.
 */
public final class AddressSpaceCheck {
    private AddressSpaceCheck() {}

    /** @throws IllegalStateException saying which law is broken */
    public static void check(AddressSpace os) {
        int shift = os.osPageShift();
        long from = os.mappedFrom() >>> shift;
        long to = Units.alignUp(os.mappedTo(), 1L << shift) >>> shift;
        long resident = 0;
        long lazilyFree = 0;
        long zeroMapped = 0;
        long[] caused = new long[Cause.COUNT];
        OsPages pages = os.pages();
        for (int w = 0; w < pages.words(); w++) {
            long lazyBits = pages.lazyFreeWord(w);
            if ((pages.settledWord(w) & lazyBits) != 0) {
                throw new IllegalStateException(
                        "osPage " + first(w, pages.settledWord(w) & lazyBits) + " is both lazily free and not");
            }
            long residentBits = pages.residentWord(w);
            long zeroBits = pages.zeroMappedWord(w);
            if ((residentBits & zeroBits) != 0) {
                throw new IllegalStateException("osPage " + first(w, residentBits & zeroBits)
                        + " is both resident and mapped to the zero page");
            }
            long outside = (residentBits | zeroBits) & ~within(w, from, to);
            if (outside != 0) {
                throw new IllegalStateException("osPage " + first(w, outside) + " is in use outside the mapping");
            }
            resident += Long.bitCount(residentBits);
            lazilyFree += Long.bitCount(lazyBits);
            zeroMapped += Long.bitCount(zeroBits);
            for (int cause = 0; cause < Cause.COUNT; cause++) {
                caused[cause] += Long.bitCount(residentBits & pages.causeWord(w, cause));
            }
        }
        equal("resident bytes", resident << shift, os.rssBytes());
        equal("lazily free bytes", lazilyFree << shift, os.lazyFreeBytes());
        equal("zero-mapped bytes", zeroMapped << shift, os.zeroMappedBytes());
        long sum = 0;
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            equal("bytes committed by " + Cause.name(cause), caused[cause] << shift, os.committedBytes(cause));
            sum += os.committedBytes(cause);
        }
        equal("bytes committed by any cause", sum, os.rssBytes());
        if (os.peakRssBytes() < os.rssBytes() || os.mappedTo() > os.reservedTo()) {
            throw new IllegalStateException("peak " + os.peakRssBytes() + " below " + os.rssBytes() + " resident, or "
                    + os.mappedTo() + " mapped beyond " + os.reservedTo() + " reserved");
        }
    }

    private static void equal(String what, long counted, long kept) {
        if (counted != kept) {
            throw new IllegalStateException(what + ": the bits add up to " + counted + ", the counter says " + kept);
        }
    }

    private static long first(int word, long bits) {
        return ((long) word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /** The bits of a word that stand for pages in {@code [from, to)}. */
    private static long within(int word, long from, long to) {
        long base = (long) word << 6;
        if (from >= base + 64 || to <= base) {
            return 0;
        }
        long mask = from > base ? -1L << from : -1L;
        return to < base + 64 ? mask & (1L << to) - 1 : mask;
    }
}
