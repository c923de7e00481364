package dev.needzero.experiment;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import dev.needzero.workload.WorkloadSpec;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/** Runs replays: one decoder, one twin or many, each on a thread of its own where there is more than one processor. */
public final class Replays {
    private static final int BATCHES_IN_FLIGHT = 16;

    private Replays() {}

    /** Opens a trace, or a generator: {@code gen:WORKLOAD?…}. */
    public static TraceReader open(String spec) throws IOException {
        return open(spec, false);
    }

    /** The same; with {@code skipDamaged} what is damaged is left out, as in {@link Traces#open(String, boolean)}. */
    public static TraceReader open(String spec, boolean skipDamaged) throws IOException {
        if (!spec.startsWith(WorkloadSpec.PREFIX)) {
            return Traces.open(spec, skipDamaged);
        }
        if (skipDamaged) {
            throw new UnsupportedOperationException("a generated trace has nothing to leave out");
        }
        return Workloads.open(spec);
    }

    /**
     * How a replay is to run, beside its version.
     *
     * @param os the system
     * @param touch what the program writes of its objects
     * @param recordedPlacement objects go where the recording has them
     * @param backgroundScavenger whether the background scavenger releases memory when the recording's ran
     * @param checkEvery after how many events the twin is held against its own laws; 0 for never
     * @param gc who collects garbage
     */
    public record Settings(
            OsSettings os,
            TouchRules touch,
            boolean recordedPlacement,
            boolean backgroundScavenger,
            long checkEvery,
            GcSettings gc) {
        public Settings(OsSettings os, TouchRules touch, boolean recordedPlacement, boolean backgroundScavenger) {
            this(os, touch, recordedPlacement, backgroundScavenger, 0);
        }

        public Settings(
                OsSettings os,
                TouchRules touch,
                boolean recordedPlacement,
                boolean backgroundScavenger,
                long checkEvery) {
            this(os, touch, recordedPlacement, backgroundScavenger, checkEvery, GcSettings.RECORDED);
        }

        public Settings(OsSettings os, TouchRules touch, boolean recordedPlacement) {
            this(os, touch, recordedPlacement, true);
        }

        /** The same with another collector's settings. */
        Settings with(GcSettings other) {
            return new Settings(os, touch, recordedPlacement, backgroundScavenger, checkEvery, other);
        }

        /** The same with other touch rules. */
        Settings with(TouchRules rules) {
            return new Settings(os, rules, recordedPlacement, backgroundScavenger, checkEvery, gc);
        }
    }

    /**
     * Replays a trace under one version.
     *
     * @param start a truth's first line as the initial state, or null
     * @param startIsOurs whether it is of the recorded run itself
     * @param listener told at each checkpoint; null for none
     * @param progress told of bytes read now and then; null for none
     */
    public static Replay run(
            TraceReader reader,
            Behaviours behaviours,
            Settings settings,
            Truth.Line start,
            boolean startIsOurs,
            Replay.CheckpointListener listener,
            Consumer<TraceReader> progress)
            throws IOException {
        Prelude prelude = Prelude.of(reader);
        Lookahead lookahead = lookahead(reader, settings.gc(), progress);
        Replay replay = replay(reader, prelude, behaviours, settings, lookahead, start, startIsOurs);
        if (listener != null) {
            replay.onCheckpoint(listener);
        }
        if (Runtime.getRuntime().availableProcessors() > 1) {
            return broadcast(reader, prelude, List.of(new Lane(replay)), progress)
                    .get(0);
        }
        EventBatch own = new EventBatch();
        for (EventBatch batch = prelude.next(own); batch != null; batch = prelude.next(own)) {
            replay.replay(batch);
            if (progress != null) {
                progress.accept(reader);
            }
        }
        replay.finish();
        return replay;
    }

