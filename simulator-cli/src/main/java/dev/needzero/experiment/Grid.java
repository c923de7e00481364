package dev.needzero.experiment;

import dev.needzero.runtime.Behaviours;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a sweep runs: every trace under every combination of the values on its axes.
 *
 * <p>Cells are numbered from 1: trace by trace, and within a trace the last axis' value changes fastest. The number alone
 * tells what a cell is, so that machines that know the same grid can share it out without talking to each other.
 */
public final class Grid {
    /** One thing that is varied. */
    public record Axis(String key, List<String> values) {
        /**
         * Reads {@code KEY=VALUE,VALUE,…}; a range of Go versions, {@code 1.23..1.27}, is written out.
         *
         * @throws IllegalArgumentException saying what was expected
         */
        public static Axis parse(String text) {
            int eq = text.indexOf('=');
            if (eq < 1 || eq == text.length() - 1) {
                throw new IllegalArgumentException(
                        "expected KEY=VALUE,VALUE,… as in thp=always,never or go=1.23..1.27");
            }
            Set<String> values = new LinkedHashSet<>();
            for (String part : text.substring(eq + 1).split(",", -1)) {
                String value = part.strip();
                if (value.isEmpty()) {
                    throw new IllegalArgumentException("one of the values is empty");
                }
                List<String> range = versions(value);
                for (String one : range.isEmpty() ? List.of(value) : range) {
                    if (!values.add(one)) {
                        throw new IllegalArgumentException("the value " + one + " stands there twice");
                    }
                }
            }
            return new Axis(text.substring(0, eq).strip(), List.copyOf(values));
        }

        /** The versions of a range of them; none if it is no such thing. */
        private static List<String> versions(String range) {
            int dots = range.indexOf("..");
            List<String> known = Behaviours.versions();
            int from = dots < 0 ? -1 : known.indexOf(range.substring(0, dots));
            int to = dots < 0 ? -1 : known.indexOf(range.substring(dots + 2));
            return from < 0 || to < from ? List.of() : known.subList(from, to + 1);
        }

        /** This axis with another's values behind its own. */
        public Axis with(Axis other) {
            Set<String> all = new LinkedHashSet<>(values);
            for (String value : other.values) {
                if (!all.add(value)) {
                    throw new IllegalArgumentException("the value " + value + " stands there twice");
                }
            }
            return new Axis(key, List.copyOf(all));
        }
    }

    /** One run: a trace, and a value for each axis' key. */
    public record Cell(int number, String trace, Map<String, String> values) {
        /** As in {@code go=1.24 thp=always}. */
        public String settings() {
            StringBuilder text = new StringBuilder();
            values.forEach((key, value) -> text.append(text.isEmpty() ? "" : " ")
                    .append(key)
                    .append('=')
                    .append(value));
            return text.toString();
        }
    }

    /** The {@code part}th of {@code of} like parts, counted from 1. */
    public record Shard(int part, int of) {
        public static final Shard WHOLE = new Shard(1, 1);

        /** Reads {@code 3/16}. */
        public static Shard parse(String text) {
            String[] numbers = text.split("/", -1);
            try {
                Shard shard = new Shard(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
                if (numbers.length == 2 && shard.part >= 1 && shard.part <= shard.of) {
                    return shard;
                }
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException("\"" + text + "\": expected PART/PARTS as in 3/16", e);
            }
            throw new IllegalArgumentException(
                    "\"" + text + "\": expected PART/PARTS, PART from 1 to PARTS, as in 3/16");
        }

        /**
         * Whether the cell is of this part. Parts take turns, and whoever begins changes from turn to turn: an axis with as
         * many values as there are parts would otherwise give each part one of them alone.
         */
        public boolean has(int cell) {
            long index = cell - 1L;
            return (index + index / of) % of == part - 1;
        }
    }

    public static final int MAX_CELLS = 1_000_000;

    private final List<String> traces;
    private final List<Axis> axes;
    private final int settings;

    /** @throws IllegalArgumentException when there are more than {@link #MAX_CELLS} */
    public Grid(List<String> traces, List<Axis> axes) {
        this.traces = List.copyOf(traces);
        this.axes = List.copyOf(axes);
        long product = 1;
        for (Axis axis : axes) {
            product = Math.min(Integer.MAX_VALUE, product * axis.values.size());
        }
        if (product * traces.size() > MAX_CELLS) {
            throw new IllegalArgumentException(
                    "the grid has more than a million runs; vary less, or sweep it in several files");
        }
        this.settings = (int) product;
    }

    public List<Axis> axes() {
        return axes;
    }

    public List<String> traces() {
        return traces;
    }

    /** Cells in all. */
    public int size() {
        return traces.size() * settings;
    }

    /** The cell of this number, from 1 on. */
    public Cell cell(int number) {
        int index = number - 1;
        String trace = traces.get(index / settings);
        int rest = index % settings;
        String[] chosen = new String[axes.size()];
        for (int i = axes.size() - 1; i >= 0; i--) {
            List<String> values = axes.get(i).values;
            chosen[i] = values.get(rest % values.size());
            rest /= values.size();
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < chosen.length; i++) {
            values.put(axes.get(i).key, chosen[i]);
        }
        return new Cell(number, trace, values);
    }

    /** The cells of one part, in their order. */
    public List<Cell> cells(Shard shard) {
        List<Cell> cells = new ArrayList<>();
        for (int number = 1; number <= size(); number++) {
            if (shard.has(number)) {
                cells.add(cell(number));
            }
        }
        return cells;
    }
}
