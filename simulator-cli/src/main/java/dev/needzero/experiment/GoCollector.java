package dev.needzero.experiment;

import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.trace.EventBatch;

/**
 * Who decides, in a Go trace's replay, when garbage is collected, when it is swept and when free memory goes back to the
 * system. It is shown every event that may bear on that; where objects go and what is written is not its business.
 */
interface GoCollector {
    /** Told of each collection's end. */
    interface Listener {
        void collected();
    }

    /** The events that follow come from this batch. */
    void batch(EventBatch batch);

    /** Any event but an object's birth or death is about to be looked at. */
    void before(byte kind, int proc, long nanos);

    /** A P is about to give an object its place. */
    void beforeObject(int proc);

    /** A P whose cache dates from before the last mark termination is about to allocate, or is looked at. */
    void flush(P p);

    /**
     * An object has its place.
     *
     * @param ordinal how many objects the trace showed up to it
     * @param kind its span class as recorded
     * @param i its event's index in the batch
     */
    void born(long ordinal, int kind, MSpan span, int slot, int i);

    /** The same for an object of the snapshot. */
    void existed(long ordinal, int kind, MSpan span, int slot);

    /**
     * A recorded sweep freed an object.
     *
     * @return false when the twin has no such object
     */
    boolean freed(RecordedSpan r, int slot, int proc);

    /**
     * A recorded sweep freed objects of one span, one behind the other.
     *
     * @param addresses theirs, in {@code [from, to)}
     * @return how many of them the twin does not have
     */
    default int freed(RecordedSpan r, long[] addresses, int from, int to, int proc) {
        int unknown = 0;
        for (int i = from; i < to; i++) {
            unknown += freed(r, r.slotAt(addresses[i]), proc) ? 0 : 1;
        }
        return unknown;
    }

    /** A P's sweep of a span has freed the last of its objects. */
    default void spanDone(int proc) {}

    /**
     * An event of the collector, the sweeper or the scavenger.
     *
     * @param i its index in the batch
     */
    void event(byte kind, int proc, long a, int c, int i);

    /** The trace is over. */
    void finish();

    /** Whether the recorded collector marks: the spans that it takes for its work follow the recording. */
    boolean recordedMarking();

    /** What it goes by, if collections are the twin's own; null where they are the recording's. */
    OwnCollector own();

    /** Collections so far. */
    long cycles();

    /** What the pacer last set as the heap's goal, or -1 before that. */
    long goalBytes();

    /** What the last collection left alive, or -1 before the first. */
    long liveBytes();

    /** The memory limit that the recorded goals tell of, roughly; -1 where they tell of none. */
    default long inferredLimitBytes() {
        return -1;
    }
}
