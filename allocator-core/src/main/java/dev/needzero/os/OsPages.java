package dev.needzero.os;

import java.util.Arrays;

/**
 * What lies behind each osPage of a mapping, and how many there are of each kind.
 *
 * <p>An osPage is untouched, zero-mapped (only read: the kernel's one zero page is mapped there and no Rss counts it) or
 * resident, and then it remembers the cause. Resident pages can be lazily free: given back with MADV_FREE, and still there
 * until the system is short of memory. Each is a bit a page, no page has two of the first three:
 *
 * <pre>
 *   settledBits     1 = backed by memory of its own, and not lazily free
 *   lazyFreeBits    1 = backed by memory of its own that the system may take
 *   zeroMappedBits  1 = mapped to the zero page
 *   causeLow/High   two bits of {@link Cause}, meaningful where backed by memory
 * </pre>
 *
 * <p>Ranges are of page numbers, both ends included. Linux keeps the same in page tables and {@code struct page}.
 */
final class OsPages {
    private long[] settledBits = new long[64];
    private long[] lazyFreeBits = new long[64];
    private long[] zeroMappedBits = new long[64];
    private long[] causeLow = new long[64];
    private long[] causeHigh = new long[64];
    private final long[] committed = new long[Cause.COUNT];
    /** Lazily free ones included. */
    private long resident;

    private long lazyFree;
    private long zeroMapped;

    /** Makes room for the pages below this one. */
    void grow(long limitPage) {
        int words = (int) (limitPage + 63 >>> 6);
        if (words > settledBits.length) {
            int length = Math.max(words, settledBits.length + (settledBits.length >> 1));
            settledBits = Arrays.copyOf(settledBits, length);
            lazyFreeBits = Arrays.copyOf(lazyFreeBits, length);
            zeroMappedBits = Arrays.copyOf(zeroMappedBits, length);
            causeLow = Arrays.copyOf(causeLow, length);
            causeHigh = Arrays.copyOf(causeHigh, length);
        }
    }

    // ---- what becomes of them

    /** A range is written: it has memory of its own from now on, and nobody may take it. */
    void commit(long first, long last, int cause) {
        for (int w = word(first); w <= word(last); w++) {
            long written = mask(w, first, last) & ~settledBits[w];
            if (written != 0) {
                commitWord(w, written, cause);
            }
        }
    }

    private void commitWord(int w, long written, int cause) {
        settledBits[w] |= written;
        long kept = lazyFreeBits[w] & written;
        if (kept != 0) {
            lazyFreeBits[w] &= ~kept;
            lazyFree -= Long.bitCount(kept);
        }
        long added = written & ~kept;
        causeLow[w] = (cause & 1) != 0 ? causeLow[w] | added : causeLow[w] & ~added;
        causeHigh[w] = (cause & 2) != 0 ? causeHigh[w] | added : causeHigh[w] & ~added;
        int n = Long.bitCount(added);
        committed[cause] += n;
        resident += n;
        long wasZero = zeroMappedBits[w] & added;
        if (wasZero != 0) {
            zeroMappedBits[w] &= ~added;
            zeroMapped -= Long.bitCount(wasZero);
        }
    }

    /** A range is read: what was untouched is mapped to the zero page. */
    void mapZeroPage(long first, long last) {
        for (int w = word(first); w <= word(last); w++) {
            long added = mask(w, first, last) & ~present(w);
            zeroMappedBits[w] |= added;
            zeroMapped += Long.bitCount(added);
        }
    }

    /** A range's memory may be taken until it is written again. */
    void free(long first, long last) {
        for (int w = word(first); w <= word(last); w++) {
            long freed = settledBits[w] & mask(w, first, last);
            settledBits[w] &= ~freed;
            lazyFreeBits[w] |= freed;
            lazyFree += Long.bitCount(freed);
        }
    }

