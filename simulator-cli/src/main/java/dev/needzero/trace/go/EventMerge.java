package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes a generation: the threads' streams, merged by the time of their heads, straight into columns.
 *
 * <p>The thread whose next event is the earliest runs until another's is earlier; within such a run an event costs one
 * comparison with the other's time. Nine events in ten allocate or free an object, and those are decoded right here; the
 * rest go to {@link EventReader}. An event is decoded without a look at where its batch ends, for the array reaches
 * further than any event; that it ended in time is checked before the next.
 */
final class EventMerge {
    private static final long MAX_TICKS = 1L << 57;
    private static final byte[] ARGUMENTS = EventType.argumentTable();

    private final Generation generation;
    private final Batches batches;
    private final EventReader reader;
    private final boolean spansOnly;
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

    /** One that passes over all but the events of spans, and so changes nothing that the reader remembers. */
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
        byte[] kinds = out.kind;
        short[] procs = out.proc;
        long[] times = out.timeNanos;
        long[] as = out.a;
        int[] cs = out.c;
        int[] types = generation.tables().typesById();
        long base = reader.offsetOfBase();
        int objectShift = reader.objectShift();
        byte[] bytes = stream.bytes;
        int at = stream.at;
        int end = stream.end;
        long own = stream.ownTime;
        long time = stream.time;
        short proc = (short) stream.proc;
        boolean marked = !spansOnly && reader.isMarkPending();
        long count = 0;
        int n = out.size;
        while (true) {
            if (at >= end) {
                if (at > end) {
                    throw damage(stream, end, "it ends within an event");
                }
                if (!stream.openNext(batches)) {
                    bytes = null;
                    break;
                }
                bytes = stream.bytes;
                at = stream.at;
                end = stream.end;
                own = stream.ownTime;
            }
            int start = at;
            int type = bytes[at] & 0xff;
            long dt = bytes[at + 1];
            at += 2;
            if (dt < 0) {
                stream.ownTime = own;
                dt = checkedTime(stream, start, Varint.read(bytes, start + 1));
                at = Varint.end(bytes, start + 1);
            }
            long ownNext = own + dt;
            long next = Math.max(time, ownNext);
            if (next >= bound || n == EventBatch.CAPACITY) {
                at = start;
                stream.nextTime = next;
                break;
            }
            if (marked && reader.movesOn(stream, type)) {
                out.size = n;
                reader.deliverMark(out);
                n = out.size;
                marked = false;
                at = start;
                continue; // the batch may be full now
            }
            own = ownNext;
            time = next;
            count++;
            if (spansOnly && (type < EventType.SPAN || type > EventType.SPAN_FREE)) {
                for (int i = ARGUMENTS[type]; i > 0; i--) {
                    at = numberEnd(stream, bytes, at);
                }
                continue; // an unknown type is complained of when the generation is decoded
            }
            if (type >= EventType.HEAP_OBJECT && type <= EventType.HEAP_OBJECT_FREE) {
                long word = Varint.word(bytes, at);
                long ends = Varint.ends(word);
                long id;
                if (ends != 0) {
                    id = Varint.value(word, ends);
                    at += Varint.length(ends);
                } else {
                    id = Varint.read(bytes, at);
                    at = numberEnd(stream, bytes, at);
                }
                procs[n] = proc;
                times[n] = next;
                as[n] = base + (id << objectShift);
                if (type == EventType.HEAP_OBJECT_FREE) {
                    kinds[n++] = Kind.OBJECT_FREE;
                    continue;
                }
                kinds[n] = type == EventType.HEAP_OBJECT_ALLOC ? Kind.OBJECT_ALLOC : Kind.OBJECT;
                int typeId = bytes[at];
                if (typeId >= 0) {
                    at++;
                    cs[n++] = types[typeId];
                } else {
                    long longTypeId = Varint.read(bytes, at);
                    at = numberEnd(stream, bytes, at);
                    cs[n++] = longTypeId >= 0 && longTypeId < types.length
                            ? types[(int) longTypeId]
                            : generation.tables().type(longTypeId);
                }
                continue;
            }
            int arguments = ARGUMENTS[type];
            if (arguments < 0) {
                throw damage(stream, start, "event type " + type + " is not known");
            }
            for (int i = 0; i < arguments; i++) {
                reader.arguments[i] = Varint.read(bytes, at);
                at = numberEnd(stream, bytes, at);
            }
            out.size = n;
            stream.at = start;
            reader.read(type, stream, next, out);
            n = out.size;
            proc = (short) stream.proc;
            marked = !spansOnly && reader.isMarkPending();
        }
        stream.bytes = bytes;
        stream.at = at;
        stream.ownTime = own;
        stream.time = time;
        out.size = n;
        events += count;
    }

    private int numberEnd(MStream stream, byte[] bytes, int at) throws BadInputException {
        int end = Varint.end(bytes, at);
        if (end < 0) {
            throw damage(stream, at, "a number of more than " + Varint.MAX_BYTES + " bytes");
        }
        return end;
    }
}
