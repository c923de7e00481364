package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes a generation: the threads' streams, merged by the time of their heads, straight into columns.
 *
 * <p>The thread whose next event is the earliest runs until another's is earlier; within such a run an event costs one
 * comparison with the other's time. Nine events in ten allocate or free an object, and those are decoded together, see
 * {@link ObjectEvents}; what it does not know goes, an event at a time, to {@link EventReader}. An event is decoded without a look at where its
 * batch ends, for the array reaches further than any event; that it ended in time is checked before the next.
 */
final class EventMerge {
    private static final long MAX_TICKS = 1L << 57;
    private static final byte[] ARGUMENTS = EventType.argumentTable();

    private final Generation generation;
    private final Batches batches;
    private final EventReader reader;
    private final boolean spansOnly;
    private final ObjectEvents objects = new ObjectEvents();
    private MStream[] heap = new MStream[8]; // a binary heap, the earliest first
    private int heapSize;
    private long events;

    EventMerge(Generation generation, EventReader reader) {
        this(generation, reader, false);
    }

    private EventMerge(Generation generation, EventReader reader, boolean spansOnly) {
        this.generation = generation;
        this.batches = generation.batches();
        this.reader = reader;
        this.spansOnly = spansOnly;
    }

    /** One that passes over all but the events of spans and stacks, and so changes nothing that the reader remembers. */
    static EventMerge ofSpansOnly(Generation generation, EventReader reader) {
        return new EventMerge(generation, reader, true);
    }

    /** Events decoded so far, in all generations. */
    long events() {
        return events;
    }

    /** Goes to the generation's beginning. */
    void begin() throws BadInputException {
        List<MStream> streams = generation.streams();
        heapSize = 0;
        if (heap.length < streams.size()) {
            heap = new MStream[streams.size()];
        }
        Arrays.fill(heap, null);
        for (MStream stream : streams) {
            stream.rewind();
            stream.openNext(batches);
            stream.nextTime = peekTime(stream);
            heap[heapSize++] = stream;
        }
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    /** Time of the generation's first event, ticks. */
    long firstTime() {
        return heapSize == 0 ? 0 : heap[0].nextTime;
    }

    private long peekTime(MStream stream) throws BadInputException {
        long dt = Varint.read(stream.bytes, stream.at + 1);
        return stream.ownTime + checkedTime(stream, stream.at, dt);
    }

    private long checkedTime(MStream stream, int at, long dt) throws BadInputException {
        if (Varint.end(stream.bytes, at + 1) < 0
                || dt < 0
                || stream.ownTime + dt < 0
                || stream.ownTime + dt > MAX_TICKS) {
            throw damage(stream, at, "an event " + Long.toUnsignedString(dt) + " ticks after the one before");
        }
        return dt;
    }

    private BadInputException damage(MStream stream, int at, String problem) {
        return batches.damage(stream.payload, at, "damaged batch of thread " + stream.m + ": " + problem);
    }

    private boolean isBefore(MStream x, MStream y) {
        return x.nextTime < y.nextTime || (x.nextTime == y.nextTime && x.order < y.order);
    }

    private void siftDown(int i) {
        MStream moving = heap[i];
        while (2 * i + 1 < heapSize) {
            int child = 2 * i + 1;
            if (child + 1 < heapSize && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], moving)) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = moving;
    }

    /** The time from which on another thread than the first in the heap is due. */
    private long bound() {
        if (heapSize < 2) {
            return Long.MAX_VALUE;
        }
        MStream second = heapSize > 2 && isBefore(heap[2], heap[1]) ? heap[2] : heap[1];
        return heap[0].order < second.order ? second.nextTime + 1 : second.nextTime;
    }

    /** Adds events, times in ticks, until the batch is full (true) or the generation is over (false). */
    boolean decode(EventBatch out) throws BadInputException {
        while (heapSize > 0) {
            MStream stream = heap[0];
            run(stream, bound(), out);
            if (stream.bytes == null) {
                heap[0] = heap[--heapSize];
                heap[heapSize] = null;
                if (heapSize == 0) {
                    break;
                }
            } else if (out.isFull()) {
                return true;
            }
            siftDown(0);
        }
        return false;
    }

    /** Delivers a thread's events before a time, as many as fit. */
    private void run(MStream stream, long bound, EventBatch out) throws BadInputException {
        boolean marked = !spansOnly && reader.isMarkPending();
        while (true) {
            if (stream.at >= stream.end) {
                if (stream.at > stream.end) {
                    throw damage(stream, stream.end, "it ends within an event");
                }
                if (!stream.openNext(batches)) {
                    stream.bytes = null;
                    return;
                }
            }
            byte[] bytes = stream.bytes;
            int at = stream.at;
            int type = bytes[at] & 0xff;
            if (type >= EventType.HEAP_OBJECT && type <= EventType.HEAP_OBJECT_FREE && !marked) {
                int before = at;
                if (spansOnly) {
                    passObjects(stream);
                } else if (stream.ownTime >= stream.time) {
                    objects(stream, bound, out);
                }
                if (stream.at != before) {
                    continue;
                }
            }
            long dt = Varint.read(bytes, at + 1);
            long own = stream.ownTime + checkedTime(stream, at, dt);
            long time = Math.max(stream.time, own);
            if (time >= bound || out.isFull()) {
                stream.nextTime = time;
                return;
            }
            if (marked && reader.movesOn(stream, type)) {
                reader.deliverMark(out);
                marked = false;
                continue; // the batch may be full now
            }
            int arguments = ARGUMENTS[type];
            if (arguments < 0) {
                throw damage(stream, at, "event type " + type + " is not known");
            }
            int next = Varint.end(bytes, at + 1);
            for (int i = 0; i < arguments; i++) {
                reader.arguments[i] = Varint.read(bytes, next);
                next = numberEnd(stream, bytes, next);
            }
            if (!spansOnly || tellsOfSpans(type)) {
                reader.read(type, stream, time, out);
                marked = !spansOnly && reader.isMarkPending();
            }
            stream.at = next;
            stream.ownTime = own;
            stream.time = time;
            events++;
        }
    }

    private static boolean tellsOfSpans(int type) {
        return type >= EventType.SPAN && type <= EventType.SPAN_FREE || type == EventType.GOROUTINE_STACK_ALLOC;
    }

    /** Decodes the objects' events that stand here, as many as {@link ObjectEvents} knows, are due and fit. */
    private void objects(MStream stream, long bound, EventBatch out) {
        int first = out.size;
        int[] types = generation.tables().typesById();
        int n = objects.decode(
                stream.bytes,
                stream.at,
                stream.end,
                stream.ownTime,
                bound,
                reader.offsetOfBase(),
                reader.objectShift(),
                out,
                types);
        if (n > 0) {
            Arrays.fill(out.proc, first, first + n, (short) stream.proc);
            stream.at = objects.end();
            stream.ownTime = objects.endTime();
            stream.time = stream.ownTime;
            out.size = first + n;
            events += n;
        }
    }

    /** Passes over the objects' events that stand here, due or not: they change nothing for the other threads. */
    private void passObjects(MStream stream) {
        objects.pass(stream.bytes, stream.at, stream.end, stream.ownTime);
        stream.at = objects.end();
        stream.ownTime = objects.endTime();
        stream.time = Math.max(stream.time, stream.ownTime);
    }

    private int numberEnd(MStream stream, byte[] bytes, int at) throws BadInputException {
        int end = Varint.end(bytes, at);
        if (end < 0) {
            throw damage(stream, at, "a number of more than " + Varint.MAX_BYTES + " bytes");
        }
        return end;
    }
}
