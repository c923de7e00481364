package dev.needzero.heap;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The heap: pages handed out as spans, taken back, grown from the system in multiples of 4 MiB.
 *
 * <p>Page numbers and addresses count from the heap's base, which is 64 MiB-aligned; the heap is one stretch upward from
 * it. One thread; where Go locks or compares and swaps, this just does it.
 *
 * <p>Go: {@code runtime/mheap.go}, {@code mheap}: {@code alloc}, {@code allocSpan}, {@code grow}, {@code freeSpan},
 * {@code allocNeedsZero}; sweeping of one span {@code runtime/mgcsweep.go}, {@code sweepLocked.sweep}. Left out:
 * finalizers and other specials, user arenas, several arena hints.
 */
public final class MHeap {
    private static final int PAGES_PER_ARENA = Units.PAGES_PER_ARENA;

    final HeapLayout layout;
    private final AddressSpace os;
    private final PageAlloc pages;
    private final MCentral[] central = new MCentral[SpanClass.COUNT];
    private final int[] nelems = new int[SpanClass.COUNT];
    private final HeapStats stats = new HeapStats();
    HeapPolicy policy = HeapPolicy.NONE;
    private HugePageCalls hugePageCalls = HugePageCalls.NONE;

    /** Even; up by two at every mark termination. See {@link MSpan}. */
    int sweepgen = 2;
    /** No span awaits sweeping. */
    boolean sweepDone = true;

    private boolean claimsHold = true;

    private long pagesSwept;
    private long pagesInUse;

    /** The span that each page belongs to, one table an arena. */
    private MSpan[][] spans = new MSpan[16][];
    /** Pages of each arena below this offset were handed out at some time. */
    private int[] zeroedBase = new int[16];
    /** Pages that were ever part of a span, one bit a page; only with per-page tracking. */
    private long[] everUsedBits = new long[0];

    private P[] procs = new P[1];
    /** Free pages that some P, nobody knows which, is taken to have cached. */
    private final List<PageCache> withheld = new ArrayList<>();

    /** Reserved and not yet used: {@code [curArena, arenaEnd)}, in pages. */
    private int curArena;

    private int arenaEnd;

    public MHeap(HeapLayout layout, AddressSpace os) {
        this.layout = layout;
        this.os = os;
        this.pages = new PageAlloc(Math.max(1, (1 << os.osPageShift()) >> Units.PAGE_SHIFT));
        for (int c = 0; c < SpanClass.COUNT; c++) {
            int sizeClass = SpanClass.sizeClass(c);
            if (sizeClass < layout.sizeClasses().count()) {
                central[c] = new MCentral(this, c);
                nelems[c] = sizeClass == 0 ? 1 : layout.nelems(c);
            }
        }
    }

    /** Says who decides on sweeping and scavenging from now on. */
    public void setPolicy(HeapPolicy policy) {
        this.policy = policy;
    }

    /** Says what the heap asks of the system's huge pages from now on. */
    public void setHugePageCalls(HugePageCalls calls) {
        this.hugePageCalls = calls;
        pages.scavengeIndex().setHugePageCalls(calls);
    }

    public HeapLayout layout() {
        return layout;
    }

    public PageAlloc pages() {
        return pages;
    }

    public HeapStats stats() {
        return stats;
    }

    public MCentral central(int spanClass) {
        return central[spanClass];
    }

    /** The P with this number; it comes into being when first asked for. */
    public P proc(int id) {
        if (id >= procs.length) {
            procs = Arrays.copyOf(procs, Math.max(id + 1, procs.length * 2));
        }
        P p = procs[id];
        if (p == null) {
            p = new P(id, sweepgen);
            procs[id] = p;
        }
        return p;
    }

    /** Numbers below this may name Ps that exist. */
    public int procLimit() {
        return procs.length;
    }

    /** The P with this number, or null if it never ran. */
    public P procOrNull(int id) {
        return procs[id];
    }

