package dev.needzero.heap;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.AddressSpaceCheck;
import dev.needzero.units.Units;
import java.util.HashSet;
import java.util.Set;

/**
 * The laws of a heap as a whole, each counted anew from the structures: every mapped byte is in use, free or released; every
 * page belongs to one span, one page cache (a P's, or one kept apart for nobody knows whom) or the page bitmap; what the statistics say is what the spans add up to; the
 * queues hold only spans that live, each where its sweep generation puts it.
 *
 * <p>Takes time in proportion to the heap's pages and slots: for every so many events, not for each.
 */
public final class HeapCheck {
    private final MHeap heap;
    private final AddressSpace os;
    private final HeapStats stats;
    private final boolean sweeps;

    private final long[] bytesOf = new long[MSpan.State.values().length];
    private final long[] objects = new long[SpanClass.COUNT / 2];
    private long spans;
    private long caching;
    private final Set<Integer> cachedPages = new HashSet<>();
    private long cachedFreePages;
    private long cachedScavengedPages;

    private HeapCheck(MHeap heap, AddressSpace os, boolean sweeps) {
        this.heap = heap;
        this.os = os;
        this.sweeps = sweeps;
        this.stats = heap.stats();
    }

    /**
     * Counts everything anew.
     *
     * @param sweeps whether the heap sweeps its spans itself; one that is told slot by slot what is freed does not keep
     *     their sweep generations
     * @throws IllegalStateException saying which law is broken, and where
     */
    public static void check(MHeap heap, AddressSpace os, boolean sweeps) {
        AddressSpaceCheck.check(os);
        PageAllocCheck.check(heap.pages());
        HeapCheck check = new HeapCheck(heap, os, sweeps);
        check.spans();
        check.procs();
        check.queues();
        check.statistics();
    }

    private void spans() {
        for (int page = 0; page < heap.pages().limitPage(); ) {
            MSpan span = heap.spanOf(page);
            if (span == null) {
                page++;
                continue;
            }
            if (span.page != page) {
                throw new IllegalStateException("page " + page + " is said to be of a " + span);
            }
            SpanCheck.check(span);
            for (int p = page; p < page + span.npages; p++) {
                if (heap.spanOf(p) != span || heap.pages().isFree(p, 1)) {
                    throw new IllegalStateException("page " + p + " of the " + span + " is free or another's");
                }
            }
            bytesOf[span.state.ordinal()] += span.sizeBytes();
            spans++;
            if (span.state == MSpan.State.IN_USE) {
                objects[SpanClass.sizeClass(span.spanClass)] += span.allocCount;
                int age = span.sweepgen - heap.sweepgen;
                caching += sweeps && (age == 3 || age == 1) ? 1 : 0;
                if (sweeps && age != -2 && age != 0 && age != 1 && age != 3) {
                    throw new IllegalStateException(span + " in a heap of sweepgen " + heap.sweepgen);
                }
            }
            page += span.npages;
        }
    }

    private void procs() {
        heap.withheld.forEach(cache -> cached(cache, "what is kept apart"));
        for (int id = 0; id < heap.procLimit(); id++) {
            P p = heap.procOrNull(id);
            if (p == null) {
                continue;
            }
            cached(p.pageCache, "P " + id + "'s page cache");
            for (int c = 0; c < SpanClass.COUNT; c++) {
                MSpan span = p.cached[c];
                if (span == null) {
                    continue;
                }
                int age = span.sweepgen - heap.sweepgen;
                if (span.spanClass != c
                        || span.state != MSpan.State.IN_USE
                        || span.listedIn != null
                        || heap.spanOf(span.page) != span
                        || age != 1 && age != 3) {
                    throw new IllegalStateException("P " + id + " caches for class " + c + " a " + span
                            + " in a heap of sweepgen " + heap.sweepgen);
                }
                caching -= sweeps ? 1 : 0;
                objects[SpanClass.sizeClass(c)] -= span.allocCount - span.allocCountBeforeCache;
            }
        }
        if (caching != 0) {
            throw new IllegalStateException(
                    caching + " more spans are marked as cached than are (negative: one is cached twice)");
        }
    }

    private void cached(PageCache cache, String whose) {
        cachedFreePages += Long.bitCount(cache.freeBits);
        cachedScavengedPages += Long.bitCount(cache.scavengedBits & cache.freeBits);
        for (long bits = cache.freeBits; bits != 0; bits &= bits - 1) {
            int page = cache.base + Long.numberOfTrailingZeros(bits);
            if (heap.spanOf(page) != null || heap.pages().isFree(page, 1) || !cachedPages.add(page)) {
                throw new IllegalStateException("page " + page + " is in " + whose + " and elsewhere");
            }
        }
    }

    private void queues() {
        for (int c = 0; c < SpanClass.COUNT; c++) {
            MCentral central = heap.central(c);
            if (central != null) {
                queue(central.partialSwept(), c, 0, true);
                queue(central.fullSwept(), c, 0, false);
                queue(central.partialUnswept(), c, -2, true);
                queue(central.fullUnswept(), c, -2, false);
            }
        }
    }

    private void queue(SpanSet set, int spanClass, int age, boolean withRoom) {
        set.forEach(span -> {
            if (span.spanClass != spanClass
                    || span.state != MSpan.State.IN_USE
                    || sweeps && span.sweepgen != heap.sweepgen + age
                    || heap.spanOf(span.page) != span
                    || withRoom && span.allocCount == span.nelems) {
                throw new IllegalStateException("a queue of class " + spanClass + (withRoom ? " with" : " without")
                        + " free slots, " + (age == 0 ? "swept" : "unswept") + " at " + heap.sweepgen + ", lists a "
                        + span);
            }
        });
    }

    private void statistics() {
        equal("bytes in heap spans", bytesOf[MSpan.State.IN_USE.ordinal()], stats.inHeap());
        equal("bytes in stack spans", bytesOf[MSpan.State.STACK.ordinal()], stats.inStacks());
        equal("bytes in work buffers", bytesOf[MSpan.State.WORK_BUFFER.ordinal()], stats.inWorkBufs());
        equal("spans", spans, stats.spansInUse());
        equal("pages of heap spans", stats.inHeap() >>> Units.PAGE_SHIFT, heap.pagesInUse());
        equal(
                "mapped bytes (in use, free or released)",
                os.mappedBytes(),
                stats.inHeap() + stats.inStacks() + stats.inWorkBufs() + stats.free() + stats.released());
        long padding = os.mappedBytes() == 0 ? 0 : heap.layout().basePaddingPages();
        long free = heap.pages().freePages() + cachedFreePages;
        long scavenged = heap.pages().freeScavengedPages() + cachedScavengedPages;
        equal("bytes free and kept", free - scavenged << Units.PAGE_SHIFT, stats.free());
        equal("bytes released", scavenged + padding << Units.PAGE_SHIFT, stats.released());
        equal("large objects", objects[0], stats.largeAllocCount() - stats.largeFreeCount());
        for (int sizeClass = 1; sizeClass < objects.length; sizeClass++) {
            equal(
                    "objects of size class " + sizeClass + " outside the caches",
                    objects[sizeClass],
                    stats.smallAllocCount(sizeClass) - stats.smallFreeCount(sizeClass));
        }
    }

    private static void equal(String what, long counted, long kept) {
        if (counted != kept) {
            throw new IllegalStateException(what + ": counted anew " + counted + ", kept as " + kept);
        }
    }
}
