package dev.needzero.heap;

import dev.needzero.units.Units;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * Which pages are free, and the lowest run of n of them.
 *
 * <p>{@code freeBits}: 1 = free; memory that was never grown into reads as not free, so that no run crosses it.
 * {@code scavengedBits}: 1 = free and given back to the system, or never used. Over the bitmap stands a binary tree whose
 * leaves are 4 MiB chunks; each node knows the free run that its range starts with, the one it ends with and the longest:
 *
 * <pre>
 *            start 2, longest 9, end 1
 *           /                         \
 *   start 2, longest 5, end 5    start 4, longest 4, end 1     5 + 4 = 9 straddle the middle
 * </pre>
 *
 * <p>A search goes left if the left half has a run, takes the straddling one if not, else goes right: first fit in time
 * that grows with the logarithm of the heap. Go has five levels with a fan-out of 8 and 14 bits, for the caches' sake;
 * the answer is the same. Go: {@code runtime/mpagealloc.go}, {@code pageAlloc}.
 */
public final class PageAlloc {
    private static final int CHUNK_PAGES = Units.PAGES_PER_CHUNK;
    private static final int CHUNK_WORDS = CHUNK_PAGES / 64;

    long[] freeBits = new long[CHUNK_WORDS];
    long[] scavengedBits = new long[CHUNK_WORDS];
    int leaves = 1;
    // Tree in heap order: node 1 is the root, leaf of chunk c is node leaves + c.
    int[] start = new int[2];
    int[] longest = new int[2];
    int[] end = new int[2];

    private final ScavengeIndex index = new ScavengeIndex();
    private int limitPage;
    private int freePages;
    private int freeScavengedPages;
    private int lastScavengedPages;
    /** Pages of an osPage; 1 when that is no larger than a page. */
    private final int osPagePages;

    PageAlloc(int osPagePages) {
        this.osPagePages = osPagePages;
    }

    /** Adds pages, free and scavenged; page and count are multiples of 512. */
    void grow(int page, int npages) {
        int chunks = (page + npages) / CHUNK_PAGES;
        if (chunks > leaves) {
            leaves = Integer.highestOneBit(chunks - 1) << 1;
            freeBits = Arrays.copyOf(freeBits, leaves * CHUNK_WORDS);
            scavengedBits = Arrays.copyOf(scavengedBits, leaves * CHUNK_WORDS);
            start = new int[leaves * 2];
            longest = new int[leaves * 2];
            end = new int[leaves * 2];
            limitPage = page + npages;
            set(freeBits, page, npages);
            for (int chunk = 0; chunk < chunks; chunk++) {
                summarizeChunk(chunk);
            }
            for (int node = leaves - 1; node >= 1; node--) {
                merge(node);
            }
        } else {
            limitPage = page + npages;
            set(freeBits, page, npages);
            update(page, npages);
        }
        set(scavengedBits, page, npages);
        freePages += npages;
        freeScavengedPages += npages;
        for (int chunk = page / CHUNK_PAGES; chunk < chunks; chunk++) {
            index.grow(chunk);
        }
    }

    /**
     * Takes the lowest run of {@code npages} free pages.
     *
     * @return its first page, or -1 when there is none
     */
    int alloc(int npages) {
        int page = find(npages);
        if (page >= 0) {
            take(page, npages);
        }
        return page;
    }

    /** Takes pages at a given place. */
    void allocRange(int page, int npages) {
        if (!isFree(page, npages)) {
            throw new IllegalStateException("pages " + page + " to " + (page + npages - 1) + " are not all free");
        }
        take(page, npages);
    }

    private void take(int page, int npages) {
        lastScavengedPages = clear(scavengedBits, page, npages);
        clear(freeBits, page, npages);
        freePages -= npages;
        freeScavengedPages -= lastScavengedPages;
        update(page, npages);
        for (int p = page; p < page + npages; ) {
            int chunk = p / CHUNK_PAGES;
            int n = Math.min(page + npages, (chunk + 1) * CHUNK_PAGES) - p;
            index.alloc(chunk, n);
            p += n;
        }
    }

    /** How many pages of the run last taken were scavenged. */
    int lastScavengedPages() {
        return lastScavengedPages;
    }

    /** Gives pages back; they are free and not scavenged. */
    void free(int page, int npages) {
        set(freeBits, page, npages);
        freePages += npages;
        update(page, npages);
        for (int p = page; p < page + npages; ) {
            int chunk = p / CHUNK_PAGES;
            int n = Math.min(page + npages, (chunk + 1) * CHUNK_PAGES) - p;
            index.free(chunk, p + n - 1, n);
            p += n;
        }
    }

    /**
     * Moves the free pages of the block with the lowest free page into a P's cache.
     *
     * @param blockPages length and alignment of blocks: 16, 32 or, in every Go, 64 pages
     * @return false when no page is free
     */
    boolean allocToCache(PageCache cache, int blockPages) {
        int page = find(1);
        if (page < 0) {
            return false;
        }
        fillCache(cache, page & -PageCache.PAGES, PageCache.blockBits(page, blockPages));
        return true;
    }

