package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;

/**
 * Spans of stacks and work buffers whose allocation a recording lost. When they came about only the spans made after them
 * tell: those do not lie where they would have lain without.
 */
final class LostSpans {
    private final MHeap heap;
    private final RecordedHeap recordedHeap;
    private final AddressSpace os;
    private final RecordedSpans spans;
    private final GoCollector collector;
    private final Placement placement;
    /** Of each that is not inserted yet: a page of it, and its pages, 0 where they are not known. */
    private final List<long[]> lost = new ArrayList<>();

    private long cyclesAtLastSpan;

    LostSpans(GoRuntime runtime, RecordedSpans spans, GoCollector collector, Placement placement) {
        this.heap = runtime.heap();
        this.recordedHeap = runtime.recordedHeap();
        this.os = runtime.os();
        this.spans = spans;
        this.collector = collector;
        this.placement = placement;
    }

    /** The recording tells of a span that it never showed to be made. */
    void add(long address, long npages) {
        if (spans.at(address) == null) {
            lost.add(new long[] {address >>> Units.PAGE_SHIFT, npages});
        }
    }

    /** The twin is about to make a span that the recording has at this page: what was lost before it is made first. */
    void insertBefore(P p, int npages, int page) {
        while (!lost.isEmpty() && insert(p, npages, page)) {
            // several may have been lost in a row
        }
    }

    /** The recording made a span. */
    void spanMade() {
        cyclesAtLastSpan = collector.cycles();
    }

    /**
     * A span whose allocation was lost came about before this one if this one does not lie where it would without it.
     *
     * @return whether one was inserted
     */
    private boolean insert(P p, int npages, int page) {
        if (recordedHeap.peek(p, npages) == page) {
            return false;
        }
        for (int k = 0; k < lost.size(); k++) {
            long[] span = lost.get(k);
            int pages = span[1] == 0 ? Stacks.WORK_BUFFER_PAGES : (int) span[1];
            int would = recordedHeap.peek(p, pages);
            boolean fits = span[1] == 0 ? would <= span[0] && span[0] < would + pages : would == span[0];
            if (fits && would != page && spans.at((long) would << Units.PAGE_SHIFT) == null) {
                lost.remove(k);
                make(p, would, pages, markedSinceSpan() ? MSpan.State.WORK_BUFFER : MSpan.State.STACK);
                return true;
            }
        }
        return false;
    }

    /**
     * The twin would have used pages that the recording passed over. Where a pool of stacks just there explains that to the
     * page, its allocation was lost, too, though nothing in this part of the trace tells of it.
     */
    void suppose(P p, int npages, int page) {
        int would = recordedHeap.peek(p, Stacks.WORK_BUFFER_PAGES);
        if (would < page
                && spans.at((long) would << Units.PAGE_SHIFT) == null
                && recordedHeap.peekPast(p, would, Stacks.WORK_BUFFER_PAGES, npages) == page) {
            make(p, would, Stacks.WORK_BUFFER_PAGES, MSpan.State.STACK);
            placement.inferredSpans++;
        }
    }

    private void make(P p, int page, int pages, MSpan.State use) {
        RecordedSpan r = spans.add((long) page << Units.PAGE_SHIFT, pages, 1);
        r.twin = heap.allocManual(p, pages, use);
        os.write(r.twin.base(), r.twin.sizeBytes(), Cause.RUNTIME);
    }

    /** Whether the collector marked at any time since a span was last made: only then does it take work buffers. */
    private boolean markedSinceSpan() {
        return collector.recordedMarking() || collector.cycles() != cyclesAtLastSpan;
    }
}
