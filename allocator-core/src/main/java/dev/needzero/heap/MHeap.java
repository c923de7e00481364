package dev.needzero.heap;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The heap: pages handed out as spans, taken back, grown from the system in multiples of 4 MiB.
 *
 * <p>Page numbers and addresses count from the heap's base, which is 64 MiB-aligned; the heap is one stretch upward from
 * it. One thread; where Go locks or compares and swaps, this just does it.
 *
 * <p>Go: {@code runtime/mheap.go}, {@code mheap}: {@code alloc}, {@code allocSpan}, {@code grow}, {@code freeSpan},
 * and of {@code runtime/mcache.go}, {@code mcache}, what moves spans: {@code refill}, {@code allocLarge}, {@code
 * releaseAll}. Left out: user arenas, several arena hints. A recording has its say through a {@link RecordedHeap}.
 */
public final class MHeap {
    private static final int PAGES_PER_ARENA = Units.PAGES_PER_ARENA;

    final HeapLayout layout;
    private final AddressSpace os;
    private final PageAlloc pages;
    private final MCentral[] central = new MCentral[SpanClass.COUNT];
    private final int[] nelems = new int[SpanClass.COUNT];
    private final HeapStats stats = new HeapStats();
    private final NeedZero needZero;
    private final SpanSweep sweep;
    HeapPolicy policy = HeapPolicy.NONE;
    private HugePageCalls hugePageCalls = HugePageCalls.NONE;

    /** Even; up by two at every mark termination. See {@link MSpan}. */
    int sweepgen = 2;
    /** No span awaits sweeping. */
    boolean sweepDone = true;

    /** Spans that a P is known to be sweeping are passed over by all others. */
    private boolean claimsHold = true;

    long pagesSwept;
    private long pagesInUse;

    /** The span that each page belongs to, one table an arena. */
    private MSpan[][] spans = new MSpan[16][];

    P[] procs = new P[1];
    /** Free pages that some P, nobody knows which, is taken to have cached. */
    final List<PageCache> withheld = new ArrayList<>();

    /** Reserved and not yet used: {@code [curArena, arenaEnd)}, in pages. */
    private int curArena;

    private int arenaEnd;

    public MHeap(HeapLayout layout, AddressSpace os) {
        this.layout = layout;
        this.os = os;
        this.pages = new PageAlloc(Math.max(1, (1 << os.osPageShift()) >> Units.PAGE_SHIFT));
        this.needZero = new NeedZero(layout.zeroTracking());
        this.sweep = new SpanSweep(this, os);
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

    /** Gives the pages that a P has cached back to the heap: it is idle at a collection's end, or goes away. */
    public void flushPageCache(P p) {
        if (!p.pageCache.isEmpty()) {
            pages.flush(p.pageCache);
        }
    }

    /** @param recordedNelems slots of the span; 0 for as many as the layout has */
    MSpan initSpan(int page, int npages, int scavengedPages, int spanClass, MSpan.State use, int recordedNelems) {
        boolean needzero = needZero.alloc(page, npages) && !(layout.scavengedIsZero() && scavengedPages == npages);
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

    /** As {@link #cache}; heapLive takes the span for used up from now on. */
    MSpan cacheForUse(P p, MSpan span) {
        cache(p, span);
        stats.heapLive += span.sizeBytes() - (long) span.allocCount * span.elemBytes;
        return span;
    }

    /** Makes a span the one that a P allocates its class from. */
    void cache(P p, MSpan span) {
        span.listedIn = null;
        span.sweepgen = sweepgen + 3;
        span.allocCountBeforeCache = span.allocCount;
        p.cached[span.spanClass] = span;
    }

    /** Files the span that a P has cached for a class with its mcentral. */
    void uncache(P p, int spanClass) {
        MSpan old = p.cached[spanClass];
        if (old != null) {
            flushCounts(p, old);
            central[spanClass].uncacheSpan(old);
            p.cached[spanClass] = null;
        }
    }

    /** Counts what a P allocated on a span that it has cached. */
    void flushCounts(P p, MSpan span) {
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
        span.place(0);
        stats.countLargeAlloc(span.sizeBytes());
        return span;
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

    /** Whether a span is unswept and no P is known to be at it. */
    boolean isAwaiting(MSpan span) {
        return isUnswept(span) && !(span.claimed && claimsHold);
    }

    /** Says whether claims hold; else what a P is known to be sweeping is swept by others as well. */
    public void setClaimsHold(boolean hold) {
        claimsHold = hold;
    }

    /** Takes a span out of the queue that it stands in. */
    public void unlist(MSpan span) {
        if (span.listedIn != null) {
            span.listedIn.remove(span);
        }
    }

    /**
     * Frees a span's dead slots, and the span when nothing is left on it: see {@link SpanSweep}.
     *
     * @param preserve an emptied span stays with the caller, who is about to use it; nothing is filed
     */
    public void sweep(MSpan span, boolean preserve) {
        sweep.sweep(span, preserve);
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

    /** Whether a P still holds spans from before the last mark termination. */
    public boolean needsFlush(P p) {
        return p.flushGen != sweepgen;
    }

    /** heapLive begins anew at what marking found alive. */
    public void resetLive(long markedBytes) {
        stats.heapLive = markedBytes;
    }
}
