package dev.needzero.heap;

import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;

/**
 * The spans of one span class that no P has cached, in four queues: with free slots or without, swept in this cycle or
 * not yet. The queues change roles by index when the heap's sweepgen goes up; nothing is moved.
 *
 * <p>Go: {@code runtime/mcentral.go}, {@code mcentral}; of {@code runtime/mgcsweep.go} what {@code nextSpanForSweep} asks.
 */
public final class MCentral {
    /** How many unswept spans one refill looks at before it takes fresh pages. */
    private static final int SPAN_BUDGET = 100;

    private final MHeap heap;
    private final int spanClass;
    private final int classPages;
    private final SpanSet[] partial = {new SpanSet(), new SpanSet()};
    private final SpanSet[] full = {new SpanSet(), new SpanSet()};

    MCentral(MHeap heap, int spanClass) {
        this.heap = heap;
        this.spanClass = spanClass;
        this.classPages = heap.layout.sizeClasses().pages(SpanClass.sizeClass(spanClass));
    }

    SpanSet partialSwept() {
        return partial[heap.sweepgen >> 1 & 1];
    }

    SpanSet partialUnswept() {
        return partial[1 - (heap.sweepgen >> 1 & 1)];
    }

    SpanSet fullSwept() {
        return full[heap.sweepgen >> 1 & 1];
    }

    SpanSet fullUnswept() {
        return full[1 - (heap.sweepgen >> 1 & 1)];
    }

    /** How many spans wait in one of the four queues. */
    public int waiting(boolean full, boolean swept) {
        SpanSet set = full ? swept ? fullSwept() : fullUnswept() : swept ? partialSwept() : partialUnswept();
        return set.listed();
    }

    /**
     * A span with a free slot, for a P: the oldest swept one, else one swept here and now, else fresh pages. Sweeping
     * here keeps a span that turns out empty: it is about to be used.
     */
    MSpan cacheSpan(P p) {
        MSpan span = findSpan(p);
        return span != null ? span : grow(p);
    }

    /** As {@link #cacheSpan}, but null where that would take fresh pages. */
    MSpan findSpan(P p) {
        heap.policy.deductSweepCredit((long) classPages << Units.PAGE_SHIFT, 0);
        MSpan span = partialSwept().pop();
        if (span == null && !heap.sweepDone) {
            span = sweepForSpace(p);
        }
        return span;
    }

    /** Lists a swept span with a free slot, such as {@link #findSpan} found, as the next one to be found. */
    public void putBack(MSpan span) {
        span.sweepgen = heap.sweepgen;
        partialSwept().pushFirst(span);
    }

    private MSpan sweepForSpace(P p) {
        MSpan sought = p.expected != null && p.expected.spanClass == spanClass ? p.expected : null;
        p.expect(null);
        boolean recorded = p.refillSweepBytes >= 0;
        long budget = recorded ? p.refillSweepBytes / ((long) classPages << Units.PAGE_SHIFT) : SPAN_BUDGET + 1;
        p.refillSweepBytes = Math.min(p.refillSweepBytes, 0);
        // Spans swept silently in the background are swept here in the twin, which learns of them later: partial ones
        // cost nothing of a recorded budget. A span that is known to be found is the last of those looked at.
        for (; budget > 0 || recorded; budget--) {
            MSpan span = partialUnswept().pop();
            if (span == null) {
                break;
            }
            if (heap.isUnswept(span)) {
                heap.sweep(span, true);
                return span;
            }
        }
        for (; budget > (sought == null ? 0 : 1); budget--) {
            MSpan span = fullUnswept().pop();
            if (span == null) {
                break;
            }
            if (heap.isUnswept(span)) {
                heap.sweep(span, true);
                if (span.allocCount < span.nelems) {
                    return span;
                }
                fullSwept().push(span);
            }
        }
        if (sought != null && heap.isUnswept(sought)) {
            heap.unlist(sought);
            heap.sweep(sought, true);
            if (sought.allocCount < sought.nelems) {
                return sought;
            }
            fullSwept().push(sought); // under another version the recorded dead lie elsewhere
        }
        return null;
    }

    private MSpan grow(P p) {
        MSpan span = heap.alloc(p, classPages, spanClass);
        heap.writeHeapBits(span);
        return span;
    }

    /** Takes back a span that a P had cached: full, or with slots left when the whole cache is released. */
    void uncacheSpan(MSpan span) {
        if (span.sweepgen == heap.sweepgen + 1) {
            // Cached since before this cycle: it is swept now, which also files it.
            heap.sweep(span, false);
            return;
        }
        span.sweepgen = heap.sweepgen;
        file(span);
    }

    /** Lists a swept span where it belongs. */
    void file(MSpan span) {
        (span.allocCount < span.nelems ? partialSwept() : fullSwept()).push(span);
    }

    // ---- spans that await sweeping, in order

    private SpanSet unswept(boolean full) {
        return full ? fullUnswept() : partialUnswept();
    }

    /**
     * Takes the oldest unswept span, of the full or the partial ones; of large objects' spans the oldest that is no longer
     * than {@code npages}, if there is one.
     *
     * @return null when none is unswept
     */
    public MSpan nextUnswept(boolean full, long npages) {
        SpanSet set = unswept(full);
        if (SpanClass.sizeClass(spanClass) == 0 && npages < Long.MAX_VALUE) {
            MSpan fits = set.oldestUnswept(heap, npages);
            if (fits != null) {
                set.remove(fits);
                return fits;
            }
        }
        List<MSpan> claimed = List.of();
        MSpan next = null;
        for (MSpan span = set.pop(); span != null && next == null; span = next == null ? set.pop() : null) {
            if (heap.isAwaiting(span)) {
                next = span;
            } else if (heap.isUnswept(span)) {
                claimed = claimed.isEmpty() ? new ArrayList<>() : claimed;
                claimed.add(span);
            }
        }
        for (int i = claimed.size() - 1; i >= 0; i--) {
            set.pushFirst(claimed.get(i)); // it keeps its place until it is swept
        }
        return next;
    }

    /** Whether a span stands in one of the two unswept queues. */
    public boolean isAmongUnswept(MSpan span, boolean full) {
        return span.listedIn == unswept(full);
    }

    /**
     * Whether a span is among the next so many in an unswept queue; if not, how many of those the queue has.
     *
     * @return -1 when it is, else the queue's unswept spans, counted up to {@code spans}
     */
    public int unsweptUnless(boolean full, MSpan sought, long spans) {
        SpanSet set = unswept(full);
        return set == sought.listedIn && set.isWithin(heap, sought, spans) ? -1 : set.unswept(heap, spans);
    }
}
