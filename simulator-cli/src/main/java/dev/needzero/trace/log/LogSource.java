package dev.needzero.trace.log;

import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Records from a file of either kind, and what both kinds say beside them. */
abstract class LogSource {
    final String name;
    final TailStream tail;
    final List<String> warnings = new ArrayList<>();
    final List<String> unknownColumns = new ArrayList<>();
    TraceInfo info;
    long announcedEvents = -1;
    long line = 1;

    LogSource(TraceInput input) {
        name = input.name();
        tail = new TailStream(input.stream());
    }

    /**
     * Takes the next record.
     *
     * @return false at the end
     */
    abstract boolean next(LogRecord record) throws IOException;

    /** Whether the record taken last is the file's last and may be cut: no line feed follows it. */
    abstract boolean isTorn() throws IOException;

    /** What the head says, or null if the log was written by hand and has none. */
    final TraceInfo info() {
        return info;
    }

    /** File and line of the record taken last. */
    final String where() {
        return name + ":" + line;
    }

    /** Warnings of the trace that was written, known at the end. */
    final List<String> warnings() {
        return warnings;
    }

    /** How many events the trace that was written had, or -1 if the end does not say. */
    final long announcedEvents() {
        return announcedEvents;
    }

    /** Names of columns that mean nothing here. */
    final List<String> unknownColumns() {
        return unknownColumns;
    }

    /** Whether the compressed source stopped in the middle. */
    final boolean isCutShort() {
        return tail.isCutShort();
    }
}
