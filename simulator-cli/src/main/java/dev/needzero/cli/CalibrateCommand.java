package dev.needzero.cli;

import dev.needzero.experiment.Calibration;
import dev.needzero.experiment.Checkpoint;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.Smaps;
import dev.needzero.report.Table;
import dev.needzero.report.TargetFile;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.ByteSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code calibrate}: what the program writes of its large objects, from what was resident. */
@Command(
        name = "calibrate",
        customSynopsis = "needzero calibrate [OPTIONS] (--rss=SIZE | --smaps=FILE) TRACE",
        mixinStandardHelpOptions = true,
        description = {
            "Find how much of its large objects a program writes, from how much of its heap was resident.",
            "A trace does not say it, and the answer to \"what if\" rests on it. The rules found go to a file for --touch."
                    + " Exit 4 when no share explains what was observed."
        },
        footer = {
            "",
            "Take the trace and, at its end, the smaps of the running service; then:",
            "  needzero calibrate my.trace --smaps my.smaps -o my.touch",
            "  needzero compare my.trace --go 1.23,1.24 --touch @my.touch",
            "With the heap's resident bytes alone, at the trace's third checkpoint:",
            "  needzero calibrate my.trace --rss 1.04GiB --checkpoint 3"
        })
final class CalibrateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace of the program that was observed.")
    private String trace;

    /** One of the two. */
    static final class Observed {
        @Option(
                names = "--rss",
                paramLabel = "SIZE",
                converter = AmountConverter.class,
                required = true,
                description = "Resident memory of the Go heap (not of the whole process).")
        private Long rssBytes;

        @Option(
                names = "--smaps",
                paramLabel = "FILE",
                required = true,
                description = "The process's /proc/PID/smaps; the Go heap's lines are found in it.")
        private Path smaps;
    }

    @ArgGroup(multiplicity = "1")
    private Observed observed;

    @Option(
            names = "--checkpoint",
            paramLabel = "N|end|peak",
            defaultValue = "end",
            description = "When it was observed: at a checkpoint of the trace, at its end, or when most was resident."
                    + " Default: ${DEFAULT-VALUE}.")
    private String checkpoint;

    @Option(
            names = "--go",
            paramLabel = "VERSION",
            description =
                    "The Go version that ran. Default: the one that recorded the trace (1.24 writes 1.23's format:"
                            + " then say 1.24).")
    private String go;

    @Option(
            names = "--tolerance",
            paramLabel = "SIZE",
            defaultValue = "256KiB",
            converter = AmountConverter.class,
            description = "How far off the twin may be and still fit; it knows a trace's start only from what its head"
                    + " tells. Default: ${DEFAULT-VALUE}.")
    private long toleranceBytes;

    @Option(
            names = "--use-writes",
            description =
                    "Let the needzero.write marks of the trace count. Default: they are left out, so that the rules"
                            + " hold for traces without any.")
    private boolean useWrites;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write the touch rules found, for --touch @FILE.")
    private Path output;

    @Mixin
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (trace.equals("-")) {
            throw usage("standard input can be read only once; give the trace as a file");
        }
        if (!checkpoint.matches("end|peak|\\d{1,18}")) {
            throw usage("--checkpoint " + checkpoint + ": expected a checkpoint's number, end or peak");
        }
        Replays.Settings settings = options.settings(trace);
        TraceInfo info;
        try (TraceReader reader = options.open(trace)) {
            info = reader.info();
        }
        Behaviours behaviours = options.behaviours(go != null ? go : ReplayCommand.recordedBy(info));
        long bytes = observed.smaps == null
                ? observed.rssBytes
                : Smaps.read(observed.smaps).heapRssBytes();
        Calibration.Fit fit = Calibration.run(
                () -> options.open(trace), behaviours, settings, this::rss, bytes, toleranceBytes, useWrites);
        if (output != null && fit.explains()) {
            TargetFile.write(output, out -> out.write((fit.touch() + "\n").getBytes(StandardCharsets.UTF_8)));
        }
        if (json.leavesOutputToPeople()) {
            print(fit, behaviours);
        }
        json.write(toJson(fit, behaviours));
        return fit.explains() ? Exit.DONE : Exit.ANSWER_IS_NO;
    }

    private long rss(Replay replay) {
        if (checkpoint.equals("end")) {
            return replay.runtime().os().rssBytes();
        }
        if (checkpoint.equals("peak")) {
            return replay.runtime().os().peakRssBytes();
        }
        for (Checkpoint at : replay.checkpoints()) {
            if (at.number() == Long.parseLong(checkpoint)) {
                return at.rssBytes();
            }
        }
        String known = replay.checkpoints().stream()
                .map(at -> at.number() + " (" + at.name() + ")")
                .collect(Collectors.joining(", "));
        throw new UncheckedIOException(new BadInputException(
                trace, "has no checkpoint " + checkpoint + "; it has " + (known.isEmpty() ? "none, use end" : known)));
    }

    private void print(Calibration.Fit fit, Behaviours behaviours) {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table();
        String when = checkpoint.matches("\\d+") ? "checkpoint " + checkpoint : "the " + checkpoint;
        table.row("observed resident, at " + when, ByteSize.format(fit.observedBytes()));
        table.row("the twin with nothing written of large objects", ByteSize.format(fit.noneRssBytes()));
        table.row("the twin with all of them written", ByteSize.format(fit.allRssBytes()));
        if (fit.explains()) {
            table.row("the twin with " + percent(fit.percent()) + " of each written", ByteSize.format(fit.rssBytes()));
        }
        table.print(out);
        out.print("\n" + verdict(fit) + "\n");
        if (fit.explains()) {
            out.print("Touch rules: " + fit.touch() + (output == null ? "" : " (in " + output + ")") + "\n");
        }
        out.print("Assumed: Go " + behaviours
                + "; of each large object the first bytes are written, of each the same share"
                + " and as soon as it is allocated; of others \"" + fit.touch() + "\".\n");
        if (fit.unknownBytes() > 0) {
            out.print("Note: of " + ByteSize.format(fit.unknownBytes())
                    + " of large objects at the trace's head it names no"
                    + " type; they are taken as not written, and the least share is what fits should they be.\n");
        }
        if (fit.marksLeftOut() > 0) {
            out.print(String.format(
                    Locale.ROOT,
                    "Note: the trace's %,d marks of what was written are left out (--use-writes lets them count).%n",
                    fit.marksLeftOut()));
        }
        out.flush();
    }

    private static String verdict(Calibration.Fit fit) {
        if (!fit.matters()) {
            return "Nothing to find: what is written of large objects makes no difference to what is resident (there are"
                    + " none, or this version clears them all).";
        }
        if (!fit.explains()) {
            boolean less = fit.observedBytes() < fit.noneRssBytes();
            return "No share explains it: the twin holds " + (less ? "more even with nothing" : "less even with all")
                    + " of its large objects written; was it another version (--go), another moment (--checkpoint), or do"
                    + " other objects stay unwritten (--touch)?";
        }
        return "The program writes " + percent(fit.percent()) + " of its large objects; "
                + (fit.leastPercent() < fit.percent()
                        ? percent(fit.leastPercent()) + " to " + percent(fit.percent()) + " fit equally well."
                        : "no other share fits as well.");
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.1f %%", value);
    }

    private Map<String, Object> toJson(Calibration.Fit fit, Behaviours behaviours) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("trace", trace);
        result.put("go", behaviours.version());
        result.put("settings", behaviours.settings());
        result.put("checkpoint", checkpoint);
        result.put("observedRssBytes", fit.observedBytes());
        result.put("explains", fit.explains());
        result.put("percent", fit.explains() ? fit.percent() : null);
        result.put("leastPercent", fit.explains() ? fit.leastPercent() : null);
        result.put("rssBytes", fit.rssBytes());
        result.put("noneRssBytes", fit.noneRssBytes());
        result.put("allRssBytes", fit.allRssBytes());
        result.put("touch", fit.explains() ? fit.touch().toString() : null);
        result.put("unknownBytes", fit.unknownBytes());
        result.put("marksLeftOut", fit.marksLeftOut());
        return result;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
