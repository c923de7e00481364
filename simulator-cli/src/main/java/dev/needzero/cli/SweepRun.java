package dev.needzero.cli;

import dev.needzero.experiment.Grid;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Sweep;
import dev.needzero.report.Run;
import dev.needzero.report.SweepFile;
import dev.needzero.report.SweepRow;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A sweep under way: what is left of a plan, run on every core, each result put down as it comes. */
final class SweepRun implements Sweep.Listener {
    private final SweepPlan plan;
    private final SweepFile file;
    private final List<SweepRow> rows;
    private final Map<Integer, Grid.Cell> cells = new TreeMap<>();
    private final Map<String, Set<String>> notes = new LinkedHashMap<>();
    private Progress progress;
    private int ended;
    private int failedByInput;
    private int failedByUs;
    private String firstFailure;

    /**
     * @param file where results go; null for nowhere
     * @param rows what was run before; results are added
     */
    SweepRun(SweepPlan plan, SweepFile file, List<SweepRow> rows) {
        this.plan = plan;
        this.file = file;
        this.rows = rows;
        Set<Integer> done = new HashSet<>();
        rows.forEach(row -> done.add(row.cell()));
        for (Grid.Cell cell : plan.cells()) {
            if (!done.contains(cell.number())) {
                cells.put(cell.number(), cell);
            }
        }
    }

    /**
     * Runs what is left.
     *
     * @param atOnce twins in memory at a time, at most; 0: as many as memory and cores allow
     */
    void run(int atOnce) throws IOException {
        try (Progress shown = new Progress("sweep", "runs")) {
            progress = shown;
            Sweep.run(feeds(), atOnce, this);
        }
    }

    /** Cells that share a decode, in the grid's order. */
    private List<Sweep.Feed> feeds() {
        Map<List<String>, List<Sweep.Twin>> sharing = new LinkedHashMap<>();
        Map<List<String>, Sweep.Opener> openers = new LinkedHashMap<>();
        for (Grid.Cell cell : cells.values()) {
            SweepCell.SetUp run = plan.setUp(cell);
            List<String> decode = List.of(cell.trace(), run.decoding());
            openers.putIfAbsent(decode, () -> plan.open(cell));
            sharing.computeIfAbsent(decode, d -> new ArrayList<>())
                    .add(new Sweep.Twin(cell.number(), run.behaviours(), run.settings()));
        }
        List<Sweep.Feed> feeds = new ArrayList<>();
        sharing.forEach((decode, twins) -> feeds.add(new Sweep.Feed(openers.get(decode), twins)));
        return feeds;
    }

    @Override
    public void finished(Sweep.Twin twin, Replay replay) {
        Grid.Cell cell = cells.get(twin.cell());
        SweepRow row = SweepRow.of(
                plan.fingerprint(),
                cell.number(),
                plan.grid().size(),
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
            progress.step(++ended, cells.size());
        }
    }

    @Override
    public void failed(Sweep.Twin twin, Throwable why) {
        synchronized (rows) {
            if (why instanceof IOException || why instanceof UncheckedIOException) {
                failedByInput++;
            } else {
                failedByUs++;
            }
            if (firstFailure == null) {
                Grid.Cell cell = cells.get(twin.cell());
                Throwable said = why instanceof UncheckedIOException unchecked ? unchecked.getCause() : why;
                firstFailure = cell.trace() + " (" + cell.settings() + "): " + said.getMessage();
            }
            progress.step(++ended, cells.size());
        }
    }

    @Override
    public void decoded(Sweep.Twin first, TraceReader reader) {
        String trace = cells.get(first.cell()).trace();
        notes.computeIfAbsent(trace, t -> new LinkedHashSet<>()).addAll(reader.warnings());
    }

    /** Runs that there were to do. */
    int size() {
        return cells.size();
    }

    int failed() {
        return failedByInput + failedByUs;
    }

    /** Which run failed first, and why. */
    String firstFailure() {
        return firstFailure;
    }

    int exit() {
        return failedByUs > 0 ? Exit.BUG : failedByInput > 0 ? Exit.BAD_INPUT : Exit.DONE;
    }

    /** What the readers had to say of each trace. */
    Map<String, Set<String>> notes() {
        return notes;
    }
}
