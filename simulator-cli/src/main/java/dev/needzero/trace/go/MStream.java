package dev.needzero.trace.go;

import java.util.Arrays;

/**
 * One thread's (Go: M's) events of a generation: its batches in the order of the file, and a reader's place in them.
 * Events of a thread are never reordered: a dense run of events makes its batch's clock run ahead of the next batch's, so
 * that an event's time is the greater of its own and its predecessor's.
 */
final class MStream {
    static final long NO_GOROUTINE = -1;

    final long m;
    /** Which stream goes first at equal times: the one that was seen first. */
    int order;

    private long[] payloads = new long[4];
    private long[] times = new long[4];
    private int size;
    private int next;

    // ---- the place: the next event lies at bytes[at], the batch ends at end
    long payload;
    byte[] bytes;
    int at;
    int end;
    /** Time of the last event by its batch's clock, ticks. */
    long ownTime;
    /** Time of the last event, ticks. */
    long time;
    /** Time of the event at {@code at}. */
    long nextTime;

    // ---- what the thread is doing, carried on into the next generation
    /** The P it had last; 0 before it had any. */
    int proc;

    long goroutine = NO_GOROUTINE;
    long goroutineStarted;

    MStream(long m) {
        this.m = m;
    }

    /** Forgets its batches; false if it had none, so that it may be forgotten itself. */
    boolean clear() {
        boolean hadAny = size > 0;
        size = 0;
        return hadAny;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void addBatch(long place, long ticks) {
        if (size == payloads.length) {
            payloads = Arrays.copyOf(payloads, 2 * size);
            times = Arrays.copyOf(times, 2 * size);
        }
        payloads[size] = place;
        times[size++] = ticks;
    }

    /** Goes to the generation's beginning. */
    void rewind() {
        next = 0;
        time = Long.MIN_VALUE;
    }

    /** Goes on to the next batch; false when there is none. */
    boolean openNext(Batches batches) {
        if (next == size) {
            return false;
        }
        payload = payloads[next];
        bytes = batches.bytesAt(payload);
        at = Batches.index(payload);
        end = at + Batches.length(payload);
        ownTime = times[next];
        next++;
        return true;
    }
}
