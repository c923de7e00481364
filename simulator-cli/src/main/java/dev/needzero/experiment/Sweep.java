package dev.needzero.experiment;

import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many twins on few decodes.
 *
 * <p>A trace whose events fit in memory is decoded once, and each twin then runs through them from end to end on one
 * thread: its state stays in that processor's cache, and no more twins exist than threads. The next trace is decoded
 * meanwhile. A longer trace goes by in windows: a group of twins takes each window in turn while the next is decoded, and
 * the trace is decoded once a group.
 */
public final class Sweep {
    /** Of the heap, the share that one window of decoded events may take; two exist at a time. */
    private static final int WINDOW_SHARE = 8;

    private static final long BATCH_BYTES = 31L * EventBatch.CAPACITY;
    private static final int MAX_GROUP = 64;

    /** One run. */
    public record Twin(int cell, Behaviours behaviours, Replays.Settings settings) {}

    /** Opens a trace anew. */
    public interface Opener {
        TraceReader open() throws IOException;
    }

    /** Twins that read the same events. */
    public record Feed(Opener opener, List<Twin> twins) {}

    /** Told of what ends, on the thread that it ended on. */
    public interface Listener {
        void finished(Twin twin, Replay replay);

        /** A twin broke, or its trace could not be read on; the others go on. */
        void failed(Twin twin, Throwable why);

        /** A reader has been read to its end. */
        default void decoded(Twin first, TraceReader reader) {}
    }

    private final ExecutorService pool;
    private final int threads;
    private final int twinsAtOnce;
    private final int windowBatches;
    private final Listener listener;

    private Sweep(int twinsAtOnce, int windowBatches, Listener listener) {
        int cores = Runtime.getRuntime().availableProcessors();
        this.threads = twinsAtOnce > 0 ? Math.min(cores, twinsAtOnce) : cores;
        this.twinsAtOnce = twinsAtOnce;
        this.windowBatches = windowBatches;
        this.listener = listener;
        this.pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "sweep");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Runs them all.
     *
     * @param twinsAtOnce how many twins may be in memory at a time; 0 for as many as there is room for
     */
    public static void run(List<Feed> feeds, int twinsAtOnce, Listener listener) throws IOException {
        long room = Runtime.getRuntime().maxMemory() / WINDOW_SHARE / BATCH_BYTES;
        run(feeds, twinsAtOnce, (int) Math.max(1, Math.min(room, Integer.MAX_VALUE)), listener);
    }

    /** The same with windows of a given number of batches. */
    static void run(List<Feed> feeds, int twinsAtOnce, int windowBatches, Listener listener) throws IOException {
        Sweep sweep = new Sweep(twinsAtOnce, windowBatches, listener);
        Running running = NOTHING;
        try {
            for (Feed feed : feeds) {
                Running before = running;
                running = sweep.start(feed, before);
                before.await();
            }
            running.await();
        } finally {
            sweep.pool.shutdownNow();
        }
    }

    private static final Running NOTHING = new Running(null, List.of());

    /** A short trace's twins under way. */
    private record Running(Source source, List<Future<?>> twins) {
        void await() throws IOException {
            awaitAll(twins);
            if (source != null) {
                source.close();
            }
        }
    }

    /** Decodes a feed's first window, and starts its twins if that is all; a longer trace is done when this returns. */
    private Running start(Feed feed, Running before) throws IOException {
        Source source = null;
        try {
            source = new Source(feed.opener());
            List<EventBatch> window = source.window();
            if (source.ended) {
                listener.decoded(feed.twins().get(0), source.reader);
                return new Running(source, submit(feed.twins(), source, window));
            }
            before.await();
            runLong(feed, source, window);
        } catch (IOException e) {
            if (source != null) {
                source.close();
            }
            feed.twins().forEach(twin -> listener.failed(twin, e));
        }
        return NOTHING;
    }

