package dev.needzero.heap;

import dev.needzero.units.Units;
import java.util.function.Consumer;

/**
 * A heap that a recording tells what it did: where spans and objects lie, which span a P allocates from, what is gone.
 * Nothing here is Go's; the heap's own choices are {@link MHeap}'s, and {@link #peek} asks for them beforehand.
 *
 * <p>A recording does not show all. Free pages that it passes over some P must have cached, nobody knows which; they are
 * kept apart, {@link MHeap#withheld}, until it uses one of them or a collection ends.
 *
 * <p>It has no state of its own: any number may look at one heap.
 */
public final class RecordedHeap {
    private final MHeap heap;
    private final HeapLayout layout;
    private final PageAlloc pages;
    private final HeapStats stats;

    public RecordedHeap(MHeap heap) {
        this.heap = heap;
        this.layout = heap.layout;
        this.pages = heap.pages();
        this.stats = heap.stats();
    }

    // ---- what the heap would do by itself

    /** The page that a span of this length would begin at if it were allocated now. */
    public int peek(P p, int npages) {
        int at = -1;
        int wouldCache = -1;
        if (p != null && npages < layout.pageCachePages() >> 2) {
            PageCache cache = p.pageCache;
            int lowest = cache.isEmpty() ? pages.find(1) : -1;
            if (lowest >= 0) {
                cache = new PageCache();
                wouldCache = lowest & -PageCache.PAGES;
                cache.base = wouldCache;
                cache.freeBits = pages.freeBitsOf(wouldCache) & PageCache.blockBits(lowest, layout.pageCachePages());
            }
            at = cache.find(npages);
        }
        if (at < 0) {
            at = pages.findOutside(npages, wouldCache);
        }
        if (at < 0) {
            // The heap grows; the span begins in the free pages at its old end.
            at = pages.limitPage();
            while (at > 0 && pages.isFree(at - 1, 1) && at - 1 >>> 6 != wouldCache >> 6) {
                at--;
            }
        }
        return at;
    }

    /** What {@link #peek} would answer if a span had just been made on pages that it named; nothing changes. */
    public int peekPast(P p, int made, int madePages, int npages) {
        PageCache cache = p.pageCache;
        if (cache.holds(made, madePages)) {
            long free = cache.freeBits;
            cache.freeBits &= ~(-1L >>> 64 - madePages << made - cache.base);
            int page = peek(p, npages);
            cache.freeBits = free;
            return page;
        }
        return pages.isFree(made, madePages) ? pages.without(made, madePages, () -> peek(p, npages)) : -1;
    }

    // ---- spans where the recording has them

    /**
     * A span at a given place, as a recording has it; the heap grows as far as it must.
     *
     * @param nelems slots of the span; 0 for as many as the heap's layout has
     */
    public MSpan allocAt(int page, int npages, int spanClass, MSpan.State use, int nelems) {
        while (page + npages > pages.limitPage()) {
            int from = pages.limitPage() == 0 ? layout.baseChunk() * Units.PAGES_PER_CHUNK : pages.limitPage();
            heap.grow(page + npages - from);
        }
        pages.allocRange(page, npages);
        return heap.initSpan(page, npages, pages.lastScavengedPages(), spanClass, use, nelems);
    }

    /**
     * A span on the pages that a recording shows, whatever the heap would have chosen. Pages that lie in a P's cache leave
     * it; what else still lies there is taken to be gone.
     *
     * @param p who asks
     */
    public MSpan allocAs(P p, int page, int npages, int spanClass, MSpan.State use) {
        int own = peek(p, npages);
        long grown = 0;
        while (page + npages > pages.limitPage()) {
            grown += heap.grow(npages);
        }
        int scavenged = takePages(p, page, npages);
        if (own < page) {
            withhold(own);
        }
        heap.policy.beforeUse(grown, (long) scavenged << Units.PAGE_SHIFT);
        return heap.initSpan(page, npages, scavenged, spanClass, use, 0);
    }

