package dev.needzero.experiment;

import dev.needzero.heap.HeapCheck;
import dev.needzero.heap.MSpan;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.trace.EventBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** One trace feeding one twin, batch by batch. */
public abstract class Replay {
    private final TouchRules rules;
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private final TimeLine timeLine = new TimeLine();
    private final ObservedRss observedRss = new ObservedRss();
    private CheckpointListener listener = (checkpoint, replay) -> {};
    private long checkEvery;
    private long replayed;
    private long unchecked;
    private long checks;
    private Observer observer = new Observer() {};

    /** Told at each checkpoint, with the twin in the state it has there. */
    public interface CheckpointListener {
        void reached(Checkpoint checkpoint, Replay replay);

        /**
         * The recorder has read a part of what the kernel says at a checkpoint that will be reached soon.
         *
         * @param number the checkpoint's
         * @param what one of {@link dev.needzero.trace.Kind}'s READ constants
         */
        default void kernelRead(long number, int what, Replay replay) {}
    }

    /** Watches a twin while it runs; it may look at it, and no more. Called on the replay's thread. */
    public interface Observer {
        /** A span, a collection, a checkpoint or a batch is done. */
        default void moment(long nanos, long events, Replay replay) {}

        /** The object of a large span is known now. */
        default void largeObject(MSpan span, String type) {}
    }

    Replay(TouchRules rules) {
        this.rules = rules;
    }

    /** Says who is told at each checkpoint. */
    public final void onCheckpoint(CheckpointListener checkpointListener) {
        this.listener = checkpointListener;
    }

    /** Says who watches. */
    public final void observe(Observer watcher) {
        this.observer = watcher;
    }

    final Observer observer() {
        return observer;
    }

    /** The address that the twin's offset 0 stands for; 0 where the trace has none. */
    public long heapBase() {
        return 0;
    }

    final void reached(Checkpoint checkpoint) {
        checkpoints.add(checkpoint);
        listener.reached(checkpoint, this);
    }

    final void kernelRead(long number, int what) {
        listener.kernelRead(number, what, this);
    }

    /** Where the twin keeps an object. */
    public record Place(MSpan span, int slot) {}

    /** Replays a batch of events. */
    public final void replay(EventBatch batch) {
        if (checkEvery == 0) {
            replay(batch, 0, batch.size);
            return;
        }
        for (int from = 0; from < batch.size; ) {
            int to = (int) Math.min(batch.size, from + Math.max(1, checkEvery - unchecked));
            replay(batch, from, to);
            replayed += to - from;
            unchecked += to - from;
            from = to;
            if (unchecked >= checkEvery && isSettled()) {
                check();
            }
        }
    }

    /** Holds the twin against its own laws after every so many events; 0 for never. */
    public final void checkEvery(long events) {
        checkEvery = events;
    }

    /** Whether the twin's state is one that a program could be in, not half of a snapshot. */
    boolean isSettled() {
        return true;
    }

    /** Whether the twin sweeps its spans itself. */
    boolean sweeps() {
        return true;
    }

    private void check() {
        try {
            HeapCheck.check(runtime().heap(), runtime().os(), sweeps());
        } catch (IllegalStateException e) {
            long first = replayed - unchecked;
            throw new IllegalStateException(
                    "a law of the twin is broken "
                            + (unchecked <= 1
                                    ? "by event " + first
                                    : "by one of the events " + first + " to " + (replayed - 1))
                            + ": " + e.getMessage(),
                    e);
        }
        unchecked = 0;
        checks++;
    }

    /** How often the twin was held against its laws. */
    public final long checks() {
        return checks;
    }

    /** The trace is over: what is still open is closed. */
    public final void finish() {
        end();
        if (checkEvery > 0 && isSettled()) {
            check();
        }
    }

    /**
     * Replays a part of a batch; parts follow each other, and the next batch begins when the last of them is done.
     *
     * @param from the first event's index
     * @param to one past the last event's
     */
    public abstract void replay(EventBatch batch, int from, int to);

    /**
     * Where in the twin that lies which an event's column a names: an object, or a span without any.
     *
     * @return null when the replay does not know it
     */
    public abstract Place placeOf(long a);

    abstract void end();

    public abstract GoRuntime runtime();

    /** runtime/metrics at this moment, by name. */
    public abstract SortedMap<String, Long> metrics();

    /** Objects that could not be followed, for the trace never showed where they lie. */
    public long unknownObjects() {
        return 0;
    }

    /** What the twin's own collector goes by, if one decides when memory comes back; null when the recording's does. */
    public OwnCollector ownCollector() {
        return null;
    }

    /** Collections seen. */
    public abstract long cycles();

    public final List<Checkpoint> checkpoints() {
        return checkpoints;
    }

    public final TimeLine timeLine() {
        return timeLine;
    }

    /** What the recorder saw of the real process's resident memory. */
    public final ObservedRss observedRss() {
        return observedRss;
    }

    public final TouchRules rules() {
        return rules;
    }
}
