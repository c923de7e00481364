package dev.needzero.cli;

import dev.needzero.trace.Nearest;
import dev.needzero.experiment.Metric;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.bisect.Bisection;
import dev.needzero.report.BisectionReport;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bisect}: which change between two versions made a trace's figure what it is. */
@Command(
        name = "bisect",
        customSynopsis =
                "needzero bisect [OPTIONS] (--good=VERSION --bad=VERSION | --old=VERSION --new=VERSION) TRACE",
        mixinStandardHelpOptions = true,
        description = {
            "Find the change between two Go versions that explains why a metric rose, as git bisect does, and name its"
                    + " commit. When the good version is the newer one, the change that mended it is sought."
        },
        footer = {
            "",
            "A generated workload (gen:…) that does not say its go= is built with each version's language, and what the"
                    + " language changed is a suspect, too.",
            "Exit code 4: the metric is the same in both versions.",
            "",
            "Examples:",
            "  needzero bisect traces/service@go1.23.0.trace.gz --good 1.21 --bad 1.24",
            "  needzero bisect traces/service@go1.24.0.trace.zst --good 1.25 --bad 1.24",
            "  needzero bisect gen:service --touch 'main.record=none default=all' --good 1.23 --bad 1.24 --all",
            "  needzero bisect my.trace --good 1.26 --bad 1.26 --bad-set inlineMarkBits=false --metric end-rss"
        })
final class BisectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace to replay.")
    private String trace;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Ends ends;

    /** The two versions, under git's names or its terms for changes that are neither good nor bad. */
    static final class Ends {
        @ArgGroup(exclusive = false)
        private GoodAndBad goodAndBad;

        @ArgGroup(exclusive = false)
        private OldAndNew oldAndNew;
    }

    static final class GoodAndBad {
        @Option(names = "--good", required = true, paramLabel = "VERSION", description = "The version that is well.")
        private String good;

        @Option(names = "--bad", required = true, paramLabel = "VERSION", description = "The version that is not.")
        private String bad;
    }

    static final class OldAndNew {
        @Option(
                names = "--old",
                required = true,
                paramLabel = "VERSION",
                description = "With --new: the same without a judgement; the metric may rise or fall.")
        private String older;

        @Option(names = "--new", required = true, paramLabel = "VERSION", description = "See --old.")
        private String newer;
    }

    @Option(
            names = {"--good-set", "--old-set"},
            paramLabel = "BEHAVIOUR=VALUE",
            description = "Change one behaviour of the good version alone; --set changes both. Repeatable.")
    private Map<String, String> goodChanges = new LinkedHashMap<>();

    @Option(
            names = {"--bad-set", "--new-set"},
            paramLabel = "BEHAVIOUR=VALUE",
            description = "The same for the bad version.")
    private Map<String, String> badChanges = new LinkedHashMap<>();

    @Option(
            names = "--metric",
            defaultValue = "peak-rss",
            paramLabel = "METRIC",
            description =
                    "peak-rss, end-rss, zeroing (resident because the allocator cleared it), heap-in-use (spans), mapped, lazy-free, huge-pages, or a"
                            + " runtime/metrics name as in /memory/classes/heap/unused:bytes, as it stands at the end. Default:"
                            + " ${DEFAULT-VALUE}.")
    private String metric;

    @Option(
            names = "--all",
            description = "Hold every change against the others: what it does alone, and what is gone without it.")
    private boolean all;

    @Mixin
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    private TraceInfo info;

    @Override
    public Integer call() throws IOException {
        Metric measured = metric();
        boolean judged = ends.goodAndBad != null;
        Behaviours good = judged
                ? options.behaviours("--good", ends.goodAndBad.good)
                : options.behaviours("--old", ends.oldAndNew.older);
        Behaviours bad = judged
                ? options.behaviours("--bad", ends.goodAndBad.bad)
                : options.behaviours("--new", ends.oldAndNew.newer);
        good = options.changed(good, "--good-set", goodChanges);
        bad = options.changed(bad, "--bad-set", badChanges);
        Replays.Settings settings = options.settings(trace);
        Bisection bisection;
        try (Progress progress = new Progress("bisect", "MiB")) {
            bisection = Bisection.run(
                    new Bisection.Question(trace, good, bad, measured, all, settings), this::open, progress);
        }
        if (json.leavesOutputToPeople()) {
            PrintWriter out = spec.commandLine().getOut();
            BisectionReport.print(bisection, judged, out);
            out.print("\n" + options.assumptions(settings, info) + "\n");
            bisection.warnings().forEach(note -> out.print("Note: " + note + ".\n"));
            out.flush();
        }
        json.write(BisectionReport.toJson(bisection));
        return bisection.differs() ? Exit.DONE : Exit.ANSWER_IS_NO;
    }

    private TraceReader open(String name) throws IOException {
        TraceReader reader = options.open(name);
        info = reader.info();
        return reader;
    }

    private Metric metric() {
        try {
            return Metric.of(metric);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--metric: " + e.getMessage() + Nearest.hint(metric, Metric.names()) + " (known are "
                            + String.join(", ", Metric.names()) + ")");
        }
    }
}
