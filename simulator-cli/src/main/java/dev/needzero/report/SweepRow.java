package dev.needzero.report;

import dev.needzero.experiment.Grid;
import dev.needzero.experiment.Metric;
import dev.needzero.os.Cause;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One finished run of a sweep.
 *
 * @param grid what the whole grid is known by
 * @param cell the run's number in it, from 1
 * @param cells how many there are
 * @param vary the varied keys with this run's values
 * @param figures everything that the run measured, by {@linkplain #metricName name}
 */
public record SweepRow(
        String grid, int cell, int cells, String trace, Map<String, String> vary, Map<String, Number> figures) {
    public SweepRow {
        if (cells < 1 || cells > Grid.MAX_CELLS || cell < 1 || cell > cells) {
            throw new IllegalArgumentException(
                    "cell " + cell + " of " + cells + "; expected one of 1 to " + Grid.MAX_CELLS);
        }
    }

    /** Everything that a run can be ranked by. */
    public static Set<String> metrics() {
        Set<String> names = new LinkedHashSet<>(List.of("peak-rss", "end-rss", "end-mapped"));
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            names.add(metricName(Cause.name(cause)));
        }
        names.addAll(List.of("end-huge", "end-lazy-free", "end-charged", "peak-charged", "gc-cycles"));
        Metric.names().stream().filter(name -> name.startsWith("/")).forEach(names::add);
        return names;
    }

    /** A run that has just ended. */
    public static SweepRow of(String grid, int cell, int cells, String trace, Map<String, String> vary, Run run) {
        return new SweepRow(grid, cell, cells, trace, vary, figures(withoutCheckpoints(run)));
    }

    static Map<String, Object> withoutCheckpoints(Run run) {
        Map<String, Object> json = new LinkedHashMap<>(run.toJson());
        json.remove("checkpoints");
        json.remove("collector"); // words, and null where the recording's decides
        return json;
    }

    /** The figures of a run's JSON, those of its parts included; null stands for what the run could not measure. */
    static Map<String, Number> figures(Map<?, ?> json) {
        Map<String, Number> figures = new LinkedHashMap<>();
        json.forEach((key, value) -> {
            if (value instanceof Map<?, ?> part) {
                figures.putAll(figures(part));
            } else if (value == null || value instanceof Number) {
                figures.put(metricName((String) key), (Number) value);
            }
        });
        return figures;
    }

    /**
     * What a key of the JSON is called on the command line and at the head of a CSV column: {@code peakRssBytes} is
     * {@code peak-rss}, runtime/metrics keep their names.
     */
    static String metricName(String key) {
        return key.startsWith("/")
                ? key
                : key.replaceFirst("Bytes$", "").replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** As in {@code go=1.24 thp=always}. */
    public String settings() {
        StringBuilder text = new StringBuilder();
        vary.forEach((key, value) ->
                text.append(text.isEmpty() ? "" : " ").append(key).append('=').append(value));
        return text.toString();
    }

    /** The stable JSON form. */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("grid", grid);
        json.put("cell", cell);
        json.put("cells", cells);
        json.put("trace", trace);
        json.put("vary", vary);
        json.put("figures", figures);
        return json;
    }
}
