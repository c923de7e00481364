package dev.needzero.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A guided tour, read from a text of its own. The first line is the title; then come, between blank lines,
 *
 * <pre>
 *   text            a paragraph
 *   $ COMMAND       a command to show and run; lesson:NAME in it is a recording that needzero carries along
 *   ~ COMMAND       a command to run for its figures alone
 *   ? QUESTION
 *   = EXPRESSION as UNIT        what answers it: see {@link LessonExpression}
 *   ! ANSWER        with {answer} or {EXPRESSION as UNIT} in it
 * </pre>
 *
 * <p>A question's three lines stand together; a line that begins with two spaces goes on where the one before it ended.
 *
 * @param commands all commands, shown or not, in order; an expression counts them from 1
 */
record Lesson(int number, String title, List<Step> steps, List<String> commands) {
    /** One thing to show. */
    sealed interface Step {}

    record Paragraph(String text) implements Step {}

    /** A command, counted from 1. */
    record Shown(int number) implements Step {}

    record Question(String text, LessonExpression answer, String sentence) implements Step {}

    Lesson {
        steps = List.copyOf(steps);
        commands = List.copyOf(commands);
    }

    /** All lessons that there are. */
    static List<Lesson> all() throws IOException {
        List<Lesson> lessons = new ArrayList<>();
        for (int number = 1; ; number++) {
            try (InputStream in = Lesson.class.getResourceAsStream("lessons/" + number + ".txt")) {
                if (in == null) {
                    return lessons;
                }
                lessons.add(parse(
                        number,
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                                .lines()
                                .toList()));
            }
        }
    }

    /**
     * Reads a lesson.
     *
     * @throws IllegalArgumentException with the line at fault
     */
    static Lesson parse(int number, List<String> lines) {
        List<Step> steps = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        List<String> block = new ArrayList<>();
        for (int i = 1; i <= lines.size(); i++) {
            String line = i < lines.size() ? lines.get(i) : "";
            if (line.startsWith("  ") && !block.isEmpty()) {
                block.set(block.size() - 1, block.get(block.size() - 1) + " " + line.strip());
            } else if (!line.isBlank()) {
                block.add(line.strip());
            } else if (!block.isEmpty()) {
                try {
                    add(block, steps, commands);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("lesson " + number + ", line " + i + ": " + e.getMessage(), e);
                }
                block.clear();
            }
        }
        if (lines.isEmpty() || lines.get(0).isBlank() || steps.isEmpty()) {
            throw new IllegalArgumentException("lesson " + number + ": expected a title and something below it");
        }
        return new Lesson(number, lines.get(0).strip(), steps, commands);
    }

    private static void add(List<String> block, List<Step> steps, List<String> commands) {
        String first = block.get(0);
        if (first.startsWith("? ")) {
            if (block.size() != 3
                    || !block.get(1).startsWith("= ")
                    || !block.get(2).startsWith("! ")) {
                throw new IllegalArgumentException(
                        "a question is three lines: ? QUESTION, = EXPRESSION as UNIT, ! ANSWER");
            }
            steps.add(new Question(
                    first.substring(2),
                    LessonExpression.parse(block.get(1).substring(2)),
                    block.get(2).substring(2)));
        } else if (first.startsWith("$ ") || first.startsWith("~ ")) {
            for (String line : block) {
                if (!line.startsWith("$ ") && !line.startsWith("~ ")) {
                    throw new IllegalArgumentException("\"" + line + "\" among commands: expected $ or ~ before it");
                }
                commands.add(line.substring(2));
                if (line.startsWith("$ ")) {
                    steps.add(new Shown(commands.size()));
                }
            }
        } else {
            steps.add(new Paragraph(String.join(" ", block)));
        }
    }
}
