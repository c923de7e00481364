package dev.needzero.heap;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;

/**
 * Sweeping of one span: its dead slots become free, and it is filed by what is left on it, or freed. Which span is swept
 * when is others' business: {@link MCentral#nextUnswept}, a P that looks for a free slot, a collector.
 *
 * <p>Go: {@code runtime/mgcsweep.go}, {@code sweepLocked.sweep}. Left out: finalizers and other specials.
 */
final class SpanSweep {
    private final MHeap heap;
    private final HeapLayout layout;
    private final HeapStats stats;
    private final AddressSpace os;

    SpanSweep(MHeap heap, AddressSpace os) {
        this.heap = heap;
        this.layout = heap.layout;
        this.stats = heap.stats();
        this.os = os;
    }

    /**
     * Frees a span's dead slots, and the span when nothing is left on it.
     *
     * @param preserve an emptied span stays with the caller, who is about to use it; nothing is filed
     */
    void sweep(MSpan span, boolean preserve) {
        heap.pagesSwept += span.npages;
        if (!span.noscan()) {
            readByMarking(span);
        }
        int freed = span.sweepSlots();
        span.sweepgen = heap.sweepgen;
        if (span.isLarge()) {
            if (freed > 0) {
                stats.countLargeFree(span.sizeBytes());
                heap.freeSpan(span);
            } else {
                heap.central(span.spanClass).fullSwept().push(span);
            }
            return;
        }
        if (freed > 0) {
            span.needzero = true;
            stats.smallFreeCount[SpanClass.sizeClass(span.spanClass)] += freed;
        }
        if (layout.hasInlineMarks(span.spanClass)) {
            os.write(span.base() + span.sizeBytes() - HeapLayout.BITMAP_BYTES, HeapLayout.BITMAP_BYTES, Cause.RUNTIME);
        }
        if (preserve) {
            return;
        }
        if (span.allocCount == 0) {
            heap.freeSpan(span);
        } else {
            heap.central(span.spanClass).file(span);
        }
    }

    /**
     * The collector read every object with pointers that it found alive. Memory nobody wrote gets the system's zero page
     * mapped there. Done at the sweep, for only then is it known which objects those were.
     */
    private void readByMarking(MSpan span) {
        if (os.isPresent(span.base(), span.sizeBytes())) {
            return; // reading changes nothing; nearly always so
        }
        if (span.isLarge()) {
            if (span.deadCount() == 0) {
                os.read(span.base(), span.sizeBytes());
            }
            return;
        }
        for (int slot = 0; slot < span.nelems; slot++) {
            if (span.isAllocated(slot) && !span.isDead(slot)) {
                os.read(span.slotAddress(slot), span.elemBytes);
            }
        }
    }
}