    private int takePages(P p, int page, int npages) {
        PageCache own = p.pageCache;
        if (own.holds(page, npages)) {
            withhold(own, page, npages);
            own.take(page, npages);
            return own.lastScavengedPages();
        }
        for (P q : heap.procs) {
            if (q != null && q.pageCache.touches(page, npages)) {
                pages.flush(q.pageCache);
            }
        }
        giveBack(page, npages);
        for (int at = page; at < page + npages; at++) {
            MSpan still = heap.spanOf(at);
            if (still != null) {
                discard(still);
            }
        }
        boolean cacheable = npages < layout.pageCachePages() >> 2 && page >>> 6 == page + npages - 1 >>> 6;
        if (cacheable && own.find(npages) >= 0) {
            pages.flush(own); // it was given up unseen: its P was idle at a collection's end
        }
        if (cacheable && own.isEmpty()) {
            pages.fillCache(own, page & -PageCache.PAGES, npages == 1 ? -1L << page : -1L);
            own.take(page, npages);
            return own.lastScavengedPages();
        }
        pages.allocRange(page, npages);
        return pages.lastScavengedPages();
    }

    /** The recording passed these pages over though they are free: another P has them cached. */
    private void withhold(int page) {
        if (pages.freeBitsOf(page & -PageCache.PAGES) << ~page >= 0) {
            return;
        }
        PageCache aside = new PageCache();
        pages.fillCache(aside, page & -PageCache.PAGES, -1L);
        heap.withheld.add(aside);
    }

    /** The same for pages that a P was thought to have cached. */
    private void withhold(PageCache cache, int page, int npages) {
        int passed = cache.find(npages);
        if (passed < page) {
            long bits = npages == 1 ? -1L : -1L >>> 64 - npages << passed;
            heap.withheld.add(cache.split(bits & ~(-1L << page))); // the run passed over may end in the one taken
        }
    }

    /** Gives pages that were kept apart back to the heap, those of a run or all. */
    private void giveBack(int page, int npages) {
        for (int i = heap.withheld.size() - 1; i >= 0; i--) {
            if (npages == 0 || heap.withheld.get(i).touches(page, npages)) {
                pages.flush(heap.withheld.remove(i));
            }
        }
    }

    /** Gives all pages back that were kept apart. */
    public void releaseWithheld() {
        giveBack(0, 0);
    }

    /** Frees a span with all that is on it: the recording shows that it is gone. */
    public void discard(MSpan span) {
        if (span.state == MSpan.State.IN_USE) {
            P holder = cachedBy(span);
            if (holder != null) {
                heap.flushCounts(holder, span);
                holder.cached[span.spanClass] = null;
            }
            if (span.isLarge()) {
                stats.countLargeFree(span.sizeBytes());
            } else {
                stats.smallFreeCount[SpanClass.sizeClass(span.spanClass)] += span.allocCount;
            }
        }
        heap.freeSpan(span);
    }

    // ---- the span that a P allocates from

    /** Makes a P use this span of a class instead of the one it has cached: the recording shows that it does. */
    public void adopt(P p, MSpan span) {
        if (span.sweepgen == heap.sweepgen + 3 || heap.isStale(span)) {
            return; // a P has it cached already, and no two may
        }
        heap.uncache(p, span.spanClass);
        take(p, span);
    }

    /**
     * Exchanges a P's span of a class for the one that a recording shows it to use from here on, or gives it up for fresh
     * pages that come next.
     *
     * @param recorded a span with a free slot that no P has cached; null when the recording takes fresh pages
     * @return whether the heap would have done the same
     */
    public boolean refillAs(P p, int spanClass, MSpan recorded) {
        MSpan old = p.cached[spanClass];
        boolean due = old == null || old.peekFree() < 0;
        heap.uncache(p, spanClass);
        MSpan own = heap.central(spanClass).findSpan(p);
        if (own != null && own != recorded) {
            heap.central(spanClass).putBack(own);
        }
        if (recorded != null) {
            take(p, recorded);
        }
        return due && own == recorded;
    }

