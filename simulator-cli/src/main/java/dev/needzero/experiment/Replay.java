package dev.needzero.experiment;

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
    private CheckpointListener listener = (checkpoint, replay) -> {};
    private Observer observer = new Observer() {};

    /** Told at each checkpoint, with the twin in the state it has there. */
    public interface CheckpointListener {
        void reached(Checkpoint checkpoint, Replay replay);
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

    /** Where the twin keeps an object. */
    public record Place(MSpan span, int slot) {}

    /** Replays a batch of events. */
    public final void replay(EventBatch batch) {
        replay(batch, 0, batch.size);
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

    /** The trace is over: what is still open is closed. */
    public abstract void finish();

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

    public final TouchRules rules() {
        return rules;
    }
}
