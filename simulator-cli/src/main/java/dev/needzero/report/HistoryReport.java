package dev.needzero.report;

import dev.needzero.experiment.history.Figure;
import dev.needzero.experiment.history.History;
import dev.needzero.experiment.history.History.Chapter;
import dev.needzero.experiment.history.History.Told;
import dev.needzero.experiment.history.History.Verdict;
import dev.needzero.experiment.history.Observed;
import dev.needzero.experiment.history.Setup;
import dev.needzero.experiment.history.Story;
import dev.needzero.units.ByteSize;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The stories of {@link History} as text and as JSON. */
public final class HistoryReport {
    private static final int WIDTH = 100;
    private static final String INDENT = "    ";

    private HistoryReport() {}

    /** A line a story. */
    public static void list(List<Story> stories, PrintWriter out) {
        Table table = new Table().leftAligned();
        table.row("story", "Go", "issues", "what happened");
        for (Story story : stories) {
            table.row(story.name(), story.versions(), issues(story), story.title());
        }
        table.print(out);
    }

    /** Each story with what was observed then and what the twin says now. */
    public static void print(List<Chapter> chapters, PrintWriter out) {
        for (Chapter chapter : chapters) {
            chapter(chapter, out);
        }
        long rows = count(chapters, null);
        out.print(count(chapters, Verdict.WITHIN) + " of " + rows + " ratios lie within what was observed");
        long explained = count(chapters, Verdict.EXPLAINED);
        out.print(explained == 0 ? "" : "; of " + explained + " the text says why they cannot");
        long outside = count(chapters, Verdict.OUTSIDE);
        out.print((outside == 0 ? "" : "; " + outside + " lie outside") + ".\n");
    }

    private static long count(List<Chapter> chapters, Verdict verdict) {
        return chapters.stream()
                .flatMap(c -> c.rows().stream())
                .filter(t -> verdict == null || t.verdict() == verdict)
                .count();
    }

    private static void chapter(Chapter chapter, PrintWriter out) {
        Story story = chapter.story();
        out.print(story.title() + "\n");
        out.print(INDENT + story.name() + "; Go " + story.versions() + "; golang/go " + issues(story) + "\n\n");
        paragraph(story.cause(), out);
        out.print("\n");
        Table table = new Table();
        table.row("", "then", "the twin", "", "");
        int note = 0;
        List<String> notes = new ArrayList<>();
        for (Told told : chapter.rows()) {
            boolean noted = !told.row().whyNot().isEmpty();
            if (noted) {
                notes.add("(" + ++note + ") " + told.row().whyNot());
            }
            table.row(
                    INDENT + told.row().what(),
                    range(told.row().observed()),
                    ratio(told.ratio()),
                    figure(told.above(), told.row().above()) + " to "
                            + figure(told.below(), told.row().below()),
                    word(told.verdict()) + (noted ? " (" + note + ")" : ""));
        }
        table.print(out);
        out.print("\n");
        for (String line : notes) {
            paragraph(line, out);
        }
        paragraph("Then: " + sources(chapter) + ".", out);
        for (String command : commands(chapter)) {
            out.print(INDENT + "needzero " + command + "\n");
        }
        out.print("\n");
    }

    private static String word(Verdict verdict) {
        return switch (verdict) {
            case WITHIN -> "within";
            case EXPLAINED -> "see";
            case OUTSIDE -> "outside";
        };
    }

    private static String sources(Chapter chapter) {
        Map<String, Set<String>> bySource = new LinkedHashMap<>();
        for (Told told : chapter.rows()) {
            Observed observed = told.row().observed();
            bySource.computeIfAbsent(observed.source(), s -> new LinkedHashSet<>())
                    .add(observed.text());
        }
        return bySource.entrySet().stream()
                .map(e -> String.join("; ", e.getValue()) + " [" + e.getKey() + "]")
                .collect(Collectors.joining("; "));
    }

    /** A command for each program that the story runs: its twins side by side. */
    private static List<String> commands(Chapter chapter) {
        Map<String, Set<String>> versions = new LinkedHashMap<>();
        for (Told told : chapter.rows()) {
            for (Figure figure : List.of(told.row().below(), told.row().above())) {
                Setup setup = figure.setup();
                versions.computeIfAbsent(
                                "compare '" + setup.workload() + "' --touch '" + setup.touch() + "' "
                                        + setup.machine().options(),
                                c -> new TreeSet<>())
                        .add(setup.go().version());
            }
        }
        return versions.entrySet().stream()
                .map(e -> e.getKey().strip() + " --go " + String.join(",", e.getValue()))
                .toList();
    }

    private static void paragraph(String text, PrintWriter out) {
        StringBuilder line = new StringBuilder(INDENT);
        for (String word : text.split(" ")) {
            if (line.length() > INDENT.length() && line.length() + 1 + word.length() > WIDTH) {
                out.print(line.append('\n'));
                line = new StringBuilder(INDENT);
            }
            line.append(line.length() == INDENT.length() ? "" : " ").append(word);
        }
        out.print(line.append('\n'));
    }

    private static String issues(Story story) {
        return story.issues().stream().map(i -> "#" + i).collect(Collectors.joining(" "));
    }

    private static String range(Observed observed) {
        return observed.measured() ? ratio(observed.low()) + " to " + ratio(observed.high()) : "not measured";
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, Math.abs(ratio) < 0.1 ? "%.3f" : "%.2f", ratio);
    }

    private static String figure(long value, Figure figure) {
        return figure.metric().isBytes() ? ByteSize.format(value) : String.format(Locale.ROOT, "%,d", value);
    }

    /** The stable JSON form of a list. */
    public static Map<String, Object> listJson(List<Story> stories) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("stories", stories.stream().map(HistoryReport::story).toList());
        return json;
    }

    /** The stable JSON form of stories that were run. */
    public static Map<String, Object> toJson(List<Chapter> chapters) {
        List<Object> stories = new ArrayList<>();
        for (Chapter chapter : chapters) {
            Map<String, Object> one = story(chapter.story());
            one.put("rows", chapter.rows().stream().map(HistoryReport::row).toList());
            stories.add(one);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("stories", stories);
        return json;
    }

    private static Map<String, Object> story(Story story) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", story.name());
        json.put("title", story.title());
        json.put("versions", story.versions());
        json.put("issues", story.issues());
        json.put("cause", story.cause());
        return json;
    }

    private static Map<String, Object> row(Told told) {
        Observed observed = told.row().observed();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("what", told.row().what());
        json.put("above", figureJson(told.row().above(), told.above()));
        json.put("below", figureJson(told.row().below(), told.below()));
        json.put("ratio", told.ratio());
        Map<String, Object> then = new LinkedHashMap<>();
        then.put("low", observed.measured() ? observed.low() : null);
        then.put("high", observed.measured() ? observed.high() : null);
        then.put("text", observed.text());
        then.put("source", observed.source());
        json.put("observed", then);
        json.put("verdict", told.verdict().name().toLowerCase(Locale.ROOT));
        json.put("note", told.row().whyNot().isEmpty() ? null : told.row().whyNot());
        return json;
    }

    private static Map<String, Object> figureJson(Figure figure, long value) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workload", figure.setup().workload());
        json.put("touch", figure.setup().touch());
        json.put("go", figure.setup().go().version());
        json.put("settings", figure.setup().go().settings());
        json.put("system", figure.setup().machine().options());
        json.put("metric", figure.metric().name());
        json.put("figure", value);
        return json;
    }
}
