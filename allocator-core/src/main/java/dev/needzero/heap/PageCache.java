package dev.needzero.heap;

/**
 * A P's own piece of the page bitmap: 64 aligned pages, 1 = free and this P's to hand out without asking the heap.
 * Go: {@code runtime/mpagecache.go}, {@code pageCache}.
 */
public final class PageCache {
    static final int PAGES = 64;

    int base;
    long freeBits;
    long scavengedBits;
    private int lastScavengedPages;

    /** Which of 64 aligned pages belong to the block that a page lies in. */
    static long blockBits(int page, int blockPages) {
        return -1L >>> PAGES - blockPages << (page & PAGES - 1 & -blockPages);
    }

    public boolean isEmpty() {
        return freeBits == 0;
    }

    /** First page of the 64 that the bits stand for. */
    public int base() {
        return base;
    }

    /** 1 = free. */
    public long freeBits() {
        return freeBits;
    }

    /** First page of the lowest run of {@code npages} free pages, or -1. */
    int find(int npages) {
        // A bit survives the n-1 shifts when n set bits follow from it upward.
        long starts = freeBits;
        for (int i = 1; i < npages && starts != 0; i++) {
            starts &= freeBits >>> i;
        }
        return starts == 0 ? -1 : base + Long.numberOfTrailingZeros(starts);
    }

    /**
     * Hands out the lowest run of {@code npages} free pages.
     *
     * @return its first page, or -1 when there is no such run
     */
    int alloc(int npages) {
        int page = find(npages);
        if (page >= 0) {
            take(page, npages);
        }
        return page;
    }

    boolean isScavenged(int page) {
        return page >= base && page < base + PAGES && (freeBits & scavengedBits) >>> page << 63 != 0;
    }

    /** Moves some of the pages into a cache of their own. */
    PageCache split(long bits) {
        PageCache part = new PageCache();
        part.base = base;
        part.freeBits = freeBits & bits;
        part.scavengedBits = scavengedBits & bits;
        freeBits &= ~bits;
        scavengedBits &= ~bits;
        return part;
    }

    /** Whether all pages of a run are cached. */
    boolean holds(int page, int npages) {
        if (page < base || page + npages > base + PAGES) {
            return false;
        }
        long run = -1L >>> 64 - npages << page - base;
        return (freeBits & run) == run;
    }

    /** Whether any page of a run is cached. */
    boolean touches(int page, int npages) {
        for (int at = Math.max(page, base); at < Math.min(page + npages, base + PAGES); at++) {
            if ((freeBits >>> at & 1) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Hands out a run of cached pages. */
    void take(int page, int npages) {
        long run = -1L >>> 64 - npages << page - base;
        lastScavengedPages = Long.bitCount(scavengedBits & run);
        freeBits &= ~run;
        scavengedBits &= ~run;
    }

    /** Says of a cached page that it is not with the system after all. */
    boolean retain(int page) {
        if (page < base || page >= base + PAGES || (freeBits & scavengedBits) >>> page << 63 == 0) {
            return false;
        }
        scavengedBits &= ~(1L << page);
        return true;
    }

    /** How many pages of the run last handed out were scavenged. */
    int lastScavengedPages() {
        return lastScavengedPages;
    }
}
