package dev.needzero.gc;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.units.Units;

/**
 * Keeps the twin's sweeping in step with a recorded program's. A recording shows which objects a sweep freed, and by which
 * of the four sweepers; spans it swept without freeing anything leave no trace, but the order of sweeping tells of them.
 */
public final class RecordedSweep {
    /** Who swept a span. */
    public enum By {
        /** An allocation paying for itself: it goes in order, and a recording says how far. */
        CREDIT,
        /** The background sweeper: it goes in order as well. */
        BACKGROUND,
        /** Nobody knows: a P that gives up its cache, or a goroutine that waits in runtime.GC(), in order. */
        UNKNOWN,
        /** A refill that looks for free slots; the twin's own refill comes next and does the same. */
        CACHE_SPAN,
        /** A span with nothing alive on it, wherever it stands in the queues. */
        RECLAIM
    }

    /** Spans that the background sweeper sweeps before it gives way. */
    private static final int BACKGROUND_BATCH_SPANS = 10;

    private final MHeap heap;
    private final RecordedHeap recorded;
    private final Sweeper sweeper;
    private boolean finishing;
    /**
     * Spans that were swept in order, that nothing died on, and that the twin has not swept yet: which those were may
     * become clearer with the next that something died on.
     */
    private long owed;
    /** Spans of the background sweeper's present batch that the twin has swept. */
    private long ofBatch;
    /** No P is idle, so that the background sweeper gives way after every batch. */
    private boolean busy = true;

    public RecordedSweep(MHeap heap) {
        this.heap = heap;
        this.recorded = new RecordedHeap(heap);
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
            owed = 0;
            sweeper.finish();
        }
    }

    /** The program waited until everything was swept. */
    public void finishSweep() {
        owed = 0;
        if (!heap.sweepDone()) {
            sweeper.finish();
        }
    }

    /** Mark termination. */
    public void gcEnd() {
        finishing = false;
        finishSweep();
        sweeper.start();
        ofBatch = 0;
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
        settle();
        p.setSweptPages(0);
    }

    /** The queues are about to be looked at: what is known to be swept is swept. */
    public void settle() {
        for (; owed > 0 && sweeper.sweepOne(); owed--) {
            // one after another
        }
        owed = 0;
    }

    /**
     * A P has swept this much, spans without anything dead included, of which nothing else tells.
     *
     * @param bytes size of the spans swept since {@link #sweepBegin}
     */
    public void sweepEnd(P p, By by, long bytes) {
        if (by == By.CACHE_SPAN) {
            p.setRefillSweepBytes(bytes);
        } else if (by == By.CREDIT) {
            long until = heap.pagesSwept() + (bytes >>> Units.PAGE_SHIFT) - p.sweptPages();
            while (heap.pagesSwept() < until && sweeper.sweepOne(until - heap.pagesSwept())) {
                // in step with the recording
            }
        }
    }

    /** A P is about to allocate or was seen sweeping: its cache was flushed before that. */
    public void beforeAllocation(P p) {
        sweeper.flush(p);
    }

    /** Whether no P is idle. */
    public void setBusy(boolean busy) {
        this.busy = busy;
    }

    /**
     * A goroutine that sweeps in order stopped for a while.
     *
     * @param spans how many it swept at least since it last did; negative: until nothing was left
     */
    public void sweeperRan(P p, long spans) {
        sweeper.flush(p);
        if (spans < 0) {
            owed = Long.MAX_VALUE;
            settle();
            ofBatch = 0;
        } else if (spans > 0) {
            long batches = Math.max(1, (ofBatch + spans - 1) / spans);
            owed += batches * spans - ofBatch;
            ofBatch = 0;
        }
    }

    /** A recorded sweep freed objects that the twin has on this span; they are marked dead already. */
    public void swept(P p, MSpan span, By by) {
        if (span.state() != MSpan.State.IN_USE) {
            return;
        }
        if (heap.isStale(span)) {
            // A P gives up what it had cached, one span class after the other, and has come to this one.
            P holder = recorded.cachedBy(span);
            if (holder != null) {
                recorded.releaseThrough(holder, span.spanClass());
            }
            return;
        }
        if (heap.isUnswept(span)) {
            switch (by) {
                case CACHE_SPAN -> p.expect(span);
                case RECLAIM -> {
                    sweeper.flush(p);
                    heap.sweep(span, false);
                }
                case CREDIT -> {
                    sweeper.flush(p);
                    settle();
                    long before = heap.pagesSwept();
                    sweeper.sweepThrough(span);
                    p.setSweptPages(p.sweptPages() + heap.pagesSwept() - before);
                }
                case BACKGROUND -> {
                    sweeper.flush(p);
                    inOrder(span, busy ? owed + BACKGROUND_BATCH_SPANS - ofBatch : Long.MAX_VALUE);
                }
                case UNKNOWN -> {
                    sweeper.flush(p);
                    if (sweeper.comesWithin(span, owed + BACKGROUND_BATCH_SPANS)) {
                        inOrder(span, Long.MAX_VALUE);
                    } else {
                        heap.unlist(span);
                        heap.sweep(span, false);
                    }
                }
            }
            return;
        }
        // The twin swept it before it knew of these deaths; unless a P holds it, it is swept once more.
        if (span.sweepgen() == heap.sweepgen()) {
            heap.unlist(span);
            heap.sweep(span, by == By.CACHE_SPAN);
            if (by == By.CACHE_SPAN) {
                heap.central(span.spanClass()).putBack(span); // for the refill that comes next
            }
        }
    }

    /**
     * Sweeps in order up to and including a span.
     *
     * @param most how many spans that can have been; where more stand before it, those of its own queue keep waiting
     */
    private void inOrder(MSpan span, long most) {
        long swept = sweeper.sweepThrough(span, most);
        ofBatch += Math.max(1, swept - owed);
        owed = 0;
    }
}