    /** Moves the free pages of 64 aligned ones, as far as {@code wanted} names them, into a P's cache. */
    void fillCache(PageCache cache, int base, long wanted) {
        int w = base >>> 6;
        long taken = freeBits[w] & wanted;
        cache.base = base;
        cache.freeBits = taken;
        cache.scavengedBits = scavengedBits[w] & taken;
        freeBits[w] &= ~taken;
        scavengedBits[w] &= ~taken;
        freePages -= Long.bitCount(taken);
        freeScavengedPages -= Long.bitCount(cache.scavengedBits);
        update(base, PageCache.PAGES);
        index.alloc(base / CHUNK_PAGES, Long.bitCount(taken));
    }

    /** Gives a P's cached pages back, scavenged ones as such. */
    void flush(PageCache cache) {
        int w = cache.base >>> 6;
        for (long bits = cache.freeBits; bits != 0; bits &= bits - 1) {
            int page = cache.base + Long.numberOfTrailingZeros(bits);
            index.free(page / CHUNK_PAGES, page, 1);
        }
        freeBits[w] |= cache.freeBits;
        scavengedBits[w] |= cache.scavengedBits;
        freePages += Long.bitCount(cache.freeBits);
        freeScavengedPages += Long.bitCount(cache.scavengedBits);
        update(cache.base, PageCache.PAGES);
        cache.freeBits = 0;
        cache.scavengedBits = 0;
    }

    /** First page of the lowest free run of this length, or -1. */
    int find(int npages) {
        if (longest[1] < npages) {
            return -1;
        }
        int node = 1;
        int size = leaves * CHUNK_PAGES;
        int base = 0;
        while (node < leaves) {
            int left = node * 2;
            size >>= 1;
            if (longest[left] >= npages) {
                node = left;
            } else if (end[left] + start[left + 1] >= npages) {
                return base + size - end[left];
            } else {
                node = left + 1;
                base += size;
            }
        }
        int limit = base + CHUNK_PAGES;
        for (int page = next(freeBits, base, limit, true); ; ) {
            int stop = next(freeBits, page, limit, false);
            if (stop - page >= npages) {
                return page;
            }
            page = next(freeBits, stop, limit, true);
        }
    }

    /** As {@link #find}, but outside of one 64-page block; -1 names none. */
    int findOutside(int npages, int block) {
        if (block < 0) {
            return find(npages);
        }
        long free = freeBits[block >>> 6];
        freeBits[block >>> 6] = 0;
        update(block, PageCache.PAGES);
        int page = find(npages);
        freeBits[block >>> 6] = free;
        update(block, PageCache.PAGES);
        return page;
    }

    /** The answer to a question while some free pages are not; nothing changes. */
    int without(int page, int npages, IntSupplier question) {
        clear(freeBits, page, npages);
        update(page, npages);
        int answer = question.getAsInt();
        set(freeBits, page, npages);
        update(page, npages);
        return answer;
    }

    // ---- scavenging

    ScavengeIndex scavengeIndex() {
        return index;
    }

    /** Where scavenged pages are reported. */
    public interface ReleaseSink {
        void released(int page, int npages);
    }

    /**
     * Gives free pages back, highest address first, until {@code bytes} are released or nothing is left.
     *
     * <p>Go: {@code runtime/mgcscavenge.go}, {@code pageAlloc.scavenge}.
     *
     * @param force dense chunks and memory freed in this generation as well
     * @param hugePagePages pages of a huge page that should not be broken, 0 when the system has none; it counts only
     *     where an osPage is no larger than a page, for the huge pages of other systems are larger than a chunk
     * @return bytes released
     */
    public long scavenge(long bytes, boolean force, int hugePagePages, ReleaseSink sink) {
        long released = 0;
        while (released < bytes) {
            int from = index.find(force);
            if (from < 0) {
                break;
            }
            long pagesLeft = bytes - released + Units.PAGE_BYTES - 1 >>> Units.PAGE_SHIFT;
            released += (long) scavengeOne(from, (int) Math.min(pagesLeft, CHUNK_PAGES), hugePagePages, sink)
                    << Units.PAGE_SHIFT;
        }
        return released;
    }