    public int sweepgen() {
        return sweepgen;
    }

    public boolean sweepDone() {
        return sweepDone;
    }

    /** Pages swept since the last mark termination. */
    public long pagesSwept() {
        return pagesSwept;
    }

    /** Pages of spans that hold objects. */
    public long pagesInUse() {
        return pagesInUse;
    }

    /** The span that a page belongs to, or null. */
    public MSpan spanOf(int page) {
        int arena = page >>> 13;
        return arena < spans.length && spans[arena] != null ? spans[arena][page & PAGES_PER_ARENA - 1] : null;
    }

    /** Whether a free page is with the system: given back, or never used. */
    public boolean isWithSystem(int page) {
        boolean with = pages.isScavenged(page);
        for (P p : procs) {
            with |= p != null && p.pageCache.isScavenged(page);
        }
        for (PageCache aside : withheld) {
            with |= aside.isScavenged(page);
        }
        return with;
    }

    /** Hands the pages that are kept apart to a visitor. */
    void forEachWithheld(Consumer<PageCache> visitor) {
        withheld.forEach(visitor);
    }

    // ---- pages for spans

    /**
     * A new span for objects.
     *
     * @param p whose page cache serves small requests; null goes to the page bitmap at once
     */
    public MSpan alloc(P p, int npages, int spanClass) {
        if (!sweepDone) {
            policy.reclaim(npages);
        }
        return allocSpan(p, npages, spanClass, MSpan.State.IN_USE);
    }

    /** A new span for stacks or work buffers. */
    public MSpan allocManual(P p, int npages, MSpan.State use) {
        return allocSpan(p, npages, SpanClass.MANUAL, use);
    }