    private void take(P p, MSpan span) {
        heap.unlist(span);
        if (heap.isUnswept(span)) {
            heap.sweep(span, true);
        }
        heap.cacheForUse(p, span);
    }

    /** The P that has a span cached, or null. */
    public P cachedBy(MSpan span) {
        for (P p : heap.procs) {
            if (p != null && p.cached[span.spanClass] == span) {
                return p;
            }
        }
        return null;
    }

    /** The first half of {@link MHeap#refill} alone: a P's full span of a class is filed with its mcentral. */
    public void uncacheFull(P p, int spanClass) {
        MSpan old = p.cached[spanClass];
        if (old != null && old.isFull()) {
            heap.uncache(p, spanClass);
        }
    }

    /** The first part of {@link MHeap#releaseAll}: the classes up to this one. */
    public void releaseThrough(P p, int spanClass) {
        for (int c = 0; c <= spanClass; c++) {
            if (p.cached[c] != null && heap.isStale(p.cached[c])) {
                heap.uncache(p, c);
            }
        }
    }

    // ---- what existed before the trace, and guesses about it

    /** Fills a P's empty page cache with the free pages of a block from a page upward: the state before the trace. */
    public void fillPageCache(P p, int fromPage) {
        pages.fillCache(
                p.pageCache,
                fromPage & -PageCache.PAGES,
                -1L << fromPage & PageCache.blockBits(fromPage, layout.pageCachePages()));
    }

    /**
     * Says of a free page that it is not with the system: it was used and freed before the trace.
     *
     * @return false when it is not a free page that is with the system
     */
    public boolean setRetained(int page) {
        boolean done = pages.retain(page);
        for (int id = 0; id < heap.procs.length && !done; id++) {
            done = heap.procs[id] != null && heap.procs[id].pageCache.retain(page);
        }
        if (done) {
            stats.released -= Units.PAGE_BYTES;
            stats.free += Units.PAGE_BYTES;
        }
        return done;
    }

    /** A span that existed before the trace and that a P has had cached since it was fresh. */
    public void cacheSinceFresh(P p, MSpan span) {
        heap.cache(p, span);
        span.allocCountBeforeCache = 0;
    }

    /** Lists a span that existed before the trace as swept and of no use to a refill: nobody knows its place in a queue. */
    public void shelve(MSpan span) {
        stats.smallAllocCount[SpanClass.sizeClass(span.spanClass)] += span.allocCount;
        heap.central(span.spanClass).fullSwept().push(span);
    }

    /** The same for the swept spans of a class that were thought to wait with free slots; each is handed to a visitor. */
    public void shelveWaiting(int spanClass, Consumer<MSpan> visitor) {
        MCentral of = heap.central(spanClass);
        for (MSpan span = of.partialSwept().pop();
                span != null;
                span = of.partialSwept().pop()) {
            of.fullSwept().push(span);
            visitor.accept(span);
        }
    }

    /** The same for the span that a P was thought to have cached. */
    public void shelveCached(P p, int spanClass) {
        MSpan span = p.cached[spanClass];
        heap.flushCounts(p, span);
        span.sweepgen = heap.sweepgen;
        heap.central(spanClass).fullSwept().push(span);
        p.cached[spanClass] = null;
    }

    // ---- objects: nothing is cached, queued or swept

    /** Puts an object into a given slot; it is counted at once. */
    public MSpan place(MSpan span, int slot) {
        span.place(slot);
        if (span.isLarge()) {
            stats.countLargeAlloc(span.sizeBytes());
        } else {
            stats.smallAllocCount[SpanClass.sizeClass(span.spanClass)]++;
        }
        return span;
    }

    /**
     * Empties a given slot, as a recorded sweep did. The span stays until the recording frees it.
     *
     * @return false when the slot holds no object
     */
    public boolean vacate(MSpan span, int slot) {
        if (!span.vacate(slot)) {
            return false;
        }
        if (span.isLarge()) {
            stats.countLargeFree(span.sizeBytes());
        } else {
            span.needzero = true;
            stats.smallFreeCount[SpanClass.sizeClass(span.spanClass)]++;
        }
        return true;
    }
}
