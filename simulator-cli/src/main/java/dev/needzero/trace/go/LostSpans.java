package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.units.Units;
import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;

/**
 * Spans that are freed, or hold a stack, although nobody was seen to allocate them: Go 1.23's tracer drops a span's allocation when it is
 * itself at work on that thread, as when its stack grows. They are found by running through a generation's span events
 * before it is decoded. Later versions lose nothing.
 *
 * <p>What is known of such a span is where it began; it is taken to reach to the next span alive when it was freed, but
 * no further than the stacks that were seen to be lost, 32 KiB.
 */
final class LostSpans {
    private static final int MAX_PAGES = 4;
    private static final int MANUAL = 1;
    /** Pages of a span of which it is remembered that a stack may lie on them. */
    private static final int MAX_STACK_PAGES = 1 << 15;

    private final EventMerge spanEvents;
    private final Warnings warnings;
    private final LongOpenHashSet live = new LongOpenHashSet();
    /** Pages of the spans that may hold stacks. */
    private final LongOpenHashSet stackPages = new LongOpenHashSet();
    /** Offset and pages of each, by turns; not yet delivered. */
    private final LongArrayFIFOQueue found = new LongArrayFIFOQueue();

    private EventBatch scratch;

    LostSpans(Generation generation, EventReader reader, Warnings warnings) {
        this.spanEvents = EventMerge.ofSpansOnly(generation, reader);
        this.warnings = warnings;
    }

    /** Runs through the generation that was loaded. */
    void find() throws BadInputException {
        if (scratch == null) {
            scratch = new EventBatch();
        }
        spanEvents.begin();
        boolean more = true;
        while (more) {
            scratch.size = 0;
            more = spanEvents.decode(scratch);
            for (int i = 0; i < scratch.size; i++) {
                switch (scratch.kind[i]) {
                    case Kind.SPAN, Kind.SPAN_ALLOC -> made(scratch.a[i], scratch.b[i], scratch.c[i]);
                    case Kind.SPAN_FREE -> freed(scratch.a[i]);
                    case Kind.STACK_ALLOC -> stack(scratch.a[i], scratch.b[i]);
                    default -> {} // tells nothing of spans
                }
            }
        }
    }

    private void made(long offset, long pages, int kindClass) {
        live.add(offset);
        if (kindClass == MANUAL) {
            for (long page = 0; page < Math.min(pages, MAX_STACK_PAGES); page++) {
                stackPages.add((offset >>> Units.PAGE_SHIFT) + page);
            }
        }
    }

    private void freed(long offset) {
        if (!live.remove(offset)) {
            found.enqueue(offset);
            found.enqueue(roomAt(offset));
            warnings.lostSpan();
        }
        long page = offset >>> Units.PAGE_SHIFT;
        while (stackPages.remove(page) && !live.contains(page + 1 << Units.PAGE_SHIFT)) {
            page++;
        }
    }

    /** A stack that lies on no known span: on one whose allocation was lost, and that may be freed much later or never. */
    private void stack(long offset, long bytes) {
        long page = offset >>> Units.PAGE_SHIFT;
        if (stackPages.add(page)) {
            long pages = bytes >>> Units.PAGE_SHIFT;
            found.enqueue(page << Units.PAGE_SHIFT);
            found.enqueue(pages < MAX_PAGES ? 0 : pages);
        }
    }

    private int roomAt(long offset) {
        int pages = 1;
        while (pages < MAX_PAGES && !live.contains(offset + ((long) pages << Units.PAGE_SHIFT))) {
            pages++;
        }
        return pages;
    }

    /** Adds those found, as many as fit. */
    void deliver(long time, EventBatch out) {
        while (!found.isEmpty() && !out.isFull()) {
            out.add(Kind.LOST_SPAN, 0, time, found.dequeueLong(), found.dequeueLong(), 0);
        }
    }
}