    /**
     * The part of a range that lies in one word is untouched again.
     *
     * @return those that were resident, as bits of the word
     */
    long drop(int w, long first, long last) {
        long mask = mask(w, first, last);
        long dropped = residentWord(w) & mask;
        if (dropped != 0) {
            resident -= Long.bitCount(dropped);
            for (int cause = 0; cause < Cause.COUNT; cause++) {
                committed[cause] -= Long.bitCount(dropped & causeWord(w, cause));
            }
            lazyFree -= Long.bitCount(lazyFreeBits[w] & mask);
            settledBits[w] &= ~mask;
            lazyFreeBits[w] &= ~mask;
        }
        zeroMapped -= Long.bitCount(zeroMappedBits[w] & mask);
        zeroMappedBits[w] &= ~mask;
        return dropped;
    }

    // ---- looking at them

    /** How many are resident, lazily free ones included. */
    long resident() {
        return resident;
    }

    long lazyFree() {
        return lazyFree;
    }

    long zeroMapped() {
        return zeroMapped;
    }

    /** How many are resident because of this cause; the causes sum to {@link #resident}. */
    long committed(int cause) {
        return committed[cause];
    }

    /** Whether a page has memory that nobody may take: writing to it changes nothing. */
    boolean isSettled(long osPage) {
        return (settledBits[word(osPage)] >>> osPage & 1) != 0;
    }

    boolean isResident(long osPage) {
        return (residentWord(word(osPage)) >>> osPage & 1) != 0;
    }

    boolean isLazilyFree(long osPage) {
        return (lazyFreeBits[word(osPage)] >>> osPage & 1) != 0;
    }

    boolean isZeroMapped(long osPage) {
        return (zeroMappedBits[word(osPage)] >>> osPage & 1) != 0;
    }

    /** Whether every page of a range has something mapped: memory of its own, given up or not, or the zero page. */
    boolean isPresent(long first, long last) {
        for (int w = word(first); w <= word(last); w++) {
            if ((mask(w, first, last) & ~present(w)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Pages of a range that are resident. */
    int residentIn(long first, long last) {
        int n = 0;
        for (int w = word(first); w <= word(last); w++) {
            n += Long.bitCount(residentWord(w) & mask(w, first, last));
        }
        return n;
    }

    /** Whether a page of a range is resident and not lazily free. */
    boolean hasSettled(long first, long last) {
        for (int w = word(first); w <= word(last); w++) {
            if ((settledBits[w] & mask(w, first, last)) != 0) {
                return true;
            }
        }
        return false;
    }

    /** The cause of a resident page. */
    int causeOf(long osPage) {
        int w = word(osPage);
        return (int) (causeLow[w] >>> osPage & 1) | (int) (causeHigh[w] >>> osPage & 1) << 1;
    }

    // ---- 64 at a time

    /** The word that a page's bit is in. */
    static int word(long osPage) {
        return (int) (osPage >>> 6);
    }

    int words() {
        return settledBits.length;
    }

    long residentWord(int w) {
        return settledBits[w] | lazyFreeBits[w];
    }

    long settledWord(int w) {
        return settledBits[w];
    }

    long lazyFreeWord(int w) {
        return lazyFreeBits[w];
    }

    long zeroMappedWord(int w) {
        return zeroMappedBits[w];
    }

    /** 1 = of this cause, where resident. */
    long causeWord(int w, int cause) {
        return ((cause & 1) != 0 ? causeLow[w] : ~causeLow[w]) & ((cause & 2) != 0 ? causeHigh[w] : ~causeHigh[w]);
    }

    private long present(int w) {
        return settledBits[w] | lazyFreeBits[w] | zeroMappedBits[w];
    }

    private static long mask(int word, long first, long last) {
        long mask = -1L;
        if (word == first >>> 6) {
            mask &= -1L << first;
        }
        if (word == last >>> 6) {
            mask &= -1L >>> 63 - (last & 63);
        }
        return mask;
    }
}
