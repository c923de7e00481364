package dev.needzero.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The files of a grid's parts, put together: which cells are there, which lack, which stand there twice. */
public final class SweepParts {
    private final TreeMap<Integer, SweepRow> rows = new TreeMap<>();
    private final TreeMap<Integer, List<String>> filesOf = new TreeMap<>();
    private final Set<String> differing = new LinkedHashSet<>();
    private String grid;
    private String firstFile;
    private int cells;

    /**
     * Adds a file's rows.
     *
     * @throws IllegalArgumentException when they are of another grid
     */
    public void add(String file, List<SweepRow> added) {
        for (SweepRow row : added) {
            if (grid == null) {
                grid = row.grid();
                firstFile = file;
                cells = row.cells();
            }
            if (!grid.equals(row.grid())) {
                throw new IllegalArgumentException(file + ": its runs are of the grid " + row.grid() + ", those of "
                        + firstFile + " of " + grid + ": other traces, values or options");
            }
            SweepRow first = rows.isEmpty() ? row : rows.firstEntry().getValue();
            if (cells != row.cells() || !first.vary().keySet().equals(row.vary().keySet())) {
                throw new IllegalArgumentException(file + ": cell " + row.cell() + " varies other keys than those of "
                        + firstFile + ", or is one of another number of cells: damaged");
            }
            SweepRow before = rows.putIfAbsent(row.cell(), row);
            filesOf.computeIfAbsent(row.cell(), c -> new ArrayList<>()).add(file);
            if (before != null && !before.figures().equals(row.figures())) {
                differing.add(name(row.cell()));
            }
        }
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Each cell's first row, in the cells' order. */
    public List<SweepRow> rows() {
        return List.copyOf(rows.values());
    }

    public int cells() {
        return cells;
    }

    /** Cells that no file has, as far as can be told by what they run. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        Map<String, List<String>> axes = axes();
        for (int cell = 1; cell <= cells; cell++) {
            if (!rows.containsKey(cell)) {
                missing.add(axes.isEmpty() ? name(cell) : name(cell, axes));
            }
        }
        return missing;
    }

    /** Cells that stand there more than once, with the files that they stand in. */
    public List<String> doubled() {
        List<String> doubled = new ArrayList<>();
        filesOf.forEach((cell, files) -> {
            if (files.size() > 1) {
                doubled.add(name(cell) + " in " + String.join(", ", files));
            }
        });
        return doubled;
    }

    /** Of those, the ones whose figures are not the same. */
    public List<String> differing() {
        return List.copyOf(differing);
    }

    private String name(int cell) {
        SweepRow row = rows.get(cell);
        return row == null ? "cell " + cell : "cell " + cell + " (" + row.trace() + " " + row.settings() + ")";
    }

    /**
     * What a cell that is not there would have run: its number says which value it has on each axis, provided that every
     * value of every axis is met in some row.
     */
    private static String name(int cell, Map<String, List<String>> axes) {
        StringBuilder settings = new StringBuilder();
        int rest = cell - 1;
        List<String> keys = new ArrayList<>(axes.keySet());
        for (int i = keys.size() - 1; i >= 0; i--) {
            List<String> values = axes.get(keys.get(i));
            String value = values.get(rest % values.size());
            rest /= values.size();
            settings.insert(0, i == 0 ? value : " " + keys.get(i) + "=" + value);
        }
        return "cell " + cell + " (" + settings + ")";
    }

    /** Traces and keys with their values in the grid's order; empty when some value is met nowhere. */
    private Map<String, List<String>> axes() {
        Map<String, Set<String>> met = new LinkedHashMap<>();
        met.put("trace", new LinkedHashSet<>());
        for (SweepRow row : rows.values()) {
            met.get("trace").add(row.trace());
            row.vary()
                    .forEach((key, value) ->
                            met.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(value));
        }
        long product = 1;
        for (Set<String> values : met.values()) {
            product *= values.size();
        }
        if (product != cells) {
            return Map.of();
        }
        // With gaps, the order in which values are first met need not be the grid's; each row tells its own digits.
        Map<String, List<String>> axes = new LinkedHashMap<>();
        met.forEach((key, values) -> axes.put(key, new ArrayList<>(values)));
        List<String> keys = new ArrayList<>(met.keySet());
        for (SweepRow row : rows.values()) {
            int rest = row.cell() - 1;
            for (int i = keys.size() - 1; i >= 0; i--) {
                List<String> values = axes.get(keys.get(i));
                String value = i == 0 ? row.trace() : row.vary().get(keys.get(i));
                int now = values.indexOf(value);
                int should = rest % values.size();
                rest /= values.size();
                values.set(now, values.get(should));
                values.set(should, value);
            }
        }
        return axes;
    }
}