    /** What a first reading tells, where the twin's own collector needs it. */
    private static Lookahead lookahead(TraceReader reader, GcSettings gc, Consumer<TraceReader> progress)
            throws IOException {
        return gc.simulated() && reader.info().placed() ? Lookahead.of(gc.trace(), progress) : null;
    }

    /** A twin of its own beginning, to be fed what the prelude delivers. */
    static Replay twin(TraceReader reader, Prelude prelude, Behaviours behaviours, Settings settings) {
        try {
            return replay(reader, prelude, behaviours, settings, lookahead(reader, settings.gc(), null), null, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Replay replay(
            TraceReader reader,
            Prelude prelude,
            Behaviours behaviours,
            Settings settings,
            Lookahead lookahead,
            Truth.Line start,
            boolean startIsOurs)
            throws IOException {
        Settings chosen = settings;
        if (lookahead != null && settings.gc().timings() > 1) {
            chosen = settings.with(settings.gc().with(middle(behaviours, settings, lookahead, start, startIsOurs)));
        }
        Replay replay = unchecked(reader, prelude, behaviours, chosen, lookahead, start, startIsOurs);
        replay.checkEvery(settings.checkEvery());
        return replay;
    }

    /** Of the runs that chance allows, the one that ends with the middle one's resident memory. */
    private static GcSettings.Timing middle(
            Behaviours behaviours, Settings settings, Lookahead lookahead, Truth.Line start, boolean startIsOurs)
            throws IOException {
        GcSettings gc = settings.gc();
        int atOnce = Math.max(2, Runtime.getRuntime().availableProcessors());
        List<GcSettings.Timing> ends = new ArrayList<>();
        while (ends.size() < gc.timings()) {
            try (TraceReader reader = open(gc.trace())) {
                Prelude prelude = Prelude.of(reader);
                List<Lane> lanes = new ArrayList<>();
                for (int n = Math.min(atOnce, gc.timings() - ends.size()); n > 0; n--) {
                    Settings one = settings.with(gc.with(GcSettings.Timing.of(ends.size() + n)));
                    lanes.add(new Lane(unchecked(reader, prelude, behaviours, one, lookahead, start, startIsOurs)));
                }
                List<Replay> done = broadcast(reader, prelude, lanes, null);
                int before = ends.size();
                for (int i = 0; i < done.size(); i++) {
                    long rss = done.get(i).runtime().os().rssBytes();
                    ends.add(new GcSettings.Timing(before + done.size() - i, 1, rss, rss));
                }
            }
            if (ends.stream()
                            .mapToLong(GcSettings.Timing::leastRssBytes)
                            .distinct()
                            .count()
                    == 1) {
                break;
            }
        }
        ends.sort(Comparator.comparingLong(GcSettings.Timing::leastRssBytes));
        long least = ends.get(0).leastRssBytes();
        long most = ends.get(ends.size() - 1).mostRssBytes();
        int among = least == most ? 1 : ends.size();
        return new GcSettings.Timing(ends.get(ends.size() / 2).number(), among, least, most);
    }

    private static Replay unchecked(
            TraceReader reader,
            Prelude prelude,
            Behaviours behaviours,
            Settings settings,
            Lookahead lookahead,
            Truth.Line start,
            boolean startIsOurs) {
        if (!reader.info().placed()) {
            return new IdReplay(reader, behaviours, settings);
        }
        return new GoReplay(reader, prelude, behaviours, settings, lookahead, start, startIsOurs);
    }

    /** Replays a trace under several versions at once: it is decoded once and broadcast, one thread a twin. */
    public static List<Replay> runAll(
            TraceReader reader, List<Behaviours> versions, Settings settings, Consumer<TraceReader> progress)
            throws IOException {
        return runAll(reader, versions, settings, List.of(), progress);
    }

    /**
     * The same, watched.
     *
     * @param observers one for each version, or none at all
     */
    public static List<Replay> runAll(
            TraceReader reader,
            List<Behaviours> versions,
            Settings settings,
            List<? extends Replay.Observer> observers,
            Consumer<TraceReader> progress)
            throws IOException {
        Prelude prelude = Prelude.of(reader);
        Lookahead lookahead = lookahead(reader, settings.gc(), progress);
        List<Lane> lanes = new ArrayList<>();
        for (Behaviours version : versions) {
            lanes.add(new Lane(replay(reader, prelude, version, settings, lookahead, null, false)));
        }
        for (int i = 0; i < observers.size(); i++) {
            lanes.get(i).replay.observe(observers.get(i));
        }
        return broadcast(reader, prelude, lanes, progress);
    }

    /**
     * Decodes on the caller's thread what the lanes' threads replay. The batches go round: when one is put into the queues,
     * every lane has taken the one that lies a queue's length behind it, and is done with the one before that.
     */
    private static List<Replay> broadcast(
            TraceReader reader, Prelude prelude, List<Lane> lanes, Consumer<TraceReader> progress) throws IOException {
        for (Lane lane : lanes) {
            lane.start();
        }
        EventBatch[] ring = new EventBatch[BATCHES_IN_FLIGHT + 2];
        try {
            for (int at = 0; !allFailed(lanes); at = (at + 1) % ring.length) {
                if (ring[at] == null) {
                    ring[at] = new EventBatch();
                }
                EventBatch batch = prelude.next(ring[at]);
                if (batch == null) {
                    break;
                }
                for (Lane lane : lanes) {
                    lane.put(batch);
                }
                if (progress != null) {
                    progress.accept(reader);
                }
            }
        } finally {
            for (Lane lane : lanes) {
                lane.put(Lane.END);
            }
        }
        List<Replay> done = new ArrayList<>();
        for (Lane lane : lanes) {
            done.add(lane.result());
        }
        return done;
    }

    private static boolean allFailed(List<Lane> lanes) {
        for (Lane lane : lanes) {
            if (lane.failure == null) {
                return false;
            }
        }
        return true;
    }

    /** Twins on the caller's thread, who feeds them as far as it likes. */
    public static final class Lockstep {
        private final Prelude prelude;
        private final List<Replay> replays = new ArrayList<>();

        public Lockstep(TraceReader reader, List<Behaviours> versions, Settings settings) throws IOException {
            prelude = Prelude.of(reader);
            Lookahead lookahead = lookahead(reader, settings.gc(), null);
            for (Behaviours version : versions) {
                replays.add(replay(reader, prelude, version, settings, lookahead, null, false));
            }
        }

        public List<Replay> replays() {
            return replays;
        }

        /** The next batch, for each of the twins; null at the end. */
        public EventBatch next() throws IOException {
            return prelude.next(new EventBatch());
        }
    }

    /** A twin on a thread of its own, fed through a short queue. */
    private static final class Lane extends Thread {
        static final EventBatch END = new EventBatch();

        private final BlockingQueue<EventBatch> queue = new ArrayBlockingQueue<>(BATCHES_IN_FLIGHT);
        private final Replay replay;
        private volatile Throwable failure;

        Lane(Replay replay) {
            this.replay = replay;
            setDaemon(true);
        }

        void put(EventBatch batch) {
            try {
                queue.put(batch);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while replaying", e);
            }
        }

        Replay result() {
            try {
                join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while replaying", e);
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw (RuntimeException) failure;
            }
            return replay;
        }

        @Override
        public void run() {
            try {
                for (EventBatch batch = queue.take(); batch != END; batch = queue.take()) {
                    if (failure == null) {
                        step(batch);
                    }
                }
                if (failure == null) {
                    replay.finish();
                }
            } catch (InterruptedException e) {
                failure = new IllegalStateException("interrupted while replaying", e);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        /** A twin that fails keeps emptying its queue, so that the others get to their end. */
        private void step(EventBatch batch) {
            try {
                replay.replay(batch);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }
    }
}
