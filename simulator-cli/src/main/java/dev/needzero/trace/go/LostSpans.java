package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.units.Units;
import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;

/**
 * Spans that are freed although nobody was seen to allocate them: Go 1.23's tracer drops a span's allocation when it is
 * itself at work on that thread, as when its stack grows. They are found by running through a generation's span events
 * before it is decoded. Later versions lose nothing.
 *
 * <p>What is known of such a span is where it began; it is taken to reach to the next span alive when it was freed, but
 * no further than the stacks that were seen to be lost, 32 KiB.
 */
final class LostSpans {
    private static final int MAX_PAGES = 4;

    private final EventMerge spanEvents;
    private final Warnings warnings;
    private final LongOpenHashSet live = new LongOpenHashSet();
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
                long offset = scratch.a[i];
                if (scratch.kind[i] != Kind.SPAN_FREE) {
                    live.add(offset);
                } else if (!live.remove(offset)) {
                    found.enqueue(offset);
                    found.enqueue(roomAt(offset));
                    warnings.lostSpan();
                }
            }
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
