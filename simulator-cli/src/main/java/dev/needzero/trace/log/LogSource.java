package dev.needzero.trace.log;

import dev.needzero.trace.TraceInfo;
import java.io.IOException;
import java.util.List;

/** Records from a file of either kind. */
interface LogSource {
    /** What the head says, or null if the log was written by hand and has none. */
    TraceInfo info();

    /**
     * Takes the next record.
     *
     * @return false at the end
     */
    boolean next(LogRecord record) throws IOException;

    /** Whether the record taken last is the file's last and may be cut: no line feed follows it. */
    boolean isTorn() throws IOException;

    /** File and line of the record taken last. */
    String where();

    /** Warnings of the trace that was written, known at the end. */
    List<String> warnings();

    /** How many events the trace that was written had, or -1 if the end does not say. */
    long announcedEvents();

    /** Names of columns that mean nothing here. */
    List<String> unknownColumns();

    /** Whether the compressed source stopped in the middle. */
    boolean isCutShort();
}
