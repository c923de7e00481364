package dev.needzero.cli;

import dev.needzero.report.SweepChart;
import dev.needzero.report.SweepFile;
import dev.needzero.report.SweepResult;
import dev.needzero.report.SweepRow;
import dev.needzero.trace.Nearest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sweep}: a grid of replays, decoded as seldom as may be. */
@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        subcommands = SweepMergeCommand.class,
        synopsisSubcommandLabel = "[merge]",
        description = {
            "Replay traces under every combination of options: a grid of runs, on every core.",
            "Results go to a file as they finish; a sweep that was stopped goes on with --resume, and --shard splits one"
                    + " over machines. Other options hold for every run."
        },
        footer = {
            "",
            "Examples:",
            "  needzero sweep my.trace --vary go=1.23..1.27 --vary thp=always,never --chart map.svg",
            "  needzero sweep day1.trace day2.trace --vary largeZeroing=always,when-dirty --metric zeroing",
            "  needzero sweep *.trace --vary go=1.23,1.24 --vary os-page=4KiB,64KiB -o part3.csv --shard 3/16",
            "  needzero sweep merge all.csv part*.csv"
        })
final class SweepCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", arity = "0..*", description = "The traces to replay.")
    private List<String> traces = new ArrayList<>();

    @Option(
            names = "--vary",
            paramLabel = "KEY=VALUES",
            description =
                    "What to vary: an option of replay without its dashes or a behaviour, as in thp=always,never,"
                            + " go=1.23..1.27, largeZeroing=always,when-dirty. Repeatable; a key given twice has both lists' values.")
    private List<String> vary = new ArrayList<>();

    @Option(names = "--go", paramLabel = "VERSION", description = "The Go version of every run that does not vary it.")
    @SuppressWarnings("UnusedVariable") // each run parses it anew, see fixed()
    private String go;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write a line a run as it finishes; the name ends in .csv or .jsonl.")
    private Path output;

    @Option(names = "--resume", description = "Go on with what FILE holds of this grid.")
    private boolean resume;

    @Option(names = "--shard", paramLabel = "PART/PARTS", description = "Run one of so many like parts, as in 3/16.")
    private String shard;

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            defaultValue = "peak-rss",
            description = "What to rank by: peak-rss, end-rss, end-mapped, program, zeroing, runtime, huge-page (what"
                    + " committed the memory resident at the end), gc-cycles or one of Go's own, as in"
                    + " /gc/heap/live:bytes. Default: ${DEFAULT-VALUE}.")
    private String metric;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            defaultValue = "0",
            description = "Twins in memory at a time, at most. Default: as many as memory and cores allow.")
    private int atOnce;

    @Mixin
    @SuppressWarnings("UnusedVariable") // each run parses them anew, see fixed()
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Mixin
    private ChartOption chart;

    @Override
    public Integer call() throws IOException {
        checkOptions();
        SweepPlan plan = new SweepPlan(spec, traces, vary, shard);
        try (SweepFile file = output == null ? null : open(plan)) {
            List<SweepRow> rows = new ArrayList<>(file == null ? List.of() : file.rows());
            SweepRun run = new SweepRun(plan, file, rows);
            run.run(atOnce);
            report(plan, run, rows);
            return run.exit();
        }
    }

    private void checkOptions() {
        if (traces.isEmpty()) {
            throw usage("TRACE is missing");
        }
        if (vary.isEmpty()) {
            String hint = Files.exists(Path.of(traces.get(0))) ? "" : Nearest.hint(traces.get(0), List.of("merge"));
            throw usage("--vary KEY=VALUES is missing: nothing to vary" + hint);
        }
        if (traces.contains("-")) {
            throw usage("standard input can be read only once; give the trace as a file");
        }
        if (new HashSet<>(traces).size() < traces.size()) {
            throw usage("a trace is named twice");
        }
        if (output != null && !SweepFile.hasForm(output)) {
            throw usage("-o " + output + ": expected a name that ends in .csv or .jsonl");
        }
        if (resume && output == null) {
            throw usage("--resume: -o FILE says which file to go on with");
        }
        if (atOnce < 0) {
            throw usage("--at-once " + atOnce + ": expected a whole number above 0");
        }
        if (!SweepRow.metrics().contains(metric)) {
            throw usage("--metric " + metric + ": no such figure" + Nearest.hint(metric, SweepRow.metrics())
                    + " (known are " + String.join(", ", SweepRow.metrics()) + ")");
        }
        chart.check();
    }

    private SweepFile open(SweepPlan plan) throws IOException {
        if (!resume && Files.exists(output) && Files.size(output) > 0) {
            throw usage("-o " + output + ": the file exists; --resume goes on with it");
        }
        SweepFile file = SweepFile.append(output);
        for (SweepRow row : file.rows()) {
            if (!row.grid().equals(plan.fingerprint())) {
                file.close();
                throw usage("-o " + output + ": holds runs of the grid " + row.grid() + ", this is "
                        + plan.fingerprint() + ": other traces, values or options");
            }
        }
        return file;
    }

    private void report(SweepPlan plan, SweepRun run, List<SweepRow> rows) throws IOException {
        if (!rows.isEmpty()) {
            SweepResult result = new SweepResult(rows, metric);
            if (json.leavesOutputToPeople()) {
                print(plan, run, result, rows.size());
            }
            json.write(result.toJson());
            chart.draw(new SweepChart(result));
        }
        PrintWriter err = spec.commandLine().getErr();
        if (run.failed() > 0) {
            err.print("needzero: " + run.failed() + " of " + run.size() + " runs failed, the first "
                    + run.firstFailure() + "\n");
        } else if (rows.isEmpty()) {
            err.print("needzero: nothing to run: of the grid's " + plan.grid().size() + " runs none is of part " + shard
                    + "\n");
        }
        err.flush();
    }

    private void print(SweepPlan plan, SweepRun run, SweepResult result, int runs) {
        PrintWriter out = spec.commandLine().getOut();
        result.table().print(out);
        out.print(
                "\n" + runs + " of " + plan.grid().size() + " runs" + (output == null ? "" : ", in " + output) + ".\n");
        List<String> assumptions = plan.assumptions();
        out.print(assumptions.get(0)
                + (assumptions.size() > 1 ? " (the first run; others as varied or by their .case.json)" : "") + "\n");
        run.notes().forEach((trace, lines) -> lines.forEach(line -> out.print("Note: " + trace + ": " + line + ".\n")));
        out.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
