package dev.needzero.experiment;

import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TextFile;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds the twin against what the kernel and the runtime said of the recorded program. */
public final class Verification {
    /**
     * One checkpoint, twin and truth. Page counts are -1 where single pages cannot be compared: another run of the program
     * has its own.
     */
    public record Row(
            Checkpoint twin,
            Truth.Line truth,
            long heapPages,
            long agreeingPages,
            long residentPages,
            long truthResidentPages,
            Differences differences) {
        /** Metrics that both name. */
        public List<String> commonMetrics() {
            List<String> names = new ArrayList<>(twin.metrics().keySet());
            names.retainAll(truth.metrics().keySet());
            return names;
        }
    }

    private final String trace;
    private final Behaviours behaviours;
    private final boolean sameRun;
    private final TouchRules touch;
    private final TraceInfo info;
    private final GoReplay replay;
    private final long events;
    private final double seconds;
    private final List<Row> rows;
    private final List<String> warnings;

    private Verification(
            String trace,
            Behaviours behaviours,
            boolean sameRun,
            TouchRules touch,
            TraceInfo info,
            GoReplay replay,
            long events,
            double seconds,
            List<Row> rows,
            List<String> warnings) {
        this.trace = trace;
        this.behaviours = behaviours;
        this.sameRun = sameRun;
        this.touch = touch;
        this.info = info;
        this.replay = replay;
        this.events = events;
        this.seconds = seconds;
        this.rows = rows;
        this.warnings = warnings;
    }

    /** What a recording's {@code .case.json} says of how it was made; empty when there is none beside the trace. */
    public static Map<String, Object> caseOf(String trace) throws IOException {
        Path file = sibling(trace, ".case.json");
        if (!Files.isRegularFile(file)) {
            return Map.of();
        }
        return TextFile.json(TextFile.read(file, "how a recording was made"), file.toString());
    }

    /** The file that stands beside a recording's trace with another ending. */
    public static Path sibling(String trace, String ending) {
        return Path.of(trace.replaceFirst("\\.trace(\\.gz|\\.zst)?$", "") + ending);
    }

    /**
     * Replays and compares.
     *
     * @param truthFile the truth; null for the one beside the trace
     * @param go the version to replay under; null for the truth's
     * @param settings touch rules null: those of the case file beside the trace, else everything; without the background
     *     scavenger, what the truth says was released by each checkpoint is released there, so that only the choice of
     *     pages is the twin's
     */
    public static Verification run(String trace, Path truthFile, Behaviours go, Replays.Settings settings)
            throws IOException {
        return run(trace, () -> Traces.open(trace), truthFile, go, settings);
    }

    /** What really happened: of the file named or, where none is, of the one beside the trace. */
    public static Truth truthOf(String trace, Opener opener, Path truthFile) throws IOException {
        Path beside = sibling(trace, ".truth.jsonl.gz");
        if (truthFile == null && !Files.isRegularFile(beside)) {
            opener.open().close(); // that the trace is not there would come first
            throw new BadInputException(
                    beside.toString(),
                    "no such file; expected what kernel and runtime said while the trace was recorded (--truth names"
                            + " another)");
        }
        return Truth.read(truthFile != null ? truthFile : beside);
    }

    /** Opens the trace. */
    public interface Opener {
        TraceReader open() throws IOException;
    }

    /** The same for a trace that is opened in a way of its own. */
    public static Verification run(
            String trace, Opener opener, Path truthFile, Behaviours go, Replays.Settings settings) throws IOException {
        Truth truth = truthOf(trace, opener, truthFile);
        Map<String, Object> recorded = caseOf(trace);
        Behaviours behaviours = go != null ? go : Behaviours.of(truth.go());
        TouchRules touch = settings.touch();
        if (touch == null) {
            touch = recorded.get("touch") instanceof String text ? TouchRules.parse(text) : TouchRules.ALL;
        }
        long begun = System.nanoTime();
        try (TraceReader reader = opener.open()) {
            if (!reader.info().placed()) {
                throw new BadInputException(
                        trace,
                        "a " + reader.info().format()
                                + " trace carries no addresses to verify; expected a Go execution trace");
            }
            String recordedBy = recorded.get("go") instanceof String text
                    ? text.substring(2)
                    : truthFile == null ? truth.go() : reader.info().goVersion();
            boolean sameRun = minor(recordedBy).equals(minor(truth.go()))
                    && minor(behaviours.version()).equals(minor(truth.go()))
                    && behaviours.settings().isEmpty()
                    && !settings.gc().simulated();
            TruthCheck check = new TruthCheck(trace, truth, sameRun, !settings.backgroundScavenger());
            GoReplay replay = (GoReplay) Replays.run(
                    reader,
                    behaviours,
                    new Replays.Settings(
                            settings.os(),
                            touch,
                            settings.recordedPlacement(),
                            settings.backgroundScavenger(),
                            settings.checkEvery(),
                            settings.gc()),
                    truth.line(0),
                    sameRun,
                    check,
                    null);
            return new Verification(
                    trace,
                    behaviours,
                    sameRun,
                    touch,
                    reader.info(),
                    replay,
                    reader.eventsDecoded(),
                    (System.nanoTime() - begun) / 1e9,
                    check.rows,
                    reader.warnings());
        }
    }

