package dev.needzero.report;

import java.util.List;

/**
 * What an HTML report shows: plain numbers and names, measured by a replay, nothing computed here. Bytes are bytes; times
 * are nanoseconds since the trace's first event, or event numbers where the trace has no clock.
 *
 * @param title what the report is about, as in {@code service.trace.gz}
 * @param subtitle one line below it: format, events, touch rules
 * @param hasClock whether times are nanoseconds; otherwise they are event numbers
 * @param runs one replay each, in the order to show; the first is what the others are compared with
 * @param verdicts what a cgroup's limits would have meant, a sentence each, a kernel's log line indented; empty without limits
 * @param assumptions what the numbers rest on, a sentence each
 */
public record ReportData(String title, String subtitle, boolean hasClock, List<Run> runs, List<String> verdicts, List<String> assumptions) {
    public ReportData {
        runs = List.copyOf(runs);
        verdicts = List.copyOf(verdicts);
        assumptions = List.copyOf(assumptions);
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("a report needs at least one run");
        }
    }

    /**
     * @param label as in {@code Go 1.24}
     * @param gcTimes when each collection began
     * @param pageMap null where none was taken
     */
    public record Run(
            String label,
            Samples samples,
            long[] gcTimes,
            List<Checkpoint> checkpoints,
            CommittedBy committedBy,
            PageMap pageMap,
            List<SpanClassUse> spanClasses,
            List<TypeUse> types) {
        public Run {
            checkpoints = List.copyOf(checkpoints);
            spanClasses = List.copyOf(spanClasses);
            types = List.copyOf(types);
        }
    }

    /**
     * Columns of equal length, in time's order.
     *
     * @param goHeapBytes what Go itself says it uses: objects, their spans' free slots, stacks, its own structures, as
     *     {@code /memory/classes/total:bytes} less {@code /memory/classes/heap/released:bytes}, or the like
     * @param goalBytes the collector's goal; 0 where there is none
     */
    public record Samples(long[] times, long[] rssBytes, long[] mappedBytes, long[] goHeapBytes, long[] goalBytes) {
        public Samples {
            int n = times.length;
            if (rssBytes.length != n || mappedBytes.length != n || goHeapBytes.length != n || goalBytes.length != n) {
                throw new IllegalArgumentException("sample columns differ in length");
            }
        }
    }

    public record Checkpoint(String name, long time, long rssBytes, long mappedBytes, long goHeapBytes) {}

    /** Resident bytes at the end, by who committed them. */
    public record CommittedBy(long programBytes, long zeroingBytes, long runtimeBytes, long hugePageBytes) {}

    /**
     * The spans of one class at the end.
     *
     * @param name as in {@code 24 scan}, {@code large noscan}
     * @param objectBytes a slot's size; 0 for large objects
     * @param spanBytes memory of all the class's spans
     * @param objects slots in use
     * @param requestedBytes what the program asked for, of the slots in use
     */
    public record SpanClassUse(
            String name, long objectBytes, long spans, long spanBytes, long objects, long requestedBytes) {}

    /** Live objects of one type at the end. */
    public record TypeUse(String type, long objects, long bytes) {}

    /**
     * The heap's OS pages over time, encoded by {@link PageMapEncoder}.
     *
     * @param baseAddress address of OS page 0
     * @param osPages pages shown, up to the last one that was ever mapped
     * @param times when each frame was taken
     * @param events what had happened, a few words a frame
     * @param strings what the spans' names and types refer to
     * @param encoded the frames
     */
    public record PageMap(
            long baseAddress, int osPages, long[] times, List<String> events, List<String> strings, byte[] encoded) {
        public PageMap {
            events = List.copyOf(events);
            strings = List.copyOf(strings);
        }
    }
}
