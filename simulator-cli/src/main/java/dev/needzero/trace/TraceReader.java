package dev.needzero.trace;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A trace being read, front to back, once. Memory does not grow with the trace's length.
 *
 * <p>Errors in the input are {@link BadInputException}s (exit code 3) that say where, what was found and what was
 * expected. A trace that merely ends early is not an error: its whole batches are delivered, and {@link #warnings} says
 * so.
 */
public interface TraceReader extends Closeable {
    /** Known once the reader is open. */
    TraceInfo info();

    /**
     * Overwrites {@code batch} with the next events.
     *
     * @return false when there are none left (the batch is then empty)
     */
    boolean next(EventBatch batch) throws IOException;

    /** Types met so far; an event's type is in it by the time the event is delivered. */
    TypeTable types();

    /** The text behind an index that an event carries (a checkpoint's name). */
    String string(int index);

    /** What a user should know of this input beyond its events: truncated, inferred, dropped, assumed. */
    List<String> warnings();

    /** Events decoded so far, those that concern no memory included. */
    long eventsDecoded();

    /** Bytes of the source consumed so far (as stored: compressed if it is), for progress. */
    long bytesRead();

    /** Bytes of the source in all, or -1 when unknown (standard input, a generator without an end). */
    long bytesTotal();

    /** Another reader of the same trace, at its beginning; null where it can be read only once, as from a pipe. */
    default TraceReader again() throws IOException {
        return null;
    }

    @Override
    void close() throws IOException;
}
