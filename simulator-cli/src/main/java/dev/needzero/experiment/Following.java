package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.heap.SpanClass;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a twin that lays spans out as the recorded version did beside the recording. The twin chooses first. Where the
 * recording shows another choice, that is a difference; it is counted, and the twin is put right, so that one order that a
 * trace cannot tell, of Ps a few nanoseconds apart say, does not spoil all that follows.
 *
 * <p>An object's event is written after its slot was handed out, and its goroutine can be stopped in between or go on on
 * another P. So a slot that the recording passes over is taken and its event awaited; if none comes until the collection
 * after the next, that is a difference as well.
 */
final class Following {
    private final GoRuntime runtime;
    private final MHeap heap;
    private final RecordedHeap recordedHeap;
    private final RecordedSpans spans;
    private List<RecordedSpan> awaited = new ArrayList<>();
    private List<RecordedSpan> awaitedLonger = new ArrayList<>();

    Following(GoRuntime runtime, RecordedSpans spans) {
        this.runtime = runtime;
        this.heap = runtime.heap();
        this.recordedHeap = runtime.recordedHeap();
        this.spans = spans;
    }

    /**
     * A span was made. The first slot of a span of small objects is taken at once, for the object that it was made for.
     *
     * @return where the twin would have put it: its first page, or -1 if it would have used another span instead
     */
    int spanMade(P p, RecordedSpan r) {
        boolean small = r.spanClass >= 0 && SpanClass.sizeClass(r.spanClass) != 0;
        if (!small && r.spanClass >= 0) {
            runtime.recordedSweep().settle(); // this span stands behind those swept before it
        }
        if (small) {
            giveUpGuess(p, r.spanClass);
        }
        boolean due = !small || refill(p, r.spanClass, null);
        if (!due) {
            // No swept span with a free slot waits, or the recording would have used it; which will, it shows later.
            recordedHeap.shelveWaiting(r.spanClass, span -> notWaiting(span));
        }
        int page = (int) (r.base >>> Units.PAGE_SHIFT);
        MSpan.State use = r.spanClass < 0 ? MSpan.State.STACK : MSpan.State.IN_USE;
        int own = recordedHeap.peek(p, r.npages);
        if (own != page) {
            r.twin = recordedHeap.allocAs(p, page, r.npages, r.spanClass, use);
        } else if (r.spanClass < 0) {
            r.twin = heap.allocManual(p, r.npages, use);
        } else {
            r.twin = heap.alloc(p, r.npages, r.spanClass);
        }
        if (small) {
            runtime.initSpan(r.twin);
            recordedHeap.adopt(p, r.twin);
            await(r, r.twin.nextFree());
        } else if (r.spanClass >= 0) {
            heap.countLarge(r.twin);
        }
        return due ? own : -1;
    }

    private void notWaiting(MSpan span) {
        RecordedSpan of = spans.at(span.base());
        if (of != null && of.twin == span) {
            of.idle = true;
        }
    }

    /**
     * A small object was made.
     *
     * @return whether the twin would have given it this slot
     */
    boolean objectMade(P p, RecordedSpan r, int slot) {
        MSpan t = r.twin;
        if (r.settle(slot)) {
            return true;
        }
        boolean same = true;
        P holder = p.cached(r.spanClass) == t ? p : recordedHeap.cachedBy(t);
        if (holder == null) {
            runtime.recordedSweep().settle(); // which may find the span empty and free it
        }
        if (t.state() == MSpan.State.DEAD) {
            t = recordedHeap.allocAs(p, (int) (r.base >>> Units.PAGE_SHIFT), r.npages, r.spanClass, MSpan.State.IN_USE);
            r.twin = t;
            runtime.initSpan(t);
            recordedHeap.adopt(p, t);
            same = false;
        } else if (holder == null) {
            if (r.idle) {
                giveUpGuess(p, r.spanClass);
            }
            same = refill(p, r.spanClass, t) || r.idle;
            r.idle = false;
        } else if (heap.isStale(t)) {
            runtime.recordedSweep().beforeAllocation(holder);
            recordedHeap.adopt(holder, t);
            same = false;
        }
        if (t.isAllocated(slot)) {
            t.markAlive(slot);
            return false;
        }
        for (int next = t.nextFree(); next != slot; next = t.nextFree()) {
            await(r, next);
        }
        return same;
    }

    /** Which span a P had cached when the trace began was a guess; one that it never used is another's, or nobody's. */
    private void giveUpGuess(P p, int spanClass) {
        MSpan guess = p.cached(spanClass);
        RecordedSpan of = guess == null ? null : spans.at(guess.base());
        if (of != null && of.twin == guess && of.allocCountBefore == guess.allocCount()) {
            recordedHeap.shelveCached(p, spanClass);
            of.idle = true;
        }
    }

    /** What the P has of a class is used up: a slot left over was taken by an object whose event is still to come. */
    private boolean refill(P p, int spanClass, MSpan recorded) {
        MSpan old = p.cached(spanClass);
        if (old != null) {
            RecordedSpan of = spans.at(old.base());
            for (int slot = old.nextFree(); slot >= 0; slot = old.nextFree()) {
                if (of != null && of.twin == old) {
                    await(of, slot);
                }
            }
        }
        runtime.recordedSweep().settle();
        return recordedHeap.refillAs(p, spanClass, recorded);
    }

    private void await(RecordedSpan r, int slot) {
        if (r.pending() == 0) {
            awaited.add(r);
        }
        r.pend(slot);
    }

    /** The recording freed a span; objects that the twin still has there go with it. */
    void spanFreed(RecordedSpan r) {
        if (r.twin != null && r.twin.state() != MSpan.State.DEAD) {
            recordedHeap.discard(r.twin);
        }
    }

    /**
     * Marking is over. What was awaited since before it began will not come.
     *
     * @return objects that the twin made and the recording did not
     */
    long collected() {
        long never = 0;
        for (RecordedSpan r : awaitedLonger) {
            for (int slot = r.firstPending(); slot >= 0; slot = r.firstPending()) {
                r.settle(slot);
                if (r.twin.state() == MSpan.State.IN_USE && r.twin.markDead(slot)) {
                    never++;
                }
            }
        }
        awaitedLonger = awaited;
        awaited = new ArrayList<>();
        return never;
    }
}
