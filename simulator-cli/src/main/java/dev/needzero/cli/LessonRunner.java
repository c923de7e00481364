package dev.needzero.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.needzero.report.Wrapped;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** Runs a lesson: shows its text, runs its commands within this process, asks, and computes the answers from what they say. */
final class LessonRunner {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final Pattern FIGURE = Pattern.compile("\\{([^}]+)}");

    private final Lesson lesson;
    private final LessonTraces traces;
    private final PrintWriter out;
    private final Prompt prompt;
    private final Map<Integer, Map<String, Object>> figures = new HashMap<>();

    /** Who sits there. */
    interface Prompt {
        /** What was typed; null when nobody is there any more. */
        String ask(String prompt);
    }

    /**
     * @param prompt null when nobody is there to be asked: the lesson then runs through
     */
    LessonRunner(Lesson lesson, LessonTraces traces, PrintWriter out, Prompt prompt) {
        this.lesson = lesson;
        this.traces = traces;
        this.out = out;
        this.prompt = prompt;
    }

    /**
     * Runs it.
     *
     * @return false when whoever sat there went away
     */
    boolean run() {
        String title = "Lesson " + lesson.number() + ": " + lesson.title();
        out.print(title + "\n" + "=".repeat(title.length()) + "\n");
        for (Lesson.Step step : lesson.steps()) {
            out.print("\n");
            boolean goesOn = true;
            if (step instanceof Lesson.Paragraph paragraph) {
                out.print(Wrapped.text("", paragraph.text()));
            } else if (step instanceof Lesson.Shown shown) {
                goesOn = show(shown);
            } else if (step instanceof Lesson.Question question) {
                goesOn = ask(question);
            }
            out.flush();
            if (!goesOn) {
                return false;
            }
        }
        return true;
    }

    private boolean show(Lesson.Shown shown) {
        List<String> words = words(lesson.commands().get(shown.number() - 1));
        List<String> typed = words.stream().map(LessonRunner::quoted).toList();
        out.print("$ needzero " + String.join(" ", typed) + "\n");
        out.flush();
        if (prompt != null && prompt.ask("(Enter runs it) ") == null) {
            return false;
        }
        out.print(run(shown.number(), words).stripTrailing() + "\n");
        return true;
    }

    private static String quoted(String word) {
        String shown = LessonTraces.shown(word);
        return shown.matches("[-\\w.,:=@/%]+") ? shown : "'" + shown + "'";
    }

    private boolean ask(Lesson.Question question) {
        out.print(Wrapped.text("Question: ", filled(question.text(), question)));
        out.flush();
        String verdict = "";
        if (prompt != null) {
            String typed = prompt.ask("Your answer: ");
            if (typed == null) {
                return false;
            }
            boolean right = LessonExpression.matches(
                    typed,
                    question.answer().value(this::figures),
                    question.answer().unit());
            verdict = typed.isBlank() ? "" : right ? "Right. " : "Not quite. ";
        }
        out.print(Wrapped.text("Answer: ", verdict + answer(question)));
        return true;
    }

    /** A question's answer with its figures filled in. */
    String answer(Lesson.Question question) {
        return filled(question.sentence(), question);
    }

    private String filled(String text, Lesson.Question question) {
        return FIGURE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1).equals("answer")
                                ? question.answer().text(this::figures)
                                : LessonExpression.parse(found.group(1)).text(this::figures)));
    }

    Map<String, Object> figures(int command) {
        if (command < 1 || command > lesson.commands().size()) {
            throw new IllegalStateException("lesson " + lesson.number() + " has no command " + command);
        }
        if (!figures.containsKey(command)) {
            run(command, words(lesson.commands().get(command - 1)));
        }
        return figures.get(command);
    }

    /** Runs a command once, for what it prints and for its figures. */
    private String run(int number, List<String> words) {
        try {
            Path json = Files.createTempFile("needzero-lesson", ".json");
            try {
                List<String> all = new ArrayList<>(words);
                all.add("--json");
                all.add(json.toString());
                String said = execute(all);
                figures.put(number, JSON.std.mapFrom(Files.readString(json)));
                return said;
            } finally {
                Files.delete(json);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> words(String command) {
        return WORD.matcher(command)
                .results()
                .map((MatchResult word) -> word.group(1) != null ? word.group(1) : word.group(2))
                .toList();
    }

    private String execute(List<String> words) {
        StringWriter to = new StringWriter();
        String[] args = words.stream().map(traces::path).toArray(String[]::new);
        CommandLine line = Main.commandLine(args);
        StringWriter err = new StringWriter();
        PrintWriter out = new PrintWriter(to);
        line.setOut(out);
        line.setErr(new PrintWriter(err));
        int exit = line.execute(args);
        out.flush();
        if (exit != Exit.DONE && exit != Exit.ANSWER_IS_NO) {
            throw new IllegalStateException(
                    "lesson " + lesson.number() + ": needzero " + String.join(" ", words) + ": " + err);
        }
        return to.toString();
    }
}
