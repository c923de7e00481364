package dev.needzero.trace;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * A trace that is opened and read a little ahead on a thread of its own, while whoever is going to ask for it is still
 * busy with something else, such as its own options. What it reads, and in which order, is what the asker would have read.
 */
public final class HeadStart {
    /** Batches of 250 KiB, about as many as a reader decodes while a command line is parsed. */
    private static final int BATCHES_AHEAD = 32;

    private final String spec;
    private final ArrayDeque<EventBatch> ahead = new ArrayDeque<>();
    private final Thread thread = new Thread(this::run, "head-start");
    private TraceReader reader;
    private Exception failure;
    private volatile boolean asked;

    private HeadStart(String spec) {
        this.spec = spec;
        thread.setDaemon(true);
    }

    /**
     * Begins to read.
     *
     * @param spec as in {@link Traces#open(String)}; should name a file, for of a pipe nothing may be read in vain
     */
    public static HeadStart on(String spec) {
        HeadStart start = new HeadStart(spec);
        start.thread.start();
        return start;
    }

    private void run() {
        try {
            reader = Traces.open(spec);
            while (!asked && ahead.size() < BATCHES_AHEAD) {
                EventBatch batch = new EventBatch();
                if (!reader.next(batch)) {
                    return;
                }
                ahead.add(batch);
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    /**
     * Hands the reader over, once, at its trace's first event.
     *
     * @return null when another trace is asked for than was begun, or this one could not be opened: open it in the usual way
     */
    public TraceReader take(String askedFor) {
        asked = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while reading ahead", e);
        }
        TraceReader begun = reader;
        reader = null;
        return begun == null || !askedFor.equals(spec) ? null : new Begun(begun, ahead, failure);
    }

    /** First what was read ahead, then the rest of the trace. */
    private static final class Begun extends ForwardingReader {
        private final ArrayDeque<EventBatch> ahead;
        private final Exception failure;

        Begun(TraceReader source, ArrayDeque<EventBatch> ahead, Exception failure) {
            super(source);
            this.ahead = ahead;
            this.failure = failure;
        }

        @Override
        public boolean next(EventBatch batch) throws IOException {
            EventBatch first = ahead.poll();
            if (first != null) {
                batch.takeOver(first);
                return true;
            }
            if (failure instanceof IOException io) {
                throw io;
            }
            if (failure != null) {
                throw (RuntimeException) failure;
            }
            return source.next(batch);
        }
    }
}
