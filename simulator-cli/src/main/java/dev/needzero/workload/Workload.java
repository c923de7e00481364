package dev.needzero.workload;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import java.util.ArrayList;
import java.util.List;

/**
 * A generated program, read like a trace. A subclass says what the program does, a {@link #step} at a time; memory grows
 * with what lives at once, never with the length.
 *
 * <p>A program that comes to an end is run again, from a heap that it has freed, where more events are asked for than it
 * has. The events' bytes do not exist, so {@link #bytesRead} and {@link #bytesTotal} count events.
 */
abstract class Workload implements TraceReader {
    /** A step frees at most this many objects of a program that came to its end. */
    private static final int FREES_PER_STEP = 1024;

    private static final int SECOND_NANOS = 1_000_000_000;
    private static final int MOST_PROCS = 4096;

    protected final Program program;
    protected final GoLanguage go;
    protected final Rng rng;
    protected final int procs;

    private final long limit;
    private final List<String> notes = new ArrayList<>();
    private long delivered;
    private boolean begun;
    private boolean over;
    private int freeing = -1;

    /**
     * @param common the parameters that every workload has
     */
    protected Workload(Arguments common) {
        program = new Program(SECOND_NANOS / common.positive("rate", SECOND_NANOS));
        go = GoLanguage.of(common.text("go"));
        rng = new Rng(Rng.mix(common.count("seed")));
        procs = common.positive("procs", MOST_PROCS);
        limit = common.count("events");
    }

    /** Sets the program up; called again for each further run. Events may be said here. */
    protected abstract void begin();

    /**
     * A little more of the program: a few events, a few thousand at most.
     *
     * @return false when the program has come to its end
     */
    protected abstract boolean step();

    /** Something that a user should know of this workload. */
    protected final void note(String text) {
        notes.add(text);
    }

    @Override
    public final boolean next(EventBatch batch) {
        program.fill(batch);
        if (!begun) {
            begun = true;
            program.startProcs(procs);
            begin();
        }
        while (batch.size < EventBatch.CAPACITY && !over) {
            advance();
        }
        if (limit > 0 && delivered + batch.size >= limit) {
            batch.size = (int) (limit - delivered);
            over = true;
            delivered = limit;
            return batch.size > 0;
        }
        delivered += batch.size;
        return batch.size > 0;
    }

    private void advance() {
        if (freeing >= 0) {
            freeing = program.freeAll(freeing, FREES_PER_STEP);
            if (freeing < 0) {
                begin();
            }
        } else if (!step()) {
            if (limit == 0) {
                over = true;
            } else {
                freeing = 0;
            }
        }
    }

    @Override
    public final TraceInfo info() {
        return new TraceInfo("gen", false, go.version(), 0, 0, true);
    }

    @Override
    public final TypeTable types() {
        return program.types;
    }

    @Override
    public final String string(int index) {
        return program.string(index);
    }

    @Override
    public final List<String> warnings() {
        return List.copyOf(notes);
    }

    @Override
    public final long eventsDecoded() {
        return delivered;
    }

    @Override
    public final long bytesRead() {
        return delivered;
    }

    @Override
    public final long bytesTotal() {
        return limit > 0 ? limit : -1;
    }

    @Override
    public final void close() {}
}
