package dev.needzero.report;

import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A sweep's rows, ranked by one metric: the settings from best to worst, each over all traces. */
public final class SweepResult {
    private static final int SHOWN = 5;

    /** Settings with what a metric came to over all traces. */
    record Score(Map<String, String> vary, double sum) {}

    private final List<SweepRow> rows;
    private final String metric;
    private final Set<String> traces = new LinkedHashSet<>();
    private final List<Score> scores = new ArrayList<>();

    /** @param metric one of {@link #metrics} */
    public SweepResult(List<SweepRow> rows, String metric) {
        this.rows =
                rows.stream().sorted(Comparator.comparingInt(SweepRow::cell)).toList();
        this.metric = metric;
        Map<Map<String, String>, double[]> sums = new LinkedHashMap<>();
        for (SweepRow row : this.rows) {
            traces.add(row.trace());
            if (row.figures().get(metric) != null) {
                double[] sum = sums.computeIfAbsent(row.vary(), v -> new double[2]);
                sum[0] += value(row);
                sum[1]++;
            }
        }
        sums.forEach((vary, sum) -> {
            if (sum[1] == traces.size()) {
                scores.add(new Score(vary, sum[0]));
            }
        });
        scores.sort(Comparator.comparingDouble(Score::sum));
    }

    /** What the rows can be ranked by. */
    public static Set<String> metrics(List<SweepRow> rows) {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> names.addAll(row.figures().keySet()));
        return names;
    }

    List<SweepRow> rows() {
        return rows;
    }

    String metric() {
        return metric;
    }

    double value(SweepRow row) {
        return row.figures().get(metric).doubleValue();
    }

    /** Whether the metric is in bytes. */
    boolean bytes() {
        return metric.startsWith("/") ? metric.endsWith(":bytes") : !metric.equals("gc-cycles");
    }

    String format(double value) {
        return bytes() ? ByteSize.format((long) value) : String.format(Locale.ROOT, "%,.0f", value);
    }

    /** The best and the worst, how they compare. */
    public Table table() {
        Table table = new Table();
        if (scores.isEmpty()) {
            return table.row("no settings have been run on all " + traces.size() + " traces yet");
        }
        List<String> keys = new ArrayList<>(scores.get(0).vary().keySet());
        List<String> head = new ArrayList<>(List.of(""));
        head.addAll(keys);
        head.add(metric + (traces.size() > 1 ? ", " + traces.size() + " traces" : ""));
        head.add("to the best");
        table.row(head.toArray(String[]::new));
        int shown = scores.size() <= 2 * SHOWN ? scores.size() : SHOWN;
        for (int i = 0; i < shown; i++) {
            row(table, i, i == 0 ? "best" : i == scores.size() - 1 ? "worst" : "");
        }
        if (shown < scores.size()) {
            table.row("  … " + (scores.size() - 2 * SHOWN) + " between");
            for (int i = scores.size() - SHOWN; i < scores.size(); i++) {
                row(table, i, i == scores.size() - 1 ? "worst" : "");
            }
        }
        return table;
    }

    private void row(Table table, int rank, String name) {
        Score score = scores.get(rank);
        List<String> cells = new ArrayList<>(List.of(name));
        cells.addAll(score.vary().values());
        cells.add(format(score.sum()));
        double best = scores.get(0).sum();
        cells.add(best == 0 ? "-" : String.format(Locale.ROOT, "%.2f×", score.sum() / best));
        table.row(cells.toArray(String[]::new));
    }

    /** The stable JSON form. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("grid", rows.get(0).grid());
        json.put("cells", rows.get(0).cells());
        json.put("metric", metric);
        List<Object> ranked = new ArrayList<>();
        for (Score score : scores) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("vary", score.vary());
            one.put("sum", score.sum() == Math.rint(score.sum()) ? (Number) (long) score.sum() : (Number) score.sum());
            ranked.add(one);
        }
        json.put("ranked", ranked);
        json.put("runs", rows.stream().map(SweepRow::toJson).toList());
        return json;
    }
}
