package dev.needzero.cli;

import dev.needzero.experiment.Grid;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Sweep;
import dev.needzero.report.Run;
import dev.needzero.report.SweepChart;
import dev.needzero.report.SweepFile;
import dev.needzero.report.SweepResult;
import dev.needzero.report.SweepRow;
import dev.needzero.trace.Nearest;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    private final SweepCell parser = new SweepCell();
    private final Map<Integer, Grid.Cell> cells = new TreeMap<>();
    private final Map<Integer, SweepCell.SetUp> setUps = new TreeMap<>();
    private final Map<String, Set<String>> notes = new LinkedHashMap<>();
    private Grid grid;
    private String fingerprint;

    @Override
    public Integer call() throws IOException {
        checkOptions();
        try {
            grid = new Grid(traces, axes());
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
        Grid.Shard part = part();
        List<String> fixed = fixed();
        setUp(fixed);
        try (SweepFile file = output == null ? null : open()) {
            List<SweepRow> rows = new ArrayList<>(file == null ? List.of() : file.rows());
            Set<Integer> done = new HashSet<>();
            rows.forEach(row -> done.add(row.cell()));
            for (Grid.Cell cell : grid.cells(part)) {
                if (!done.contains(cell.number())) {
                    cells.put(cell.number(), cell);
                }
            }
            Failures failures = run(fixed, file, rows);
            return report(rows, failures);
        }
    }

    // ---- before anything runs

    private void checkOptions() {
        if (traces.isEmpty()) {
            throw usage("TRACE is missing");
        }
        if (vary.isEmpty()) {
            throw usage("--vary KEY=VALUES is missing: nothing to vary");
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
        chart.check();
    }

    private List<Grid.Axis> axes() {
        Map<String, Grid.Axis> axes = new LinkedHashMap<>();
        for (String text : vary) {
            try {
                Grid.Axis axis = Grid.Axis.parse(text);
                parser.argument(axis.key(), axis.values().get(0));
                axes.merge(axis.key(), axis, Grid.Axis::with);
            } catch (IllegalArgumentException e) {
                throw usage("--vary " + text + ": " + e.getMessage());
            }
        }
        return List.copyOf(axes.values());
    }

    private Grid.Shard part() {
        try {
            return shard == null ? Grid.Shard.WHOLE : Grid.Shard.parse(shard);
        } catch (IllegalArgumentException e) {
            throw usage("--shard " + e.getMessage());
        }
    }

    /** The options that hold for every run. */
    private List<String> fixed() {
        List<String> fixed = SweepCell.given(spec.commandLine().getParseResult(), parser.keys());
        Set<String> keys = SweepCell.keysOf(fixed);
        for (Grid.Axis axis : grid.axes()) {
            String key = axis.key().replaceFirst("^set\\.", "");
            if (keys.contains(key)) {
                throw usage("--vary " + axis.key() + ": the option is also given for every run");
            }
        }
        return fixed;
    }

    private List<String> arguments(List<String> fixed, Grid.Cell cell) {
        List<String> arguments = new ArrayList<>(fixed);
        cell.values().forEach((key, value) -> arguments.add(parser.argument(key, value)));
        return arguments;
    }

    /** Sets up every run of the whole grid, so that what cannot be is known before anything runs. */
    private void setUp(List<String> fixed) throws IOException {
        Map<String, TraceInfo> infos = new LinkedHashMap<>();
        MessageDigest digest = sha256();
        int bad = 0;
        String firstBad = null;
        for (int number = 1; number <= grid.size(); number++) {
            Grid.Cell cell = grid.cell(number);
            TraceInfo info = infos.get(cell.trace());
            if (info == null) {
                info = look(fixed, cell.trace());
                infos.put(cell.trace(), info);
            }
            try {
                SweepCell.SetUp run = parser.setUp(arguments(fixed, cell), cell.trace(), info);
                setUps.put(number, run);
                digest.update((identity(cell.trace())
                                + '\n'
                                + arguments(fixed, cell)
                                + '\n'
                                + run.behaviours()
                                + '\n'
                                + run.settings().touch()
                                + '\n')
                        .getBytes(StandardCharsets.UTF_8));
            } catch (ParameterException e) {
                bad++;
                firstBad = firstBad != null ? firstBad : "(" + cell.settings() + "): " + e.getMessage();
            }
        }
        if (bad > 0) {
            throw usage((bad == 1 ? "one of " : bad + " of ") + grid.size() + " runs cannot be, "
                    + (bad == 1 ? "" : "the first ") + firstBad);
        }
        fingerprint = HexFormat.of().formatHex(digest.digest(), 0, 6);
    }

    private TraceInfo look(List<String> fixed, String trace) throws IOException {
        try (TraceReader reader = parser.open(fixed, trace)) {
            return reader.info();
        }
    }

    /** What a trace is known by on every machine: its file's name and length. */
    private static String identity(String trace) throws IOException {
        if (Workloads.isSpec(trace)) {
            return trace;
        }
        Path file = Path.of(trace.replaceFirst("^[a-z0-9-]+:(?=.)", ""));
        Path name = file.getFileName();
        return name + " " + (Files.isRegularFile(file) ? Files.size(file) : -1);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private SweepFile open() throws IOException {
        if (!resume && Files.exists(output) && Files.size(output) > 0) {
            throw usage("-o " + output + ": the file exists; --resume goes on with it");
        }
        SweepFile file = SweepFile.append(output);
        for (SweepRow row : file.rows()) {
            if (!row.grid().equals(fingerprint)) {
                file.close();
                throw usage("-o " + output + ": holds runs of the grid " + row.grid() + ", this is " + fingerprint
                        + ": other traces, values or options");
            }
        }
        return file;
    }

    // ---- running

    /** What went wrong, by whose fault. */
    private static final class Failures {
        int input;
        int ours;
        String first;
    }

    private Failures run(List<String> fixed, SweepFile file, List<SweepRow> rows) throws IOException {
        // Cells that share a decode, in the grid's order.
        Map<List<String>, List<Sweep.Twin>> sharing = new LinkedHashMap<>();
        Map<List<String>, Sweep.Opener> openers = new LinkedHashMap<>();
        for (Grid.Cell cell : cells.values()) {
            SweepCell.SetUp run = setUps.get(cell.number());
            List<String> decode = List.of(cell.trace(), run.decoding());
            openers.putIfAbsent(decode, () -> parser.open(arguments(fixed, cell), cell.trace()));
            sharing.computeIfAbsent(decode, d -> new ArrayList<>())
                    .add(new Sweep.Twin(cell.number(), run.behaviours(), run.settings()));
        }
        List<Sweep.Feed> feeds = new ArrayList<>();
        sharing.forEach((decode, twins) -> feeds.add(new Sweep.Feed(openers.get(decode), twins)));
        Failures failures = new Failures();
        int all = cells.size();
        try (Progress progress = new Progress("sweep", "runs")) {
            Sweep.run(feeds, atOnce, new Sweep.Listener() {
                private int ended;

                @Override
                public void finished(Sweep.Twin twin, Replay replay) {
                    Grid.Cell cell = cells.get(twin.cell());
                    SweepRow row = SweepRow.of(
                            fingerprint,
                            cell.number(),
                            grid.size(),
                            cell.trace(),
                            cell.values(),
                            new Run(twin.behaviours(), twin.settings().recordedPlacement(), replay));
                    synchronized (rows) {
                        try {
                            if (file != null) {
                                file.append(row);
                            }
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        rows.add(row);
                        progress.step(++ended, all);
                    }
                }

                @Override
                public void failed(Sweep.Twin twin, Throwable why) {
                    synchronized (rows) {
                        if (why instanceof IOException || why instanceof UncheckedIOException) {
                            failures.input++;
                        } else {
                            failures.ours++;
                        }
                        Grid.Cell cell = cells.get(twin.cell());
                        failures.first = failures.first != null
                                ? failures.first
                                : cell.trace() + " (" + cell.settings() + "): " + why.getMessage();
                        progress.step(++ended, all);
                    }
                }

                @Override
                public void decoded(Sweep.Twin first, TraceReader reader) {
                    String trace = cells.get(first.cell()).trace();
                    notes.computeIfAbsent(trace, t -> new LinkedHashSet<>()).addAll(reader.warnings());
                }
            });
        }
        return failures;
    }

    // ---- afterwards

    private int report(List<SweepRow> rows, Failures failures) throws IOException {
        if (!rows.isEmpty()) {
            SweepResult result = new SweepResult(rows, metricOf(rows));
            if (json.leavesOutputToPeople()) {
                print(result, rows.size());
            }
            json.write(result.toJson());
            chart.draw(new SweepChart(result));
        }
        int failed = failures.input + failures.ours;
        if (failed > 0) {
            PrintWriter err = spec.commandLine().getErr();
            err.print(
                    "needzero: " + failed + " of " + cells.size() + " runs failed, the first " + failures.first + "\n");
            err.flush();
        }
        return failures.ours > 0 ? Exit.BUG : failures.input > 0 ? Exit.BAD_INPUT : Exit.DONE;
    }

    private String metricOf(List<SweepRow> rows) {
        Set<String> known = SweepResult.metrics(rows);
        if (!known.contains(metric)) {
            throw usage("--metric " + metric + ": no such figure" + Nearest.hint(metric, known) + " (known are "
                    + String.join(", ", known) + ")");
        }
        return metric;
    }

    private void print(SweepResult result, int runs) {
        PrintWriter out = spec.commandLine().getOut();
        result.table().print(out);
        out.print("\n" + runs + " of " + grid.size() + " runs" + (output == null ? "" : ", in " + output) + ".\n");
        Set<String> assumptions = new LinkedHashSet<>();
        setUps.values().forEach(run -> assumptions.add(run.assumptions()));
        out.print(assumptions.iterator().next()
                + (assumptions.size() > 1 ? " (the first run; others as varied or by their .case.json)" : "") + "\n");
        notes.forEach((trace, lines) -> lines.forEach(line -> out.print("Note: " + trace + ": " + line + ".\n")));
        out.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
