package dev.needzero.trace;

import dev.needzero.trace.nzt.SeekingNztReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a trace: its events from one moment up to another. An {@code .nzt} file is entered at the block that holds the
 * first of them; of others everything before is read and left out. Events keep their times.
 */
public final class Slice extends ForwardingReader {
    /**
     * A moment of a trace: the number of an event, from 0, or nanoseconds since the first one.
     *
     * @param event -1 where the time counts
     * @param nanos -1 where the number counts
     */
    public record Moment(long event, long nanos) {
        private static final Pattern FORM = Pattern.compile("(\\d{1,18})|(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|ms|s|m)");

        /** Reads {@code 12345}, {@code 1.5s} or {@code 20ms}. */
        public static Moment parse(String text) {
            Matcher m = FORM.matcher(text);
            if (!m.matches()) {
                throw new IllegalArgumentException(
                        "\"" + text + "\": expected an event's number, from 0, or a time as in 1.5s or 20ms");
            }
            if (m.group(1) != null) {
                return new Moment(Long.parseLong(m.group(1)), -1);
            }
            long unit = switch (m.group(3)) {
                case "ns" -> 1L;
                case "us" -> 1_000L;
                case "ms" -> 1_000_000L;
                case "s" -> 1_000_000_000L;
                default -> 60_000_000_000L;
            };
            return new Moment(
                    -1,
                    new BigDecimal(m.group(2))
                            .multiply(BigDecimal.valueOf(unit))
                            .longValue());
        }

        /** Whether an event is not before this. */
        private boolean reached(long number, long atNanos) {
            return event >= 0 ? number >= event : atNanos >= nanos;
        }
    }

    private final Moment to;
    private Moment awaited;
    private long first = -1;
    private long next;
    private boolean over;

    /**
     * @param from the first event's moment; null for the trace's beginning
     * @param to the moment of the first event that is not wanted any more; null for the trace's end
     */
    public Slice(TraceReader source, Moment from, Moment to) throws IOException {
        super(source);
        this.to = to;
        this.awaited = from;
        if (from != null && source instanceof SeekingNztReader file) {
            if (from.event >= 0) {
                file.seekEvent(from.event);
            } else {
                file.seekTime(from.nanos);
            }
            next = file.position();
            awaited = null;
        }
    }

    @Override
    public boolean next(EventBatch batch) throws IOException {
        while (!over && source.next(batch)) {
            int begin = awaited == null ? 0 : find(batch, awaited, 0);
            int end = to == null ? batch.size : find(batch, to, begin);
            over = to != null && end < batch.size;
            if (awaited == null || begin < batch.size) {
                awaited = null;
                first = first < 0 ? next + begin : first;
            }
            next += over ? end : batch.size;
            keep(batch, begin, end);
            if (batch.size > 0) {
                return true;
            }
        }
        batch.size = 0;
        return false;
    }

    /** The first event, from an index on, that has reached a moment. */
    private int find(EventBatch batch, Moment moment, int from) {
        int i = from;
        while (i < batch.size && !moment.reached(next + i, batch.timeNanos[i])) {
            i++;
        }
        return i;
    }

    private static void keep(EventBatch batch, int begin, int end) {
        int size = Math.max(0, end - begin);
        if (begin > 0 && size > 0) {
            System.arraycopy(batch.kind, begin, batch.kind, 0, size);
            System.arraycopy(batch.proc, begin, batch.proc, 0, size);
            System.arraycopy(batch.a, begin, batch.a, 0, size);
            System.arraycopy(batch.b, begin, batch.b, 0, size);
            System.arraycopy(batch.c, begin, batch.c, 0, size);
            System.arraycopy(batch.timeNanos, begin, batch.timeNanos, 0, size);
        }
        batch.size = size;
    }

    /** A part cannot be read twice: who counts events would count those of the whole. */
    @Override
    public TraceReader again() {
        return null;
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(super.warnings());
        warnings.add(
                first >= 0 && next > first
                        ? "a part of the trace, its events " + first + " to " + (next - 1)
                                + "; what was allocated before them is not in it"
                        : "no event of the trace lies in the part asked for");
        return warnings;
    }
}