    private static String minor(String version) {
        String[] parts = version.split("\\.");
        return parts[0] + "." + parts[1];
    }

    public String trace() {
        return trace;
    }

    public Behaviours behaviours() {
        return behaviours;
    }

    /** Whether truth and twin are the same version's view of the same run, so that addresses and pages can be compared. */
    public boolean sameRun() {
        return sameRun;
    }

    public TouchRules touch() {
        return touch;
    }

    public TraceInfo info() {
        return info;
    }

    public GoReplay replay() {
        return replay;
    }

    public List<Row> rows() {
        return rows;
    }

    public List<String> warnings() {
        return warnings;
    }

    public long events() {
        return events;
    }

    public double seconds() {
        return seconds;
    }

    /** The stable JSON form, see the design. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trace", trace);
        json.put("go", behaviours.version());
        json.put("settings", behaviours.settings());
        json.put("touch", touch.toString());
        json.put("gc", replay.ownCollector() == null ? "recorded" : "simulated");
        json.put(
                "collector",
                replay.ownCollector() == null ? null : replay.ownCollector().toJson());
        json.put("events", events);
        json.put("seconds", seconds);
        json.put(
                "initialState",
                sameRun
                        ? "the snapshot, and of the truth's start line the resident pages and counters"
                        : "the snapshot, and of the truth's start line its resident bytes");
        Placement p = replay.placement();
        Map<String, Object> placement = new LinkedHashMap<>();
        if (sameRun) {
            placement.put("spans", p.spans());
            placement.put("spansSame", p.spansSame());
            placement.put("objects", p.objects());
            placement.put("objectsSame", p.objectsSame());
            placement.put("inferredSpans", p.inferredSpans());
            placement.put("firstDifference", p.firstDifference());
        }
        json.put("inferredLimitBytes", replay.inferredLimitBytes() < 0 ? null : replay.inferredLimitBytes());
        json.put("placement", sameRun ? placement : null);
        List<Object> checkpoints = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> c = new LinkedHashMap<>();
            c.put("checkpoint", row.twin().number());
            c.put("name", row.twin().name());
            c.put("event", row.twin().event());
            c.put("rssBytes", row.twin().rssBytes());
            c.put("truthRssBytes", row.truth().rssBytes());
            c.put("mappedBytes", row.twin().mappedBytes());
            c.put("truthMappedBytes", row.truth().mappedBytes());
            c.put("zeroMappedBytes", row.twin().zeroMappedBytes());
            c.put("truthZeroMappedBytes", (long) row.truth().zeroMapped().cardinality() << 12);
            c.put("heapPages", sameRun ? row.heapPages() : null);
            c.put("agreeingPages", sameRun ? row.agreeingPages() : null);
            c.put("residentPages", sameRun ? row.residentPages() : null);
            c.put("truthResidentPages", sameRun ? row.truthResidentPages() : null);
            c.put("differences", sameRun ? row.differences().toJson() : null);
            Map<String, Object> metrics = new LinkedHashMap<>();
            for (String name : row.commonMetrics()) {
                Map<String, Object> pair = new LinkedHashMap<>();
                pair.put("twin", row.twin().metrics().get(name));
                pair.put("truth", row.truth().metrics().get(name));
                metrics.put(name, pair);
            }
            c.put("metrics", metrics);
            checkpoints.add(c);
        }
        json.put("checkpoints", checkpoints);
        json.put("warnings", warnings);
        return json;
    }
}
