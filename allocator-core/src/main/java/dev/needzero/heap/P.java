package dev.needzero.heap;

/**
 * What one scheduler processor keeps for itself so that allocation seldom has to ask the heap: a span for each span
 * class, a block for tiny objects, a 64-page piece of the page bitmap.
 *
 * <p>Go: {@code runtime/runtime2.go}, {@code p}, and {@code runtime/mcache.go}, {@code mcache}.
 */
public final class P {
    /** No tiny block. */
    static final long NO_TINY = -1;

    private final int id;
    /** The span that each span class allocates from; null stands for Go's empty dummy span. */
    final MSpan[] cached = new MSpan[SpanClass.COUNT];

    final PageCache pageCache = new PageCache();
    long tiny = NO_TINY;
    int tinyOffset;
    long tinyAllocs;
    /** sweepgen at which this cache was last flushed. */
    int flushGen;

    /** The span that the next refill of its class is known to find by sweeping: however many it has to look at first. */
    MSpan expected;

    /** Pages that this P has swept since a recording last showed it to begin. */
    private long sweptPages;

    /** Bytes of spans that the next refill sweeps, as a recording tells; -1: as many as Go's budget allows. */
    long refillSweepBytes = -1;

    P(int id, int flushGen) {
        this.id = id;
        this.flushGen = flushGen;
    }

    public int id() {
        return id;
    }

    /** The span cached for a span class, or null. */
    public MSpan cached(int spanClass) {
        return cached[spanClass];
    }

    public long sweptPages() {
        return sweptPages;
    }

    public void setSweptPages(long pages) {
        sweptPages = pages;
    }

    /** Says which span the next refill finds by sweeping, as a recording shows; null for none. */
    public void expect(MSpan span) {
        if (expected != null) {
            expected.claimed = false;
        }
        if (span != null) {
            span.claimed = true;
        }
        expected = span;
    }

    /** Says how much the next refill sweeps. */
    public void setRefillSweepBytes(long bytes) {
        refillSweepBytes = bytes;
    }

    /** A recording shows a tiny object inside a block that exists, without its size. */
    public void countTinyAlloc() {
        tinyAllocs++;
    }

    public PageCache pageCache() {
        return pageCache;
    }

    /** Offset of the block that tiny objects are being put into, or -1. */
    public long tinyBlock() {
        return tiny;
    }
}
