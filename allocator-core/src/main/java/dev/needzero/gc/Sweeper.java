package dev.needzero.gc;

import dev.needzero.heap.MCentral;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.SpanClass;

/**
 * Sweeps what a collection left: each P's cached spans first, then the span classes in ascending order, full spans before
 * partial ones, oldest first.
 *
 * <p>Go: {@code runtime/mgcsweep.go}, {@code sweepone}, {@code nextSpanForSweep}, {@code finishsweep_m}.
 */
public final class Sweeper {
    private final MHeap heap;
    /** Twice the span class, plus 1 once its full spans are done: Go's centralIndex. */
    private int centralIndex;

    public Sweeper(MHeap heap) {
        this.heap = heap;
    }

    /** Mark termination: every span in use awaits sweeping. */
    public void start() {
        heap.startSweep();
        centralIndex = 0;
    }

    /**
     * Sweeps the next span in order.
     *
     * @return false when none is left
     */
    public boolean sweepOne() {
        return sweepOne(Long.MAX_VALUE);
    }

    /**
     * Sweeps the next span in order, of which it is known that it is no longer than {@code npages}: in which order large
     * objects stand in their queue since before a trace began, only such sums tell.
     *
     * @return false when none is left
     */
    boolean sweepOne(long npages) {
        for (; centralIndex < 2 * SpanClass.COUNT; centralIndex++) {
            MCentral central = heap.central(centralIndex >> 1);
            MSpan span = central == null ? null : central.nextUnswept((centralIndex & 1) == 0, npages);
            if (span != null) {
                heap.sweep(span, false);
                return true;
            }
        }
        return false;
    }

    /** Whether a span is among the next so many in order. */
    public boolean comesWithin(MSpan span, long spans) {
        long left = spans;
        for (int i = centralIndex; i < 2 * SpanClass.COUNT && left > 0; i++) {
            int others = unsweptUnless(i, span, left);
            if (others < 0) {
                return true;
            }
            left -= others;
        }
        return false;
    }

    /** Sweeps in order up to and including a span that is known to have been swept just now. */
    public void sweepThrough(MSpan span) {
        sweepThrough(span, Long.MAX_VALUE);
    }

    /**
     * The same, but only that span of its queue when more spans than this stand before it.
     *
     * @return spans swept
     */
    long sweepThrough(MSpan span, long most) {
        long limit = most;
        long swept = 0;
        while (heap.isUnswept(span)) {
            if (limit < Long.MAX_VALUE && comesInThisQueue(span)) {
                if (!comesWithin(span, limit - swept)) {
                    heap.unlist(span);
                    heap.sweep(span, false);
                    return swept + 1;
                }
                limit = Long.MAX_VALUE;
            }
            if (!sweepOne()) {
                heap.unlist(span);
                heap.sweep(span, false);
            }
            swept++;
        }
        return swept;
    }

    /** Whether a span stands in the queue that the next one comes from. */
    private boolean comesInThisQueue(MSpan span) {
        while (centralIndex < 2 * SpanClass.COUNT && unsweptUnless(centralIndex, span, 1) == 0) {
            centralIndex++;
        }
        return span.spanClass() == centralIndex >> 1
                && heap.central(centralIndex >> 1).isAmongUnswept(span, (centralIndex & 1) == 0);
    }

    private int unsweptUnless(int index, MSpan span, long most) {
        MCentral central = heap.central(index >> 1);
        return central == null ? 0 : central.unsweptUnless((index & 1) == 0, span, most);
    }

    /** A P gives up its cached spans, which are swept as it does. */
    public void flush(P p) {
        if (heap.needsFlush(p)) {
            heap.releaseAll(p);
        }
    }

    /** Everything still unswept is swept: before the next collection begins, or because a program waits for it. */
    public void finish() {
        for (int id = 0; id < heap.procLimit(); id++) {
            P p = heap.procOrNull(id);
            if (p != null) {
                flush(p);
                p.expect(null);
            }
        }
        heap.setClaimsHold(false);
        centralIndex = 0;
        while (sweepOne()) {
            // one after another
        }
        heap.setClaimsHold(true);
        heap.finishSweep();
    }
}
