package dev.needzero.report;

import dev.needzero.experiment.ObservedRss;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** One trace replayed once or several times, side by side: a column a run. */
public final class Comparison {
    private final String trace;
    private final String format;
    private final long events;
    private final List<Run> runs;
    private final List<String> warnings;

    /**
     * @param events every event that the reader decoded
     * @param warnings what the reader had to say of the trace
     */
    public Comparison(String trace, String format, long events, List<Run> runs, List<String> warnings) {
        this.trace = trace;
        this.format = format;
        this.events = events;
        this.runs = List.copyOf(runs);
        this.warnings = List.copyOf(warnings);
    }

    public String trace() {
        return trace;
    }

    public List<Run> runs() {
        return runs;
    }

    /** The stable JSON form, see the design. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trace", trace);
        json.put("format", format);
        json.put("events", events);
        json.put("runs", runs.stream().map(this::toJson).toList());
        ObservedRss observed = runs.get(0).replay().observedRss();
        if (observed.size() > 0) {
            List<Object> samples = new ArrayList<>();
            for (int i = 0; i < observed.size(); i++) {
                Map<String, Object> sample = new LinkedHashMap<>();
                sample.put("event", observed.event(i));
                sample.put("nanos", observed.timeNanos(i));
                sample.put("rssBytes", observed.bytes(i));
                samples.add(sample);
            }
            json.put("observed", samples);
        }
        json.put("warnings", notes());
        return json;
    }

    private Map<String, Object> toJson(Run run) {
        Map<String, Object> json = run.toJson();
        if (run.os().cgroup().limits().any()) {
            json.put("cgroup", new CgroupVerdict(trace, run).toJson());
        }
        return json;
    }

    /** What a reader of the figures should know of the input. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>(warnings);
        long unknown = runs.get(0).replay().unknownObjects();
        if (unknown > 0) {
            notes.add(unknown + " object event(s) on spans that the trace never showed were passed over");
        }
        if (runs.get(0).replay().checks() > 0) {
            notes.add(
                    "the twin was held against its laws " + runs.get(0).replay().checks() + " times; they held");
        }
        return notes;
    }

    /** What the cgroup's limits would have meant, run by run. */
    public List<String> verdicts() {
        List<String> verdicts = new ArrayList<>();
        for (Run run : runs) {
            for (String sentence : new CgroupVerdict(trace, run).sentences()) {
                verdicts.add(
                        (runs.size() > 1 && !sentence.startsWith(" ") ? "Go " + run.label() + ": " : "") + sentence);
            }
        }
        return verdicts;
    }

    /** What was resident, why, and what Go itself said meanwhile. */
    public Table table() {
        Table table = new Table();
        line(table, "Go", Run::label);
        table.row();
        table.row("resident memory (what the kernel counts)");
        line(table, "  peak", r -> ByteSize.format(r.os().peakRssBytes()));
        if (runs.size() > 1) {
            line(table, "    to " + runs.get(0).label(), this::ratio);
        }
        long observed = runs.get(0).replay().observedRss().peakBytes();
        if (observed > 0) {
            line(table, "  peak that the recorder saw, of all of the process", r -> ByteSize.format(observed));
        }
        line(table, "  at the end", r -> ByteSize.format(r.os().rssBytes()));
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            int which = cause;
            if (runs.stream().anyMatch(r -> r.os().committedBytes(which) > 0)) {
                line(table, "    " + blame(cause), r -> ByteSize.format(r.os().committedBytes(which)));
            }
        }
        optional(table, "  in huge pages", AddressSpace::hugeBytes);
        optional(table, "  lazily free", AddressSpace::lazyFreeBytes);
        if (runs.stream().anyMatch(r -> r.os().cgroup().limits().any() || r.os().chargedBytes() > r.os().rssBytes())) {
            line(table, "  charged to the cgroup, peak", r -> ByteSize.format(r.os().peakChargedBytes()));
            line(table, "  charged to the cgroup at the end", r -> ByteSize.format(r.os().chargedBytes()));
        }
        line(table, "  mapped at the end", r -> ByteSize.format(r.os().mappedBytes()));
        table.row();
        table.row("what Go's own metrics say");
        line(table, "  heap and stacks in use, peak", r -> ByteSize.format(r.peakGoInUseBytes()));
        line(table, "  objects at the end", r -> metric(r, "/memory/classes/heap/objects:bytes"));
        line(table, "  unused in spans", r -> metric(r, "/memory/classes/heap/unused:bytes"));
        line(table, "  free, not returned", r -> metric(r, "/memory/classes/heap/free:bytes"));
        line(table, "  released to the system", r -> metric(r, "/memory/classes/heap/released:bytes"));
        line(table, "  collector's goal", r -> r.goalBytes() <= 0 ? "none" : ByteSize.format(r.goalBytes()));
        line(table, "  collections", r -> Long.toString(r.replay().cycles()));
        return table;
    }

    /** A line only if there is something to say in it. */
    private void optional(Table table, String what, ToLongFunction<AddressSpace> bytes) {
        if (runs.stream().anyMatch(r -> bytes.applyAsLong(r.os()) > 0)) {
            line(table, what, r -> ByteSize.format(bytes.applyAsLong(r.os())));
        }
    }

    private void line(Table table, String what, Function<Run, String> cell) {
        String[] cells = new String[runs.size() + 1];
        cells[0] = what;
        for (int i = 0; i < runs.size(); i++) {
            cells[i + 1] = cell.apply(runs.get(i));
        }
        table.row(cells);
    }

    private String ratio(Run run) {
        long first = runs.get(0).os().peakRssBytes();
        return first == 0
                ? "-"
                : String.format(Locale.ROOT, "%.2f×", (double) run.os().peakRssBytes() / first);
    }

    private static String blame(int cause) {
        return switch (cause) {
            case Cause.PROGRAM -> "written by the program";
            case Cause.ZEROING -> "cleared by the allocator";
            case Cause.RUNTIME -> "runtime's headers, bitmaps, stacks";
            default -> "huge pages rounded up";
        };
    }

    private static String metric(Run run, String name) {
        return ByteSize.format(run.replay().metrics().get(name));
    }
}
