package dev.needzero.cli;

import dev.needzero.experiment.Grid;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * What a sweep is to run. Every run of the whole grid is set up, so that what cannot be is known before anything runs; of
 * what they come to the grid has a name that is the same on every machine.
 */
final class SweepPlan {
    private final CommandSpec spec;
    private final SweepCell parser = new SweepCell();
    private final Grid grid;
    private final Grid.Shard part;
    private final List<String> fixed;
    private final Map<Integer, SweepCell.SetUp> setUps = new TreeMap<>();
    private final String fingerprint;

    /**
     * @param spec the command's, for the options that hold for every run
     * @param vary as in {@code thp=always,never}
     * @param shard as in {@code 3/16}; null for the whole
     * @throws ParameterException for what cannot be
     */
    SweepPlan(CommandSpec spec, List<String> traces, List<String> vary, String shard) throws IOException {
        this.spec = spec;
        try {
            this.grid = new Grid(traces, axes(vary));
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
        this.part = part(shard);
        this.fixed = fixed();
        this.fingerprint = setUp();
    }

    private List<Grid.Axis> axes(List<String> vary) {
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

    private Grid.Shard part(String shard) {
        try {
            return shard == null ? Grid.Shard.WHOLE : Grid.Shard.parse(shard);
        } catch (IllegalArgumentException e) {
            throw usage("--shard " + e.getMessage());
        }
    }

    /** The options that hold for every run. */
    private List<String> fixed() {
        List<String> given = SweepCell.given(spec.commandLine().getParseResult(), parser.keys());
        Set<String> keys = SweepCell.keysOf(given);
        for (Grid.Axis axis : grid.axes()) {
            String key = axis.key().replaceFirst("^set\\.", "");
            if (keys.contains(key)) {
                throw usage("--vary " + axis.key() + ": the option is also given for every run");
            }
        }
        return given;
    }

    private List<String> arguments(Grid.Cell cell) {
        List<String> arguments = new ArrayList<>(fixed);
        cell.values().forEach((key, value) -> arguments.add(parser.argument(key, value)));
        return arguments;
    }

    /** Sets all runs up and returns the grid's name. */
    private String setUp() throws IOException {
        Map<String, TraceInfo> infos = new LinkedHashMap<>();
        MessageDigest digest = sha256();
        int bad = 0;
        String firstBad = null;
        for (int number = 1; number <= grid.size(); number++) {
            Grid.Cell cell = grid.cell(number);
            TraceInfo info = infos.get(cell.trace());
            if (info == null) {
                info = look(cell.trace());
                infos.put(cell.trace(), info);
            }
            try {
                SweepCell.SetUp run = parser.setUp(arguments(cell), cell.trace(), info);
                setUps.put(number, run);
                digest.update((identity(cell.trace())
                                + '\n'
                                + arguments(cell)
                                + '\n'
                                + run.behaviours()
                                + '\n'
                                + run.settings().touch()
                                + '\n')
                        .getBytes(StandardCharsets.UTF_8));
            } catch (ParameterException e) {
                bad++;
                firstBad = firstBad != null ? firstBad : "(" + cell.settings() + "): " + ParserWords.of(e.getMessage());
            }
        }
        if (bad > 0) {
            throw usage((bad == 1 ? "one of " : bad + " of ") + grid.size() + " runs cannot be"
                    + (bad == 1 ? " " : ", the first ") + firstBad);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 6);
    }

    private TraceInfo look(String trace) throws IOException {
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

    Grid grid() {
        return grid;
    }

    /** What the grid is known by. */
    String fingerprint() {
        return fingerprint;
    }

    /** The cells of the part that is to run. */
    List<Grid.Cell> cells() {
        return grid.cells(part);
    }

    SweepCell.SetUp setUp(Grid.Cell cell) {
        return setUps.get(cell.number());
    }

    /** Opens a cell's trace as its run wants it read. */
    TraceReader open(Grid.Cell cell) throws IOException {
        return parser.open(arguments(cell), cell.trace());
    }

    /** What the runs rest on, each once. */
    List<String> assumptions() {
        return setUps.values().stream()
                .map(SweepCell.SetUp::assumptions)
                .distinct()
                .toList();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
