package dev.needzero.cli;

import dev.needzero.experiment.Fidelity;
import dev.needzero.experiment.Fidelity.Case;
import dev.needzero.experiment.Fidelity.Score;
import dev.needzero.experiment.Replays;
import dev.needzero.os.OsSettings;
import dev.needzero.report.FidelityReport;
import dev.needzero.trace.BadInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fidelity}: the twin held against every recording of a directory. */
@Command(
        name = "fidelity",
        mixinStandardHelpOptions = true,
        description = "Verify every recording of a directory and print one table; exit 4 when a threshold is missed.",
        footer = {
            "",
            "Examples:",
            "  needzero fidelity recordings",
            "  needzero fidelity recordings --filter 'large-*' --min-pages 99 --csv"
        })
final class FidelityCommand implements Callable<Integer> {
    private static final int THREADS = 2;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Where traces and truth files lie side by side.")
    private Path directory;

    @Option(names = "--filter", paramLabel = "GLOB", description = "Which recordings to take, as in 'large-*'.")
    private String filter;

    @Option(
            names = "--scavenge-to-truth",
            description =
                    "Release as much at each checkpoint as the truth says was; only the choice of pages is the twin's.")
    private boolean scavengeToTruth;

    @Option(names = "--csv", description = "Print the table as comma-separated values.")
    private boolean csv;

    @Option(names = "--min-spans", paramLabel = "%", description = "Spans at the recorded address, at least.")
    private Double minSpans;

    @Option(names = "--min-objects", paramLabel = "%", description = "Objects at the recorded address, at least.")
    private Double minObjects;

    @Option(names = "--min-pages", paramLabel = "%", description = "Pages that agree at every checkpoint, at least.")
    private Double minPages;

    @Option(
            names = "--max-rss-error",
            paramLabel = "%",
            description = "Resident memory off at any checkpoint, at most.")
    private Double maxRssError;

    @Option(
            names = "--rss-slack",
            paramLabel = "SIZE",
            defaultValue = "64KiB",
            converter = SizeConverter.class,
            description = "Differences up to this size are never too great. Default: ${DEFAULT-VALUE}.")
    private long rssSlackBytes;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        List<Case> cases = Fidelity.cases(directory, filter);
        if (cases.isEmpty()) {
            throw new BadInputException(
                    directory.toString(),
                    "holds no NAME@goVERSION.truth.jsonl.gz with a trace"
                            + (filter == null ? "" : " that matches " + filter));
        }
        List<Score> scores;
        try (Progress progress = new Progress("fidelity", "")) {
            Replays.Settings settings = new Replays.Settings(OsSettings.defaults(), null, false, !scavengeToTruth);
            scores = Fidelity.run(cases, settings, THREADS, progress::step);
        }
        FidelityReport report = new FidelityReport(scores);
        List<String> missed = missed(scores);
        if (json.leavesOutputToPeople()) {
            PrintWriter out = spec.commandLine().getOut();
            if (csv) {
                report.table().printCsv(out);
                out.print("\n");
                report.causes().printCsv(out);
            } else {
                report.table().print(out);
                out.print("\n");
                report.causes().print(out);
                missed.forEach(line -> out.print("missed: " + line + "\n"));
            }
            out.flush();
        }
        json.write(report.toJson());
        return exit(scores, missed);
    }

    private static int exit(List<Score> scores, List<String> missed) {
        int exit = missed.isEmpty() ? Exit.DONE : Exit.ANSWER_IS_NO;
        for (Score s : scores) {
            if (s.failure() instanceof RuntimeException) {
                return Exit.BUG;
            }
            if (s.failure() != null) {
                exit = Exit.BAD_INPUT;
            }
        }
        return exit;
    }

    private List<String> missed(List<Score> scores) {
        List<String> missed = new ArrayList<>();
        for (Score s : scores) {
            if (s.failure() != null) {
                continue;
            }
            if (s.sameRun()) {
                atLeast(missed, s.name() + ": spans same", percent(s.spansSame(), s.spans()), minSpans);
                atLeast(missed, s.name() + ": objects same", percent(s.objectsSame(), s.objects()), minObjects);
                atLeast(missed, s.name() + ": pages agree", s.leastPagesPercent(), minPages);
            }
            if (maxRssError != null
                    && s.worstRssErrorBytes() > rssSlackBytes
                    && s.worstRssErrorPercent() > maxRssError) {
                missed.add(
                        s.name() + ": RSS is off by " + s.worstRssErrorPercent() + " %, allowed " + maxRssError + " %");
            }
        }
        return missed;
    }

    private static double percent(long part, long all) {
        return all == 0 ? 100 : 100.0 * part / all;
    }

    private static void atLeast(List<String> missed, String what, double percent, Double wanted) {
        if (wanted != null && percent >= 0 && percent < wanted) {
            missed.add(what + ": " + percent + " %, wanted " + wanted + " %");
        }
    }
}
