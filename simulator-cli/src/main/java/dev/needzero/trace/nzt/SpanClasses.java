package dev.needzero.trace.nzt;

import dev.needzero.trace.Kind;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;

/**
 * Which span class each page of a Go trace's heap serves, as far as the trace has told: what an object's address is
 * predicted by. Only the encoder needs it; what it does not know costs space, nothing else.
 */
final class SpanClasses {
    private static final int PAGE_SHIFT = 13;
    /** Spans of small objects have at most 16 pages; a larger one holds one object, at its start. */
    private static final int MAX_PAGES = 16;

    /** A heap of 32 GiB; one that is larger starts afresh. */
    private static final int MAX_KNOWN_PAGES = 1 << 22;

    private static final int UNKNOWN = -1;

    private final Long2IntOpenHashMap kindClassOfPage = new Long2IntOpenHashMap();

    SpanClasses() {
        kindClassOfPage.defaultReturnValue(UNKNOWN);
    }

    void see(byte kind, long offset, long pages, int kindClass) {
        if (kind == Kind.SPAN_ALLOC || kind == Kind.SPAN) {
            if (kindClassOfPage.size() > MAX_KNOWN_PAGES) {
                kindClassOfPage.clear();
            }
            long first = offset >> PAGE_SHIFT;
            for (int page = 0; page < Math.min(pages, MAX_PAGES); page++) {
                kindClassOfPage.put(first + page, kindClass);
            }
        }
    }

    int kindClass(long offset) {
        return kindClassOfPage.get(offset >> PAGE_SHIFT);
    }
}