    private int scavengeOne(int from, int maxPages, int hugePagePages, ReleaseSink sink) {
        int chunkBase = from & -CHUNK_PAGES;
        // Where an osPage is larger than a page, only whole ones can be given back.
        int step = osPagePages;
        int last = (from & -step) + step - 1;
        while (last >= chunkBase && !isCandidate(last, step)) {
            last -= step;
        }
        if (last < chunkBase) {
            index.setEmpty(from / CHUNK_PAGES);
            return 0;
        }
        int low = last + 1 - step;
        while (low > chunkBase && isCandidate(low - 1, step)) {
            low -= step;
        }
        int run = last + 1 - low;
        int at = last + 1 - Math.min(run, (int) Units.alignUp(maxPages, step));
        if (hugePagePages > 0 && step == 1) {
            int above = (int) Units.alignUp(at, hugePagePages);
            int below = (int) Units.alignDown(at, hugePagePages);
            if (above <= last + 1 && below >= low && at > low) {
                at = below;
            }
        }
        int npages = last + 1 - at;
        set(scavengedBits, at, npages);
        freeScavengedPages += npages;
        index.broken(from / CHUNK_PAGES);
        sink.released(at, npages);
        return npages;
    }

    /** Whether all of the {@code step} pages that end with this one are free and not scavenged. */
    private boolean isCandidate(int lastPage, int step) {
        long wanted = (1L << step) - 1 << lastPage + 1 - step;
        return (freeBits[lastPage >>> 6] & ~scavengedBits[lastPage >>> 6] & wanted) == wanted;
    }

    /** Says of a free scavenged page that it is not with the system after all; false if it is not such a page. */
    boolean retain(int page) {
        if (page >= limitPage || (freeBits[page >>> 6] & scavengedBits[page >>> 6]) >>> page << 63 == 0) {
            return false;
        }
        freeScavengedPages -= clear(scavengedBits, page, 1);
        index.free(page / CHUNK_PAGES, page, 0);
        return true;
    }

    // ---- questions

    public boolean isFree(int page, int npages) {
        return page + npages <= limitPage && next(freeBits, page, page + npages, false) == page + npages;
    }

    /** The 64 bits of an aligned block, 1 = free. */
    long freeBitsOf(int base) {
        return freeBits[base >>> 6];
    }

    public boolean isScavenged(int page) {
        return (scavengedBits[page >>> 6] >>> page & 1) != 0;
    }

    /** Free pages outside the Ps' caches. */
    public int freePages() {
        return freePages;
    }

    public int freeScavengedPages() {
        return freeScavengedPages;
    }

    /** One past the highest page. */
    public int limitPage() {
        return limitPage;
    }

    // ---- the tree

    private void update(int page, int npages) {
        int lo = page / CHUNK_PAGES;
        int hi = (page + npages - 1) / CHUNK_PAGES;
        for (int chunk = lo; chunk <= hi; chunk++) {
            summarizeChunk(chunk);
        }
        for (lo = leaves + lo >> 1, hi = leaves + hi >> 1; lo >= 1; lo >>= 1, hi >>= 1) {
            for (int node = lo; node <= hi; node++) {
                merge(node);
            }
        }
    }

    private void summarizeChunk(int chunk) {
        int base = chunk * CHUNK_PAGES;
        int limit = base + CHUNK_PAGES;
        int node = leaves + chunk;
        int first = next(freeBits, base, limit, false) - base;
        int best = first;
        int run = first;
        int at = base + first;
        while (at < limit) {
            int from = next(freeBits, at, limit, true);
            at = next(freeBits, from, limit, false);
            run = at - from;
            best = Math.max(best, run);
        }
        start[node] = first;
        longest[node] = best;
        end[node] = run;
    }

    private void merge(int node) {
        int left = node * 2;
        int right = left + 1;
        int half = CHUNK_PAGES * (leaves / Integer.highestOneBit(node)) >> 1;
        start[node] = start[left] == half ? half + start[right] : start[left];
        end[node] = end[right] == half ? half + end[left] : end[right];
        longest[node] = Math.max(Math.max(longest[left], longest[right]), end[left] + start[right]);
    }

    // ---- bits

    /** The first bit at or above {@code from} with this value, or {@code limit}. */
    private static int next(long[] bits, int from, int limit, boolean value) {
        if (from >= limit) {
            return limit;
        }
        int w = from >>> 6;
        long word = (value ? bits[w] : ~bits[w]) & -1L << from;
        while (word == 0) {
            w++;
            if (w << 6 >= limit) {
                return limit;
            }
            word = value ? bits[w] : ~bits[w];
        }
        return Math.min((w << 6) + Long.numberOfTrailingZeros(word), limit);
    }

    private static void set(long[] bits, int from, int n) {
        for (int w = from >>> 6; w <= from + n - 1 >>> 6; w++) {
            bits[w] |= mask(w, from, from + n - 1);
        }
    }

    private static int clear(long[] bits, int from, int n) {
        int cleared = 0;
        for (int w = from >>> 6; w <= from + n - 1 >>> 6; w++) {
            long mask = mask(w, from, from + n - 1);
            cleared += Long.bitCount(bits[w] & mask);
            bits[w] &= ~mask;
        }
        return cleared;
    }

    private static long mask(int word, int first, int last) {
        long mask = word == first >>> 6 ? -1L << first : -1L;
        return word == last >>> 6 ? mask & -1L >>> 63 - (last & 63) : mask;
    }
}
