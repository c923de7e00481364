package dev.needzero.experiment;

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

    /** Told at each checkpoint, with the twin in the state it has there. */
    public interface CheckpointListener {
        void reached(Checkpoint checkpoint, Replay replay);
    }

    Replay(TouchRules rules) {
        this.rules = rules;
    }

    /** Says who is told at each checkpoint. */
    public final void onCheckpoint(CheckpointListener checkpointListener) {
        this.listener = checkpointListener;
    }

    final void reached(Checkpoint checkpoint) {
        checkpoints.add(checkpoint);
        listener.reached(checkpoint, this);
    }

    /** Replays a batch of events. */
    public abstract void replay(EventBatch batch);

    /** The trace is over: what is still open is closed. */
    public abstract void finish();

    public abstract GoRuntime runtime();

    /** runtime/metrics at this moment, by name. */
    public abstract SortedMap<String, Long> metrics();

    /** Objects that could not be followed, for the trace never showed where they lie. */
    public long unknownObjects() {
        return 0;
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
