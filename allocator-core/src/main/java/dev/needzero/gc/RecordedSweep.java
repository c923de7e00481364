package dev.needzero.gc;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.units.Units;

/**
 * Keeps the twin's sweeping in step with a recorded program's. A recording shows which objects a sweep freed, and by which
 * of the four sweepers; spans it swept without freeing anything leave no trace, but the order of sweeping tells of them.
 */
public final class RecordedSweep {
    /** Who swept a span. */
    public enum By {
        /** The background sweeper, or an allocation paying for itself: both go in order. */
        IN_ORDER,
        /** A refill that looks for free slots; the twin's own refill comes next and does the same. */
        CACHE_SPAN,
        /** A span with nothing alive on it, wherever it stands in the queues. */
        RECLAIM
    }

    /** Spans that the background sweeper sweeps before it gives way. */
    private static final int BACKGROUND_BATCH_SPANS = 10;

    private final MHeap heap;
    private final Sweeper sweeper;
    private boolean finishing;
    private long pagesSweptBefore;
    private long sweptInBackground;

    public RecordedSweep(MHeap heap) {
        this.heap = heap;
        this.sweeper = new Sweeper(heap);
    }

    /** A cycle begins: what is left of the last one's sweep is done when the world starts again. */
    public void gcBegin() {
        finishing = true;
    }

    /** The world runs again, or marking is over. */
    public void worldStarted() {
        if (finishing) {
            finishing = false;
            sweeper.finish();
        }
    }

    /** The program waited until everything was swept. */
    public void finishSweep() {
        if (!heap.sweepDone()) {
            sweeper.finish();
        }
    }

    /** Mark termination. */
    public void gcEnd() {
        finishing = false;
        finishSweep();
        sweeper.start();
        sweptInBackground = 0;
        for (int id = 0; id < heap.procLimit(); id++) {
            P p = heap.procOrNull(id);
            if (p != null) {
                p.setRefillSweepBytes(0);
            }
        }
    }

    /** Mark termination where objects lie and die as recorded: nothing is the twin's to sweep. */
    public void gcEndWithoutSweep() {
        sweeper.start();
        heap.finishSweep();
    }

    /** A P begins to sweep. */
    public void sweepBegin(P p) {
        sweeper.flush(p);
        pagesSweptBefore = heap.pagesSwept();
    }

    /**
     * A P has swept this much, spans without anything dead included, of which nothing else tells.
     *
     * @param bytes size of the spans swept since {@link #sweepBegin}
     */
    public void sweepEnd(P p, By by, long bytes) {
        if (by == By.CACHE_SPAN) {
            p.setRefillSweepBytes(bytes);
        } else if (by == By.IN_ORDER) {
            long pages = (bytes >>> Units.PAGE_SHIFT) + pagesSweptBefore;
            while (heap.pagesSwept() < pages && sweeper.sweepOne(pages - heap.pagesSwept())) {
                // in step with the recording
            }
        }
    }

    /** A P is about to allocate or was seen sweeping: its cache was flushed before that. */
    public void beforeAllocation(P p) {
        sweeper.flush(p);
    }

    /**
     * The background sweeper stopped for a while.
     *
     * @param spans spans it had swept since it started, with or without anything dead; negative: nothing is left to sweep
     */
    public void backgroundRan(P p, long spans) {
        sweeper.flush(p);
        while ((spans < 0 || sweptInBackground < spans) && sweeper.sweepOne()) {
            sweptInBackground++;
        }
        sweptInBackground = 0;
    }

    /**
     * A recorded sweep freed objects that the twin has on this span; they are marked dead already.
     *
     * @param background whether the background sweeper did it
     */
    public void swept(P p, MSpan span, By by, boolean background) {
        if (span.state() != MSpan.State.IN_USE || heap.isStale(span)) {
            return; // a cached span: its P's flush sweeps it
        }
        if (heap.isUnswept(span)) {
            switch (by) {
                case CACHE_SPAN -> heap.central(span.spanClass()).expect(span);
                case RECLAIM -> {
                    sweeper.flush(p);
                    heap.sweep(span, false);
                }
                case IN_ORDER -> {
                    sweeper.flush(p);
                    if (!background) {
                        sweeper.sweepThrough(span);
                    } else if (sweeper.comesWithin(span, BACKGROUND_BATCH_SPANS - sweptInBackground)) {
                        sweptInBackground += sweeper.sweepThrough(span);
                    } else {
                        // Elsewhere in the recording's queue than in the twin's: the others keep waiting.
                        heap.sweep(span, false);
                        sweptInBackground++;
                    }
                }
            }
            return;
        }
        // The twin swept it before it knew of these deaths; unless a P holds it, it is swept once more.
        if (span.sweepgen() == heap.sweepgen()) {
            heap.sweep(span, false);
        }
    }
}
