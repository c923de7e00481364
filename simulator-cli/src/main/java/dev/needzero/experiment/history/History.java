package dev.needzero.experiment.history;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.TouchRules;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/** Runs stories: every program once, all its twins on the same events. */
public final class History {
    /** How what the twins say lies to what was observed. */
    public enum Verdict {
        /** Within the spread that was observed. */
        WITHIN,
        /** Outside of it, or nothing to compare, and the story says why. */
        EXPLAINED,
        /** Outside of it, and nobody knows why. */
        OUTSIDE
    }

    /** A row with its figures. */
    public record Told(Row row, long above, long below) {
        public double ratio() {
            return (double) above / below;
        }

        public Verdict verdict() {
            if (row.observed().measured() && row.observed().holds(ratio())) {
                return Verdict.WITHIN;
            }
            return row.whyNot().isEmpty() ? Verdict.OUTSIDE : Verdict.EXPLAINED;
        }
    }

    /** A story that was run. */
    public record Chapter(Story story, List<Told> rows) {}

    /** What twins on one decode have in common. */
    private record Program(String workload, String touch, Machine machine) {}

    private History() {}

    /**
     * Runs stories.
     *
     * @param progress told after each program how many are done
     */
    public static List<Chapter> tell(List<Story> stories, IntConsumer progress) throws IOException {
        Map<Program, Set<Figure>> wanted = new LinkedHashMap<>();
        for (Story story : stories) {
            for (Row row : story.rows()) {
                want(wanted, row.above());
                want(wanted, row.below());
            }
        }
        Map<Figure, Long> figures = new HashMap<>();
        int done = 0;
        for (Map.Entry<Program, Set<Figure>> one : wanted.entrySet()) {
            run(one.getKey(), one.getValue(), figures);
            progress.accept(++done);
        }
        List<Chapter> chapters = new ArrayList<>();
        for (Story story : stories) {
            chapters.add(new Chapter(
                    story,
                    story.rows().stream()
                            .map(row -> new Told(row, figures.get(row.above()), figures.get(row.below())))
                            .toList()));
        }
        return chapters;
    }

    private static void want(Map<Program, Set<Figure>> wanted, Figure figure) {
        Setup setup = figure.setup();
        wanted.computeIfAbsent(
                        new Program(setup.workload(), setup.touch(), setup.machine()), p -> new LinkedHashSet<>())
                .add(figure);
    }

    private static void run(Program program, Set<Figure> wanted, Map<Figure, Long> figures) throws IOException {
        Map<String, List<Figure>> byVersion = new LinkedHashMap<>();
        for (Figure figure : wanted) {
            byVersion
                    .computeIfAbsent(figure.setup().go().toString(), v -> new ArrayList<>())
                    .add(figure);
        }
        List<List<Figure>> twins = List.copyOf(byVersion.values());
        Replays.Settings settings =
                new Replays.Settings(program.machine().os(), TouchRules.parse(program.touch()), false);
        try (TraceReader reader = Replays.open(program.workload())) {
            List<Replay> replays = Replays.runAll(
                    reader, twins.stream().map(t -> t.get(0).setup().go()).toList(), settings, null);
            for (int i = 0; i < replays.size(); i++) {
                for (Figure figure : twins.get(i)) {
                    figures.put(figure, figure.metric().of(replays.get(i)));
                }
            }
        }
    }

    /** How many programs the stories run. */
    public static int programs(List<Story> stories) {
        Map<Program, Set<Figure>> wanted = new LinkedHashMap<>();
        for (Story story : stories) {
            for (Row row : story.rows()) {
                want(wanted, row.above());
                want(wanted, row.below());
            }
        }
        return wanted.size();
    }
}