    private MSpan allocSpan(P p, int npages, int spanClass, MSpan.State use) {
        int page = -1;
        int scavenged = 0;
        long grown = 0;
        if (p != null && npages < layout.pageCachePages() >> 2) {
            PageCache cache = p.pageCache;
            if (cache.isEmpty()) {
                pages.allocToCache(cache, layout.pageCachePages());
            }
            page = cache.alloc(npages);
            scavenged = cache.lastScavengedPages();
        }
        if (page < 0) {
            page = pages.alloc(npages);
            while (page < 0) {
                // Once, but for an empty heap whose base padding takes a part of the first growth.
                grown += grow(npages);
                page = pages.alloc(npages);
            }
            scavenged = pages.lastScavengedPages();
        }
        policy.beforeUse(grown, (long) scavenged << Units.PAGE_SHIFT);
        return initSpan(page, npages, scavenged, spanClass, use, 0);
    }

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
        for (int id = 0; id < procs.length && !done; id++) {
            done = procs[id] != null && procs[id].pageCache.retain(page);
        }
        if (done) {
            stats.released -= Units.PAGE_BYTES;
            stats.free += Units.PAGE_BYTES;
        }
        return done;
    }

    /**
     * A span at a given place, as a recording has it; the heap grows as far as it must.
     *
     * @param nelems slots of the span; 0 for as many as this heap's layout has
     */
    public MSpan allocAt(int page, int npages, int spanClass, MSpan.State use, int nelems) {
        while (page + npages > pages.limitPage()) {
            int from = pages.limitPage() == 0 ? layout.baseChunk() * Units.PAGES_PER_CHUNK : pages.limitPage();
            grow(page + npages - from);
        }
        pages.allocRange(page, npages);
        return initSpan(page, npages, pages.lastScavengedPages(), spanClass, use, nelems);
    }

    /**
     * A span on the pages that a recording shows, whatever this heap would have chosen. Pages that lie in a P's cache leave
     * it; what else still lies there is taken to be gone.
     *
     * @param p who asks
     */
    public MSpan allocAs(P p, int page, int npages, int spanClass, MSpan.State use) {
        int own = peek(p, npages);
        long grown = 0;
        while (page + npages > pages.limitPage()) {
            grown += grow(npages);
        }
        int scavenged = takePages(p, page, npages);
        if (own < page) {
            withhold(own);
        }
        policy.beforeUse(grown, (long) scavenged << Units.PAGE_SHIFT);
        return initSpan(page, npages, scavenged, spanClass, use, 0);
    }

    /**
     * A recording passed these pages over though they are free: another P has them cached, and when it took them nobody
     * saw. They are kept apart until the recording uses one or a collection ends.
     */
    private void withhold(int page) {
        if (pages.freeBitsOf(page & -PageCache.PAGES) << ~page >= 0) {
            return;
        }
        PageCache aside = new PageCache();
        pages.fillCache(aside, page & -PageCache.PAGES, -1L);
        withheld.add(aside);
    }

    /** The same for pages that a P was thought to have cached. */
    private void withhold(PageCache cache, int page, int npages) {
        int passed = cache.find(npages);
        if (passed < page) {
            long bits = npages == 1 ? -1L : -1L >>> 64 - npages << passed;
            withheld.add(cache.split(bits & ~(-1L << page))); // the run passed over may end in the one taken
        }
    }

    /** Gives pages that were kept apart back to the heap, those of a run or all. */
    private void giveBack(int page, int npages) {
        for (int i = withheld.size() - 1; i >= 0; i--) {
            if (npages == 0 || withheld.get(i).touches(page, npages)) {
                pages.flush(withheld.remove(i));
            }
        }
    }

    private int takePages(P p, int page, int npages) {
        PageCache own = p.pageCache;
        if (own.holds(page, npages)) {
            withhold(own, page, npages);
            own.take(page, npages);
            return own.lastScavengedPages();
        }
        for (P q : procs) {
            if (q != null && q.pageCache.touches(page, npages)) {
                pages.flush(q.pageCache);
            }
        }
        giveBack(page, npages);
        for (int at = page; at < page + npages; at++) {
            MSpan still = spanOf(at);
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

    /** Frees a span with all that is on it: the recording shows that it is gone. */
    public void discard(MSpan span) {
        if (span.state == MSpan.State.IN_USE) {
            P holder = cachedBy(span);
            if (holder != null) {
                flushCounts(holder, span);
                holder.cached[span.spanClass] = null;
            }
            if (span.isLarge()) {
                stats.largeFree += span.sizeBytes();
                stats.largeFreeCount++;
            } else {
                stats.smallFreeCount[SpanClass.sizeClass(span.spanClass)] += span.allocCount;
            }
        }
        freeSpan(span);
    }

    /** Gives all pages back that were kept apart. */
    public void releaseWithheld() {
        giveBack(0, 0);
    }

    /** Gives the pages that a P has cached back to the heap: it is idle at a collection's end, or goes away. */
    public void flushPageCache(P p) {
        if (!p.pageCache.isEmpty()) {
            pages.flush(p.pageCache);
        }
    }

    private MSpan initSpan(
            int page, int npages, int scavengedPages, int spanClass, MSpan.State use, int recordedNelems) {
        boolean needzero = allocNeedsZero(page, npages) && !(layout.scavengedIsZero() && scavengedPages == npages);
        long bytes = (long) npages << Units.PAGE_SHIFT;
        long scavengedBytes = (long) scavengedPages << Units.PAGE_SHIFT;
        stats.released -= scavengedBytes;
        stats.free -= bytes - scavengedBytes;
        addInUse(use, bytes);
        stats.spansInUse++;
        MSpan span;
        if (use == MSpan.State.IN_USE) {
            int sizeClass = SpanClass.sizeClass(spanClass);
            int elemBytes = sizeClass == 0
                    ? (int) Math.min(bytes, Integer.MAX_VALUE)
                    : layout.sizeClasses().bytes(sizeClass);
            int slots = recordedNelems > 0 ? recordedNelems : nelems[spanClass];
            span = new MSpan(page, npages, spanClass, slots, elemBytes, needzero, use);
            pagesInUse += npages;
        } else {
            span = new MSpan(page, npages, spanClass, 0, 0, needzero, use);
        }
        span.sweepgen = sweepgen;
        setSpans(page, npages, span);
        return span;
    }

    private void addInUse(MSpan.State use, long bytes) {
        switch (use) {
            case IN_USE -> stats.inHeap += bytes;
            case STACK -> stats.inStacks += bytes;
            case WORK_BUFFER -> stats.inWorkBufs += bytes;
            default -> throw new IllegalStateException("a span cannot be allocated " + use);
        }
    }

    private void setSpans(int page, int npages, MSpan span) {
        for (int p = page; p < page + npages; ) {
            int arena = p >>> 13;
            if (arena >= spans.length) {
                spans = Arrays.copyOf(spans, Math.max(arena + 1, spans.length * 2));
            }
            if (spans[arena] == null) {
                spans[arena] = new MSpan[PAGES_PER_ARENA];
            }
            int from = p & PAGES_PER_ARENA - 1;
            int n = Math.min(page + npages - p, PAGES_PER_ARENA - from);
            Arrays.fill(spans[arena], from, from + n, span);
            p += n;
        }
    }

    /** What a manual span is used for becomes known later than its allocation: a work buffer, not a stack. */
    public void reclassify(MSpan span, MSpan.State use) {
        addInUse(span.state, -span.sizeBytes());
        span.state = use;
        addInUse(use, span.sizeBytes());
    }

    /** Gives a span's pages back to the page bitmap; they keep what was written to them. */
    public void freeSpan(MSpan span) {
        long bytes = span.sizeBytes();
        addInUse(span.state, -bytes);
        if (span.state == MSpan.State.IN_USE) {
            pagesInUse -= span.npages;
        }
        stats.free += bytes;
        stats.spansInUse--;
        span.state = MSpan.State.DEAD;
        span.listedIn = null;
        setSpans(span.page, span.npages, null);
        pages.free(span.page, span.npages);
    }

    /**
     * Whether any of these pages may have been written since the system handed them over, and notes that from now on they
     * may have been.
     */
    private boolean allocNeedsZero(int page, int npages) {
        boolean need = false;
        if (layout.zeroTracking() == HeapLayout.ZeroTracking.PER_PAGE) {
            int words = (page + npages + 63) >>> 6;
            if (words > everUsedBits.length) {
                everUsedBits = Arrays.copyOf(everUsedBits, Math.max(words, everUsedBits.length * 2));
            }
            for (int p = page; p < page + npages; p++) {
                need |= (everUsedBits[p >>> 6] >>> p & 1) != 0;
                everUsedBits[p >>> 6] |= 1L << p;
            }
            return need;
        }
        for (int p = page; p < page + npages; ) {
            int arena = p >>> 13;
            if (arena >= zeroedBase.length) {
                zeroedBase = Arrays.copyOf(zeroedBase, Math.max(arena + 1, zeroedBase.length * 2));
            }
            int from = p & PAGES_PER_ARENA - 1;
            int to = Math.min(from + page + npages - p, PAGES_PER_ARENA);
            need |= from < zeroedBase[arena];
            zeroedBase[arena] = Math.max(zeroedBase[arena], to);
            p += to - from;
        }
        return need || layout.zeroTracking() == HeapLayout.ZeroTracking.NONE;
    }

    /**
     * Extends the heap by at least {@code npages}, in multiples of 4 MiB.
     *
     * @return bytes added
     */
    public long grow(int npages) {
        int ask = (int) Units.alignUp(npages, layout.growthPages());
        boolean first = arenaEnd == 0;
        int chunk = first ? layout.baseChunk() * Units.PAGES_PER_CHUNK : 0;
        if (curArena + chunk + ask > arenaEnd) {
            int reserve = (int) Units.alignUp(ask, PAGES_PER_ARENA);
            os.reserve((long) arenaEnd << Units.PAGE_SHIFT, (long) reserve << Units.PAGE_SHIFT);
            arenaEnd += reserve;
            curArena += chunk;
            if (curArena + ask > arenaEnd) {
                os.reserve((long) arenaEnd << Units.PAGE_SHIFT, (long) PAGES_PER_ARENA << Units.PAGE_SHIFT);
                arenaEnd += PAGES_PER_ARENA;
            }
        }
        int at = curArena;
        curArena += ask;
        os.map((long) at << Units.PAGE_SHIFT, (long) ask << Units.PAGE_SHIFT);
        hugePageCalls.grown((long) at << Units.PAGE_SHIFT, (long) ask << Units.PAGE_SHIFT);
        pages.grow(at, ask);
        stats.released += (long) ask << Units.PAGE_SHIFT;
        if (first && layout.basePaddingPages() > 0) {
            // In use and scavenged for ever: no span, no memory, still counted as released.
            pages.allocRange(at, layout.basePaddingPages());
        }
        return (long) ask << Units.PAGE_SHIFT;
    }

    /** How many OS pages of these pages are resident. */
    public int residentOsPages(int page, int npages) {
        int shift = os.osPageShift();
        long last = ((long) (page + npages) << Units.PAGE_SHIFT) - 1 >>> shift;
        int resident = 0;
        for (long osPage = (long) page << Units.PAGE_SHIFT >>> shift; osPage <= last; osPage++) {
            resident += os.isResident(osPage) ? 1 : 0;
        }
        return resident;
    }

    /** Free pages went back to the system: accounting and the system call. */
    public void release(int page, int npages) {
        long bytes = (long) npages << Units.PAGE_SHIFT;
        stats.released += bytes;
        stats.free -= bytes;
        os.release((long) page << Units.PAGE_SHIFT, bytes);
    }

    // ---- writes that creating a span makes

    /**
     * Initialises what lies beside the slots of a new span: the pointer bitmap and the inline mark area at its end. These
     * writes commit the span's last OS page, whether or not its objects there are ever used.
     */
    public void writeHeapBits(MSpan span) {
        int spanClass = span.spanClass;
        long end = span.base() + span.sizeBytes();
        if (layout.hasInlineMarks(spanClass)) {
            if (span.needzero) {
                os.write(end - HeapLayout.BITMAP_BYTES, HeapLayout.BITMAP_BYTES, Cause.RUNTIME);
            }
            os.write(end - 1, 1, Cause.RUNTIME); // the span class, in the area's last byte
            end -= HeapLayout.BITMAP_BYTES;
        }
        if (layout.hasInSpanBitmap(spanClass)) {
            os.write(end - HeapLayout.BITMAP_BYTES, HeapLayout.BITMAP_BYTES, Cause.RUNTIME);
        }
    }

    // ---- small and large objects

    /** Exchanges a P's full span of a class for one with a free slot. */
    public MSpan refill(P p, int spanClass) {
        uncache(p, spanClass);
        return cacheForUse(p, central[spanClass].cacheSpan(p));
    }

    /** Makes a P use this span of a class instead of the one it has cached: the recording shows that it does. */
    public void adopt(P p, MSpan span) {
        if (span.sweepgen == sweepgen + 3 || isStale(span)) {
            return; // a P has it cached already, and no two may
        }
        uncache(p, span.spanClass);
        take(p, span);
    }

    /**
     * Exchanges a P's span of a class for the one that a recording shows it to use from here on, or gives it up for fresh
     * pages that come next.
     *
     * @param recorded a span with a free slot that no P has cached; null when the recording takes fresh pages
     * @return whether this heap would have done the same
     */
    public boolean refillAs(P p, int spanClass, MSpan recorded) {
        MSpan old = p.cached[spanClass];
        boolean due = old == null || old.peekFree() < 0;
        uncache(p, spanClass);
        MSpan own = central[spanClass].findSpan(p);
        if (own != null && own != recorded) {
            central[spanClass].putBack(own);
        }
        if (recorded != null) {
            take(p, recorded);
        }
        return due && own == recorded;
    }

    /** Takes a span out of the queue that it stands in. */
    public void unlist(MSpan span) {
        if (span.listedIn != null) {
            span.listedIn.remove(span);
        }
    }

    private void take(P p, MSpan span) {
        unlist(span);
        if (isUnswept(span)) {
            sweep(span, true);
        }
        cacheForUse(p, span);
    }

    /** The P that has a span cached, or null. */
    public P cachedBy(MSpan span) {
        for (P p : procs) {
            if (p != null && p.cached[span.spanClass] == span) {
                return p;
            }
        }
        return null;
    }

    private MSpan cacheForUse(P p, MSpan span) {
        cache(p, span);
        stats.heapLive += span.sizeBytes() - (long) span.allocCount * span.elemBytes;
        return span;
    }

    private void uncache(P p, int spanClass) {
        MSpan old = p.cached[spanClass];
        if (old != null) {
            flushCounts(p, old);
            central[spanClass].uncacheSpan(old);
            p.cached[spanClass] = null;
        }
    }

    /** Lists a span that existed before the trace as swept and of no use to a refill: nobody knows its place in a queue. */
    public void shelve(MSpan span) {
        stats.smallAllocCount[SpanClass.sizeClass(span.spanClass)] += span.allocCount;
        central[span.spanClass].fullSwept().push(span);
    }

    /** The same for the swept spans of a class that were thought to wait with free slots; each is handed to a visitor. */
    public void shelveWaiting(int spanClass, Consumer<MSpan> visitor) {
        MCentral of = central[spanClass];
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
        flushCounts(p, span);
        span.sweepgen = sweepgen;
        central[spanClass].fullSwept().push(span);
        p.cached[spanClass] = null;
    }

    /** A span that existed before the trace and that a P has had cached since it was fresh. */
    public void cacheSinceFresh(P p, MSpan span) {
        cache(p, span);
        span.allocCountBeforeCache = 0;
    }

    /** Makes a span the one that a P allocates its class from. */
    public void cache(P p, MSpan span) {
        span.listedIn = null;
        span.sweepgen = sweepgen + 3;
        span.allocCountBeforeCache = span.allocCount;
        p.cached[span.spanClass] = span;
    }

    /** The first half of {@link #refill} alone: a P's full span of a class is filed with its mcentral. */
    public void uncacheFull(P p, int spanClass) {
        MSpan old = p.cached[spanClass];
        if (old != null && old.isFull()) {
            uncache(p, spanClass);
        }
    }

    private void flushCounts(P p, MSpan span) {
        stats.smallAllocCount[SpanClass.sizeClass(span.spanClass)] += span.allocCount - span.allocCountBeforeCache;
        span.allocCountBeforeCache = span.allocCount;
        if (span.spanClass == layout.tinySpanClass()) {
            stats.tinyAllocCount += p.tinyAllocs;
            p.tinyAllocs = 0;
        }
    }

    /** A span for one large object; its only slot is taken. */
    public MSpan allocLarge(P p, int npages, boolean noscan) {
        policy.deductSweepCredit((long) npages << Units.PAGE_SHIFT, npages);
        return countLarge(alloc(p, npages, SpanClass.of(0, noscan)));
    }

    /** Accounts for a large object whose span was just allocated, and lists the span. */
    public MSpan countLarge(MSpan span) {
        central[span.spanClass].fullSwept().push(span);
        return place(span, 0);
    }

    // ---- objects where a recording has them: nothing is cached, queued or swept

    /** Puts an object into a given slot; it is counted at once. */
    public MSpan place(MSpan span, int slot) {
        span.place(slot);
        if (span.isLarge()) {
            stats.largeAlloc += span.sizeBytes();
            stats.largeAllocCount++;
            stats.heapLive += span.sizeBytes();
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
            stats.largeFree += span.sizeBytes();
            stats.largeFreeCount++;
        } else {
            span.needzero = true;
            stats.smallFreeCount[SpanClass.sizeClass(span.spanClass)]++;
        }
        return true;
    }

    // ---- tiny objects

    /**
     * Room for a tiny object in the P's current block.
     *
     * <p>Go: {@code runtime/malloc.go}, {@code mallocgcTiny}. Alignment depends on the size, for the type is unknown.
     *
     * @return its offset from the heap's base, or -1 when it needs a block of its own
     */
    public long tinyAlloc(P p, int size) {
        if (p.tiny == P.NO_TINY) {
            return -1;
        }
        int align = size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : size % 2 == 0 ? 2 : 1;
        int at = (int) Units.alignUp(p.tinyOffset, align);
        if (at + size > layout.tinyBlockBytes()) {
            return -1;
        }
        p.tinyOffset = at + size;
        p.tinyAllocs++;
        return p.tiny + at;
    }

    /** A tiny object got a block of its own; the block with more room left stays the current one. */
    public void tinyBlock(P p, long block, int size) {
        if (size < p.tinyOffset || p.tiny == P.NO_TINY) {
            p.tiny = block;
            p.tinyOffset = size;
        }
    }

    /** A recording shows a tiny object inside a block that exists, without its size. */
    public void countTinyAlloc(P p) {
        p.tinyAllocs++;
    }

    // ---- sweeping

    /** Marking is over: everything in use awaits sweeping. */
    public void startSweep() {
        sweepgen += 2;
        sweepDone = false;
        pagesSwept = 0;
        pages.scavengeIndex().nextGen();
    }

    /** Nothing is left to sweep. */
    public void finishSweep() {
        sweepDone = true;
    }

    /** Whether a span was not swept since the last mark termination and is nobody's to sweep. */
    public boolean isUnswept(MSpan span) {
        return span.state == MSpan.State.IN_USE && span.sweepgen == sweepgen - 2;
    }

    /** Whether a P cached the span before the last mark termination and has not given it up since. */
    public boolean isStale(MSpan span) {
        return span.state == MSpan.State.IN_USE && span.sweepgen == sweepgen + 1;
    }

    /**
     * Takes the oldest unswept span of a class, of its full or its partial ones; of large objects' spans the oldest that is
     * no longer than {@code npages}, if there is one.
     *
     * @return null when none is unswept
     */
    public MSpan nextUnswept(int spanClass, boolean full, long npages) {
        if (central[spanClass] == null) {
            return null;
        }
        SpanSet set = full ? central[spanClass].fullUnswept() : central[spanClass].partialUnswept();
        if (SpanClass.sizeClass(spanClass) == 0 && npages < Long.MAX_VALUE) {
            MSpan fits = set.oldestUnswept(this, npages);
            if (fits != null) {
                set.remove(fits);
                return fits;
            }
        }
        List<MSpan> claimed = List.of();
        MSpan next = null;
        for (MSpan span = set.pop(); span != null && next == null; span = next == null ? set.pop() : null) {
            if (isAwaiting(span)) {
                next = span;
            } else if (isUnswept(span)) {
                claimed = claimed.isEmpty() ? new ArrayList<>() : claimed;
                claimed.add(span);
            }
        }
        for (int i = claimed.size() - 1; i >= 0; i--) {
            set.pushFirst(claimed.get(i)); // it keeps its place until it is swept
        }
        return next;
    }

    /** Whether a span is unswept and no P is known to be at it. */
    boolean isAwaiting(MSpan span) {
        return isUnswept(span) && !(span.claimed && claimsHold);
    }

    /** Says whether spans that a P is known to be sweeping are passed over by all others; else they are swept as well. */
    public void setClaimsHold(boolean hold) {
        claimsHold = hold;
    }

    /** Whether a span stands in this queue. */
    public boolean isOfQueue(MSpan span, int spanClass, boolean full) {
        return span.spanClass == spanClass
                && span.listedIn == (full ? central[spanClass].fullUnswept() : central[spanClass].partialUnswept());
    }

    /**
     * Whether a span is among the next so many in a queue; if not, how many of those the queue has.
     *
     * @return -1 when it is, else the queue's unswept spans, counted up to {@code spans}
     */
    public int unsweptUnless(int spanClass, boolean full, MSpan sought, long spans) {
        if (central[spanClass] == null) {
            return 0;
        }
        SpanSet set = full ? central[spanClass].fullUnswept() : central[spanClass].partialUnswept();
        return set == sought.listedIn && set.isWithin(this, sought, spans) ? -1 : set.unswept(this, spans);
    }

    /**
     * Frees a span's dead slots, and the span when nothing is left on it.
     *
     * @param preserve an emptied span stays with the caller, who is about to use it; nothing is filed
     */
    public void sweep(MSpan span, boolean preserve) {
        pagesSwept += span.npages;
        if (!span.noscan()) {
            readByMarking(span);
        }
        int freed = span.sweepSlots();
        span.sweepgen = sweepgen;
        if (span.isLarge()) {
            if (freed > 0) {
                stats.largeFree += span.sizeBytes();
                stats.largeFreeCount++;
                freeSpan(span);
            } else {
                central[span.spanClass].fullSwept().push(span);
            }
            return;
        }
        if (freed > 0) {
            span.needzero = true;
            stats.smallFreeCount[SpanClass.sizeClass(span.spanClass)] += freed;
        }
        if (layout.hasInlineMarks(span.spanClass)) {
            os.write(span.base() + span.sizeBytes() - HeapLayout.BITMAP_BYTES, HeapLayout.BITMAP_BYTES, Cause.RUNTIME);
        }
        if (preserve) {
            return;
        }
        if (span.allocCount == 0) {
            freeSpan(span);
        } else {
            central[span.spanClass].file(span);
        }
    }

    /**
     * The collector read every object with pointers that it found alive. Memory nobody wrote gets the system's zero page
     * mapped there. Done at the sweep, for only then is it known which objects those were.
     */
    private void readByMarking(MSpan span) {
        if (os.isPresent(span.base(), span.sizeBytes())) {
            return; // reading changes nothing; nearly always so
        }
        if (span.isLarge()) {
            if (span.deadCount() == 0) {
                os.read(span.base(), span.sizeBytes());
            }
            return;
        }
        for (int slot = 0; slot < span.nelems; slot++) {
            if (span.isAllocated(slot) && !span.isDead(slot)) {
                os.read(span.slotAddress(slot), span.elemBytes);
            }
        }
    }

    /**
     * Gives up everything a P has cached: at the end of a collection, or when ReadMemStats wants exact counts.
     *
     * <p>Go: {@code runtime/mcache.go}, {@code mcache.releaseAll}.
     */
    public void releaseAll(P p) {
        for (int c = 0; c < SpanClass.COUNT; c++) {
            MSpan span = p.cached[c];
            if (span == null) {
                continue;
            }
            if (!isStale(span)) {
                stats.heapLive -= (long) (span.nelems - span.allocCount) * span.elemBytes;
            }
            uncache(p, c);
        }
        p.tiny = P.NO_TINY;
        p.tinyOffset = 0;
        stats.tinyAllocCount += p.tinyAllocs;
        p.tinyAllocs = 0;
        p.flushGen = sweepgen;
    }

    /** The first part of {@link #releaseAll}: the classes up to this one. */
    public void releaseThrough(P p, int spanClass) {
        for (int c = 0; c <= spanClass; c++) {
            if (p.cached[c] != null && isStale(p.cached[c])) {
                uncache(p, c);
            }
        }
    }

    /** Whether a P still holds spans from before the last mark termination. */
    public boolean needsFlush(P p) {
        return p.flushGen != sweepgen;
    }

    /** heapLive begins anew at what marking found alive. */
    public void resetLive(long markedBytes) {
        stats.heapLive = markedBytes;
    }
}
