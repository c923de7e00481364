package dev.needzero.report;

import dev.needzero.experiment.publication.Breakage;
import dev.needzero.experiment.publication.Discovery;
import dev.needzero.experiment.publication.Exploration;
import dev.needzero.experiment.publication.Exploration.Step;
import dev.needzero.experiment.publication.MemoryModel;
import dev.needzero.experiment.publication.Op;
import dev.needzero.experiment.publication.Publication;
import dev.needzero.experiment.publication.Publication.Meeting;
import dev.needzero.experiment.publication.Publication.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The verdicts of {@link Publication} as text that teaches, and as JSON. */
public final class PublicationReport {
    private static final int WIDTH = 80;
    /** Number, two columns, and what lies between make the width. */
    private static final int COLUMN = (WIDTH - 8) / 2;

    private PublicationReport() {}

    public static String text(List<Verdict> verdicts) {
        StringBuilder out = new StringBuilder();
        out.append("""
                Can the collector scan a large object before it is cleared?

                A large object with pointers gets a span of its own. The span was used before:
                its memory is dirty, and its record still names the type of the object that died
                there. The allocator clears the memory late, in chunks, where it can be
                preempted; so the object exists before it is clean. Every order was tried.
                """);
        Breakage breakage = verdicts.get(0).breakage();
        if (breakage != Breakage.NONE) {
            line(out, "");
            paragraph(out, "", "Broken on purpose: " + breakage.description() + ".");
        }
        for (Verdict verdict : verdicts) {
            line(out, "");
            verdict(out, verdict);
        }
        line(out, "");
        line(out, "This rests on:");
        for (String assumption : Publication.ASSUMPTIONS) {
            paragraph(out, "- ", assumption);
        }
        return out.toString();
    }

    private static void verdict(StringBuilder out, Verdict verdict) {
        String title =
                "Go " + verdict.protocol().go() + " on " + verdict.model().description();
        line(out, title);
        line(out, "-".repeat(title.length()));
        if (verdict.isSafe()) {
            line(out, "No such schedule in this model (" + verdict.states() + " states).");
            why(out, verdict);
            return;
        }
        for (Discovery discovery : Discovery.values()) {
            line(out, (verdict.isSafe(discovery) ? "safe    " : "UNSAFE  ") + "it " + discovery.description());
        }
        Meeting worst = verdict.worst().orElseThrow();
        line(out, "");
        paragraph(
                out,
                "",
                "The shortest schedule (of " + verdict.states() + " states), a collection "
                        + (worst.marking() ? "being on" : "beginning on the way") + ":");
        line(out, "");
        schedule(out, worst.exploration());
        early(out, worst.exploration());
    }

    private static void why(StringBuilder out, Verdict verdict) {
        if (verdict.breakage() != Breakage.NONE) {
            return;
        }
        if (verdict.model() == MemoryModel.STRONG) {
            paragraph(out, "", "Stores become visible in program order: whoever sees the type sees the zeros.");
        } else {
            paragraph(
                    out,
                    "",
                    "The type is stored with a release and loaded with an acquire: whoever sees it sees the zeros that"
                            + " were stored before it.");
        }
    }

    private static void schedule(StringBuilder out, Exploration exploration) {
        row(out, "", "allocator", "collector");
        row(out, "", "-".repeat(COLUMN), "-".repeat(COLUMN));
        int number = 1;
        for (Step step : exploration.schedule()) {
            List<String> cell = wrap(label(exploration, step), COLUMN);
            for (int i = 0; i < cell.size(); i++) {
                boolean left = step.thread() == Publication.ALLOCATOR;
                row(out, i == 0 ? String.valueOf(number) : "", left ? cell.get(i) : "", left ? "" : cell.get(i));
            }
            number++;
        }
    }

    private static String label(Exploration exploration, Step step) {
        String text = op(exploration, step.thread(), step.step()).text();
        if (step.wrong()) {
            return text + ": what the last owner left, taken for pointers";
        }
        return early(exploration, step) ? text + " *" : text;
    }

    /** A store of the allocator that became visible ahead of an earlier one. */
    private static boolean early(Exploration exploration, Step step) {
        return step.thread() == Publication.ALLOCATOR
                && op(exploration, step.thread(), step.step()).writes()
                && !step.overtakes().isEmpty();
    }

    private static void early(StringBuilder out, Exploration exploration) {
        boolean inOrder = true;
        for (Step step : exploration.schedule()) {
            if (early(exploration, step)) {
                inOrder = false;
                line(out, "");
                line(out, "* becomes visible before stores that stand earlier in the program:");
                for (int i : step.overtakes()) {
                    line(out, "    " + op(exploration, step.thread(), i).text());
                }
            }
        }
        if (inOrder) {
            line(out, "");
            line(out, "Every step happened in program order: it is the order itself that is wrong.");
        }
    }

    private static Op op(Exploration exploration, int thread, int step) {
        return exploration.program().threads().get(thread).get(step);
    }

    private static void row(StringBuilder out, String number, String left, String right) {
        line(
                out,
                String.format("%3s  %-" + COLUMN + "s | %s", number, left, right)
                        .stripTrailing());
    }

    private static void paragraph(StringBuilder out, String bullet, String text) {
        String indent = bullet;
        for (String part : wrap(text, WIDTH - bullet.length())) {
            line(out, indent + part);
            indent = " ".repeat(bullet.length());
        }
    }

    private static void line(StringBuilder out, String text) {
        out.append(text).append('\n');
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (String word : text.split(" ")) {
            if (current.length() > 0 && current.length() + 1 + word.length() > width) {
                lines.add(current.toString());
                current.setLength(0);
            }
            current.append(current.length() == 0 ? "" : " ").append(word);
        }
        lines.add(current.toString());
        return lines;
    }

    public static Map<String, Object> json(List<Verdict> verdicts) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("broken", verdicts.get(0).breakage().id());
        root.put("verdicts", verdicts.stream().map(PublicationReport::json).toList());
        root.put("assumptions", Publication.ASSUMPTIONS);
        return root;
    }

    private static Map<String, Object> json(Verdict verdict) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("go", verdict.protocol().go());
        map.put("memory", verdict.model().name().toLowerCase(Locale.ROOT));
        map.put("safe", verdict.isSafe());
        map.put("states", verdict.states());
        map.put("transitions", verdict.transitions());
        map.put(
                "meetings",
                verdict.meetings().stream().map(PublicationReport::json).toList());
        map.put("schedule", verdict.worst().map(m -> steps(m.exploration())).orElse(null));
        return map;
    }

    private static Map<String, Object> json(Meeting meeting) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("discovery", meeting.discovery().name().toLowerCase(Locale.ROOT));
        map.put("collectionOn", meeting.marking());
        map.put("states", meeting.exploration().states());
        map.put("safe", !meeting.exploration().goesWrong());
        return map;
    }

    private static List<Map<String, Object>> steps(Exploration exploration) {
        return exploration.schedule().stream()
                .map(step -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("thread", step.thread() == Publication.ALLOCATOR ? "allocator" : "collector");
                    map.put("step", op(exploration, step.thread(), step.step()).text());
                    map.put("value", step.value());
                    map.put(
                            "overtakes",
                            step.overtakes().stream()
                                    .map(i -> op(exploration, step.thread(), i).text())
                                    .toList());
                    map.put("readsUncleared", step.wrong());
                    return map;
                })
                .toList();
    }
}
