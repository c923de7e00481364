package dev.needzero.cli;

import dev.needzero.experiment.Headroom;
import dev.needzero.experiment.PodMemory;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.Smaps;
import dev.needzero.report.Table;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.ByteSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headroom}: whether a process still fits its memory limit after a change of version. */
@Command(
        name = "headroom",
        mixinStandardHelpOptions = true,
        description = {
            "Say whether a program still fits its memory limit under another Go version: in the worst case, everything it"
                    + " has mapped resident, and in the likely one.",
            "From a trace, or only from what a running process shows. Exit 4 when one of the two does not fit."
        },
        footer = {
            "",
            "From a trace, with what the program writes of its large objects (see calibrate):",
            "  needzero headroom my.trace --go 1.24 --touch @my.touch --limit 2GiB",
            "From a process that runs: /proc/PID/smaps, or a page of metrics, or both",
            "  needzero headroom --smaps my.smaps --go 1.24 --limit 2GiB",
            "  curl -s localhost:6060/metrics > page; needzero headroom --metrics page --limit 2GiB",
            "From two figures of a dashboard, the heap's mapping and how much of it is resident:",
            "  needzero headroom --mapped 1.33GiB --rss 1.04GiB --limit 1.5GiB"
        })
final class HeadroomCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TRACE",
            arity = "0..1",
            description = "A trace of the program; without one, tell what its process shows.")
    private String trace;

    @Option(
            names = "--go",
            paramLabel = "VERSION",
            defaultValue = "1.24",
            description = "The Go version to change to. Default: ${DEFAULT-VALUE}, which clears large objects.")
    private String go;

    @Option(
            names = "--limit",
            paramLabel = "SIZE",
            converter = AmountConverter.class,
            description = "The memory limit that the process must stay below (memory.max).")
    private Long limitBytes;

    @Option(names = "--smaps", paramLabel = "FILE", description = "The process's /proc/PID/smaps.")
    private Path smaps;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "What Go says of itself: runtime/metrics as lines NAME VALUE or as JSON, /debug/vars, or a"
                    + " Prometheus text page (go_memory_classes_*, go_memstats_*, process_resident_memory_bytes).")
    private Path metrics;

    @Option(
            names = "--mapped",
            paramLabel = "SIZE",
            converter = AmountConverter.class,
            description = "How large the heap's mapping is.")
    private Long mappedBytes;

    @Option(
            names = "--rss",
            paramLabel = "SIZE",
            converter = AmountConverter.class,
            description = "How much of the heap is resident.")
    private Long rssBytes;

    @Option(
            names = "--released",
            paramLabel = "SIZE",
            converter = AmountConverter.class,
            description = "How much of the heap Go gave back to the system (/memory/classes/heap/released:bytes).")
    private Long releasedBytes;

    @Option(
            names = "--other",
            paramLabel = "SIZE",
            converter = AmountConverter.class,
            description =
                    "Resident memory of the process beside its heap. Default: what smaps or metrics tell, else none.")
    private Long otherBytes;

    @Option(
            names = "--share",
            paramLabel = "PERCENT",
            description =
                    "Without a trace: how much of what is mapped, not resident and not released lies in large objects"
                            + " with pointers that nobody wrote. Default: 100%% if it is known what was released, else 90%%.")
    private String share;

    @Mixin
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (limitBytes != null && limitBytes == 0) {
            throw usage("--limit 0: expected a limit that a process can live in");
        }
        Behaviours after = options.behaviours(go);
        PodMemory shown = shown();
        Headroom result = trace == null ? withoutTrace(shown, after) : withTrace(shown, after);
        String verdict = verdict(result, after);
        if (json.leavesOutputToPeople()) {
            print(result, after, verdict);
        }
        json.write(toJson(result, after, verdict));
        return limitBytes != null && result.worstBytes() > limitBytes ? Exit.ANSWER_IS_NO : Exit.DONE;
    }

    /** What is known of the process, the options first. */
    private PodMemory shown() throws IOException {
        try {
            PodMemory shown =
                    new PodMemory(given(mappedBytes), given(rssBytes), given(releasedBytes), given(otherBytes));
            shown = smaps == null ? shown : shown.or(PodMemory.of(Smaps.read(smaps)));
            return metrics == null ? shown : shown.or(PodMemory.ofMetrics(metrics));
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private static long given(Long bytes) {
        return bytes == null ? PodMemory.UNKNOWN : bytes;
    }

    private Headroom withoutTrace(PodMemory shown, Behaviours after) {
        if (shown.mappedBytes() < 0) {
            throw usage("give a TRACE, or what the process shows: --smaps FILE, --metrics FILE, or --mapped and --rss");
        }
        return Headroom.of(shown, after, share());
    }

    private double share() {
        if (share == null) {
            return -1;
        }
        try {
            double percent = Double.parseDouble(share.endsWith("%") ? share.substring(0, share.length() - 1) : share);
            if (percent >= 0 && percent <= 100) {
                return percent / 100;
            }
        } catch (NumberFormatException e) {
            throw usage("--share " + share + ": expected a percentage, as in 75%");
        }
        throw usage("--share " + share + ": expected 0% to 100%");
    }

    private Headroom withTrace(PodMemory shown, Behaviours after) throws IOException {
        if (share != null || shown.mappedBytes() >= 0 || shown.rssBytes() >= 0 || shown.releasedBytes() >= 0) {
            throw usage("with a trace, the heap's figures are the twin's own; of the process only --other is of use");
        }
        Replays.Settings settings = options.settings(trace);
        try (TraceReader reader = options.open(trace);
                Progress progress = new Progress("headroom", "MiB")) {
            Behaviours before = options.behaviours(ReplayCommand.recordedBy(reader.info()));
            List<Replay> replays = Replays.runAll(reader, List.of(before, after), settings, progress);
            progress.close();
            Headroom result = Headroom.of(replays.get(0), replays.get(1), shown);
            List<String> assumptions = new ArrayList<>(result.assumptions());
            assumptions.add(options.assumptions(settings, reader.info())
                    .replaceFirst("^Assumed: ", "")
                    .replaceFirst("\\.$", ""));
            return new Headroom(
                    result.nowBytes(),
                    result.mappedBytes(),
                    result.likelyHeapBytes(),
                    result.otherBytes(),
                    assumptions);
        }
    }

    private String verdict(Headroom result, Behaviours after) {
        String figures = "under Go " + after + " the process takes " + ByteSize.format(result.likelyBytes())
                + " in the likely case and " + ByteSize.format(result.worstBytes()) + " in the worst";
        if (limitBytes == null) {
            return capital(figures) + " (no --limit to hold it against).";
        }
        String limit = ByteSize.format(limitBytes);
        if (result.likelyBytes() > limitBytes) {
            return "Does not fit: " + figures + ", and the limit is " + limit + ".";
        }
        if (result.worstBytes() > limitBytes) {
            return "Fits in the likely case only: " + figures + ", and the limit is " + limit + ".";
        }
        return "Fits: " + figures + ", and the limit is " + limit + ".";
    }

    private static String capital(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private void print(Headroom result, Behaviours after, String verdict) {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table();
        boolean limited = limitBytes != null;
        table.row("", "resident", limited ? "to the limit" : "");
        row(table, "now", result.nowBytes());
        row(table, "likely under Go " + after, result.likelyBytes());
        row(table, "worst: all that is mapped", result.worstBytes());
        if (result.otherBytes() > 0) {
            table.row("  of these, beside the heap", ByteSize.format(result.otherBytes()), "");
        }
        table.print(out);
        out.print("\n" + verdict + "\n");
        out.print("Assumed: " + String.join("; ", result.assumptions()) + ".\n");
        out.flush();
    }

    private void row(Table table, String what, long bytes) {
        String margin = "";
        if (limitBytes != null && bytes >= 0) {
            long left = limitBytes - bytes;
            margin = String.format(
                    Locale.ROOT,
                    "%s%s (%+.0f %%)",
                    left > 0 ? "+" : "",
                    ByteSize.format(left),
                    100.0 * left / limitBytes);
        }
        table.row(what, bytes < 0 ? "unknown" : ByteSize.format(bytes), margin);
    }

    private Map<String, Object> toJson(Headroom result, Behaviours after, String verdict) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("trace", trace);
        out.put("go", after.version());
        out.put("settings", after.settings());
        out.put("nowRssBytes", result.nowBytes() < 0 ? null : result.nowBytes());
        out.put("likelyRssBytes", result.likelyBytes());
        out.put("worstRssBytes", result.worstBytes());
        out.put("likelyHeapRssBytes", result.likelyHeapBytes());
        out.put("heapMappedBytes", result.mappedBytes());
        out.put("otherRssBytes", result.otherBytes());
        out.put("limitBytes", limitBytes);
        out.put("likelyMarginBytes", limitBytes == null ? null : limitBytes - result.likelyBytes());
        out.put("worstMarginBytes", limitBytes == null ? null : limitBytes - result.worstBytes());
        out.put(
                "fits",
                limitBytes == null
                        ? null
                        : result.likelyBytes() > limitBytes
                                ? "no"
                                : result.worstBytes() > limitBytes ? "likely" : "worst");
        out.put("verdict", verdict);
        out.put("assumptions", result.assumptions());
        return out;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
