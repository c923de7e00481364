package dev.needzero.trace;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A trace being written, batch by batch. The file appears under its name only once {@link #finish} was called; closed
 * before that, nothing is left behind.
 */
public interface TraceWriter extends Closeable {
    /**
     * Appends a batch.
     *
     * @param source where the batch was just read from: its types and strings are taken over as events need them
     */
    void write(EventBatch batch, TraceReader source) throws IOException;

    /** Writes what is known at the end (warnings, totals) and puts the file in its place. */
    void finish(TraceReader source) throws IOException;

    /** What this format could not hold of what was written so far, for people. */
    List<String> losses();
}