    private List<Future<?>> submit(List<Twin> twins, Source source, List<EventBatch> events) {
        List<Future<?>> tasks = new ArrayList<>();
        for (Twin twin : twins) {
            tasks.add(pool.submit(() -> {
                Lane lane = new Lane(twin, source);
                lane.replay(events);
                lane.finish();
            }));
        }
        return tasks;
    }

    private void runLong(Feed feed, Source first, List<EventBatch> firstWindow) throws IOException {
        int size = twinsAtOnce > 0 ? twinsAtOnce : threads;
        for (int at = 0; at < feed.twins().size(); ) {
            List<Twin> group =
                    feed.twins().subList(at, Math.min(at + size, feed.twins().size()));
            List<Lane> lanes = new ArrayList<>();
            try (Source source = at == 0 ? first : new Source(feed.opener())) {
                for (Twin twin : group) {
                    lanes.add(new Lane(twin, source));
                }
                runGroup(lanes, source, at == 0 ? firstWindow : source.window());
                size = twinsAtOnce > 0 ? size : room(lanes.size());
                for (Lane lane : lanes) {
                    lane.finish();
                }
            } catch (IOException e) {
                lanes.forEach(lane -> lane.fail(e));
                group.subList(lanes.size(), group.size()).forEach(twin -> listener.failed(twin, e));
            }
            at += group.size();
        }
    }

    private void runGroup(List<Lane> lanes, Source source, List<EventBatch> firstWindow) throws IOException {
        List<EventBatch> window = firstWindow;
        while (!window.isEmpty()) {
            List<EventBatch> now = window;
            List<Future<?>> steps = new ArrayList<>();
            for (Lane lane : lanes) {
                steps.add(pool.submit(() -> lane.replay(now)));
            }
            try {
                window = source.window();
            } finally {
                awaitAll(steps);
            }
        }
        listener.decoded(lanes.get(0).twin, source.reader);
    }

    /** How many twins such as these, all alive now, half of the memory holds, should each still double. */
    private int room(int alive) {
        System.gc();
        Runtime vm = Runtime.getRuntime();
        long each = Math.max(1, (vm.totalMemory() - vm.freeMemory()) / alive);
        return (int) Math.max(threads, Math.min(MAX_GROUP, vm.maxMemory() / 4 / each));
    }

    private static void awaitAll(List<Future<?>> tasks) {
        for (Future<?> task : tasks) {
            try {
                task.get();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while sweeping", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException ours) {
                    throw ours;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** A trace being decoded, window by window. */
    private final class Source implements Closeable {
        final TraceReader reader;
        final Prelude prelude;
        boolean ended;

        Source(Opener opener) throws IOException {
            reader = opener.open();
            try {
                prelude = Prelude.of(reader);
            } catch (IOException | RuntimeException e) {
                reader.close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }

        /** The next events; empty at the end. */
        List<EventBatch> window() throws IOException {
            List<EventBatch> window = new ArrayList<>();
            while (!ended && window.size() < windowBatches) {
                EventBatch batch = prelude.next(new EventBatch());
                if (batch == null) {
                    ended = true;
                } else {
                    window.add(batch);
                }
            }
            return window;
        }
    }

    /** A twin on its way; once it has broken it takes no further part. */
    private final class Lane {
        private final Twin twin;
        private Replay replay;

        Lane(Twin twin, Source source) {
            this.twin = twin;
            attempt(() -> replay = Replays.twin(source.reader, source.prelude, twin.behaviours(), twin.settings()));
        }

        void replay(List<EventBatch> events) {
            for (int i = 0; i < events.size() && replay != null; i++) {
                EventBatch batch = events.get(i);
                attempt(() -> replay.replay(batch));
            }
        }

        void finish() {
            if (replay != null) {
                attempt(replay::finish);
            }
            if (replay != null) {
                listener.finished(twin, replay);
                replay = null;
            }
        }

        void fail(Throwable why) {
            if (replay != null) {
                replay = null;
                listener.failed(twin, why);
            }
        }

        private void attempt(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException | OutOfMemoryError e) {
                replay = null; // its memory is what the others need
                listener.failed(twin, e);
            }
        }
    }
}
