package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.SpanClass;
import dev.needzero.units.Units;

/** Why twin and kernel can differ on whether an OS page is resident, by what lies on the page in the twin. */
public enum PageCause {
    /** Free memory that one of them has given back already: the scavenger's pace, which is partly chance. */
    SCAVENGER_PACE("free memory, given back at another moment", "the scavenger's pace"),
    /** Free memory that neither gave back: what lay there before was written further than the trace tells, or less. */
    FREED("freed memory, written further or less far before", "what the trace does not tell"),
    /** How deep a goroutine's stack was used. */
    STACK("stacks: how deep they were used", "what the trace does not tell"),
    /** How many of a span's work buffers the collector used. */
    WORK_BUFFER("the collector's work buffers", "what the trace does not tell"),
    /** How much of a large object the program wrote beyond its marks and the touch rules. */
    LARGE_OBJECT("large objects: how much of them was written", "an assumption: the touch rules"),
    /** How much of an object of more than an OS page the program wrote. */
    SMALL_OBJECT("small objects: how much of them was written", "an assumption: the touch rules"),
    /** Slots that held no object at the mark: the recorder's own, made while it looked, or a cached span's next ones. */
    LATE_OBJECT("slots without an object at the mark", "the recorder's own objects, made after it"),
    /** A span's last bytes, its bitmaps. */
    BITMAP("pointer and mark bits at a span's end", "a known simplification"),
    /** Mapped by only one of them. */
    GROWTH("memory mapped by one of them only", "the heap grew at another moment"),
    /** None of these. */
    UNKNOWN("unknown", "unknown");

    private final String what;
    private final String why;

    PageCause(String what, String why) {
        this.what = what;
        this.why = why;
    }

    /** What lies on such pages. */
    public String what() {
        return what;
    }

    /** What kind of difference it is. */
    public String why() {
        return why;
    }

    /**
     * The cause of a difference on one page.
     *
     * @param osPage a 4 KiB page, counted from the heap's base
     * @param twinHasIt whether the twin has it resident, and the kernel not
     */
    static PageCause of(MHeap heap, long osPage, boolean twinHasIt) {
        long offset = osPage << Units.OS_PAGE_SHIFT;
        int page = (int) (offset >>> Units.PAGE_SHIFT);
        if (page >= heap.pages().limitPage()) {
            return GROWTH;
        }
        MSpan span = heap.spanOf(page);
        if (span == null) {
            // The twin has a page that the kernel has no more: it was given back. Or the twin gave back what is still
            // there.
            return twinHasIt || heap.isWithSystem(page) ? SCAVENGER_PACE : FREED;
        }
        return switch (span.state()) {
            case STACK -> STACK;
            case WORK_BUFFER -> WORK_BUFFER;
            case IN_USE -> ofObjects(heap, span, offset);
            case DEAD -> UNKNOWN;
        };
    }

    private static PageCause ofObjects(MHeap heap, MSpan span, long offset) {
        if (span.isLarge()) {
            return LARGE_OBJECT;
        }
        int first = (int) ((offset - span.base()) / span.elemBytes());
        int last = (int) ((offset - span.base() + Units.OS_PAGE_BYTES - 1) / span.elemBytes());
        boolean taken = false;
        for (int slot = first; slot <= Math.min(last, span.nelems() - 1); slot++) {
            taken |= span.isAllocated(slot);
        }
        if (taken) {
            return SMALL_OBJECT;
        }
        boolean bits =
                heap.layout().hasInSpanBitmap(span.spanClass()) || heap.layout().hasInlineMarks(span.spanClass());
        boolean atEnd = offset + Units.OS_PAGE_BYTES == span.base() + span.sizeBytes();
        return bits && atEnd && SpanClass.sizeClass(span.spanClass()) != 0 ? BITMAP : LATE_OBJECT;
    }
}
