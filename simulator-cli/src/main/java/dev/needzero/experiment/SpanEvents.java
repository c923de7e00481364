package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.heap.SpanClass;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.trace.TraceInfo;
import dev.needzero.units.Units;

/**
 * Spans that a recording makes and frees, and the twin's beside them. Where the twin decides, a span of small objects is
 * made when it needs one; those of large objects, stacks and work buffers follow the recording in size and moment.
 */
final class SpanEvents {
    private final GoRuntime runtime;
    private final MHeap heap;
    private final RecordedHeap recordedHeap;
    private final RecordedSpans spans;
    private final Stacks stacks;
    private final GoCollector collector;
    private final Placement placement;
    /** Null where the twin's version lays spans out differently, or decides nothing. */
    private final Following following;

    private final LostSpans lost;
    private final boolean recordedPlacement;
    private final boolean sameClasses;
    /** The recording's tracer loses allocations of stacks' spans. */
    private final boolean losesSpans;

    SpanEvents(
            GoRuntime runtime,
            RecordedSpans spans,
            Stacks stacks,
            GoCollector collector,
            Placement placement,
            Following following,
            boolean recordedPlacement,
            boolean sameClasses,
            TraceInfo info) {
        this.runtime = runtime;
        this.heap = runtime.heap();
        this.recordedHeap = runtime.recordedHeap();
        this.spans = spans;
        this.stacks = stacks;
        this.collector = collector;
        this.placement = placement;
        this.following = following;
        this.lost = new LostSpans(runtime, spans, collector, placement);
        this.recordedPlacement = recordedPlacement;
        this.sameClasses = sameClasses;
        this.losesSpans = info.goVersion().startsWith("1.23");
    }

    /** The recording tells of a span that it never showed to be made. */
    void lost(long address, long npages) {
        lost.add(address, npages);
    }

    /** A P made a span. */
    void made(long event, long address, int npages, int kindClass, P p) {
        Claims.span(event, address, npages, kindClass);
        freeForgotten(address, npages);
        if (recordedPlacement) {
            Claims.free(event, heap, address, npages);
        }
        RecordedSpan r = spans.add(address, npages, kindClass);
        placement.spans++;
        if (heap.needsFlush(p)) {
            collector.flush(p);
        }
        int page = (int) (address >>> Units.PAGE_SHIFT);
        if (!recordedPlacement) {
            lost.insertBefore(p, npages, page);
        }
        lost.spanMade();
        if (following != null) {
            int would = losesSpans ? recordedHeap.peek(p, npages) : -1;
            if (would >= 0 && would < page) {
                lost.suppose(p, npages, page);
            }
            int own = following.spanMade(p, r);
            own = would >= 0 && own >= 0 ? would : own;
            if (own == page) {
                placement.spansSame++;
            } else {
                placement.differ(event, "span", address, own < 0 ? -1 : (long) own << Units.PAGE_SHIFT);
            }
            if (r.spanClass < 0) {
                stacks.spanMade(r);
            }
            return;
        }
        if (r.spanClass < 0) {
            MSpan t = recordedPlacement
                    ? recordedHeap.allocAt(page, npages, SpanClass.MANUAL, MSpan.State.STACK, 0)
                    : heap.allocManual(p, npages, MSpan.State.STACK);
            placement.bind(r, t, event);
            stacks.spanMade(r);
        } else if (recordedPlacement) {
            MSpan t = recordedHeap.allocAt(page, npages, r.spanClass, MSpan.State.IN_USE, r.nelems);
            runtime.initSpan(t);
            placement.bind(r, t, event);
            if (t.isLarge()) {
                recordedHeap.place(t, 0);
            }
        } else if (SpanClass.sizeClass(r.spanClass) == 0) {
            placement.bind(r, runtime.mallocLarge(p, npages, SpanClass.noscan(r.spanClass)), event);
        } else if (sameClasses) {
            firstSlot(r, p, event);
        }
    }

    /**
     * A small span is made because an object wants its first slot. That object's own event can come much later: its
     * goroutine can be stopped in between, even for the rest of a collection, which then finds the slot taken.
     */
    private void firstSlot(RecordedSpan r, P p, long event) {
        MSpan cached = p.cached(r.spanClass);
        if (cached == null || cached.isFull()) {
            MSpan t = heap.refill(p, r.spanClass);
            r.firstTaken = t;
            r.firstSlot = t.nextFree();
            placement.bind(r, t, event);
        }
    }

    /** A span was freed. */
    void freed(long address) {
        RecordedSpan r = spans.at(address);
        if (r != null) {
            free(r);
        }
    }

    /** Spans whose free is missing from the trace: their pages are another's now. */
    private void freeForgotten(long address, int npages) {
        long limit = address + ((long) npages << Units.PAGE_SHIFT);
        for (long at = address; at < limit; at += Units.PAGE_BYTES) {
            RecordedSpan forgotten = spans.at(at);
            if (forgotten != null) {
                free(forgotten);
            }
        }
    }

    private void free(RecordedSpan r) {
        spans.remove(r);
        if (following != null) {
            following.spanFreed(r);
            return;
        }
        if (r.twin == null || r.twin.state() == MSpan.State.DEAD) {
            return;
        }
        if (r.spanClass < 0 || recordedPlacement) {
            for (int slot = 0; slot < r.twin.nelems() && r.twin.allocCount() > 0; slot++) {
                recordedHeap.vacate(r.twin, slot); // its free is missing from the trace
            }
            heap.freeSpan(r.twin);
        }
    }
}
