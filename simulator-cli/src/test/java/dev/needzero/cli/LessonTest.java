package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every lesson runs, and its answers come from its runs. */
class LessonTest {
    @TempDir
    static Path directory;

    private static LessonTraces traces() throws IOException {
        return LessonTraces.into(directory);
    }

    @Test
    void thereAreADozen() throws IOException {
        assertTrue(Lesson.all().size() >= 12);
        Invocation list = Invocation.of("lesson");
        assertEquals(Exit.DONE, list.exit());
        for (Lesson lesson : Lesson.all()) {
            assertTrue(list.out().contains(lesson.title()), lesson.title());
        }
    }

    @TestFactory
    Stream<DynamicTest> runsFromEndToEnd() throws IOException {
        return Lesson.all().stream().map(lesson -> DynamicTest.dynamicTest(lesson.title(), () -> run(lesson)));
    }

    private static void run(Lesson lesson) throws IOException {
        StringWriter out = new StringWriter();
        LessonRunner runner = new LessonRunner(lesson, traces(), new PrintWriter(out), null);
        assertTrue(runner.run());
        List<Lesson.Question> questions = lesson.steps().stream()
                .filter(Lesson.Question.class::isInstance)
                .map(Lesson.Question.class::cast)
                .toList();
        assertFalse(questions.isEmpty(), "a lesson asks something");
        String said = out.toString().replaceAll("\\s+", " ");
        for (Lesson.Question question : questions) {
            assertTrue(
                    question.answer().words().stream().anyMatch(word -> word.contains(":/")),
                    "answered by a run: " + question.text());
            double value = question.answer().value(runner::figures);
            assertTrue(Double.isFinite(value), question.text());
            assertTrue(question.sentence().contains("{answer}"), question.sentence());
            assertTrue(said.contains(runner.answer(question).replaceAll("\\s+", " ")), said);
        }
    }

    @Test
    void typedAnswersAreJudged() throws IOException {
        Lesson lesson = Lesson.parse(
                1,
                List.of(
                        "Slots",
                        "",
                        "$ explain 33 --go 1.25",
                        "",
                        "? How large is the slot?",
                        "= 1:/asked/slotBytes as bytes",
                        "! {answer}, and {1:/asked/slotBytes - 33 as count} B are waste.",
                        "",
                        "? Is the memory dirty when it is fresh?",
                        "= 1:/asked/memory/fresh/needzero as yesno",
                        "! {answer}."));
        assertTrue(typing(lesson, "", "48", "no").contains("Answer: Right. 48 B, and 15 B are waste."));
        String wrong = typing(lesson, "", "40", "yes");
        assertTrue(wrong.contains("Answer: Not quite. 48 B"), wrong);
        assertTrue(wrong.contains("Answer: Not quite. no."), wrong);
        assertFalse(typing(lesson, "").contains("Answer:"), "nobody is there any more");
    }

    private static String typing(Lesson lesson, String... typed) throws IOException {
        Queue<String> answers = new ArrayDeque<>(List.of(typed));
        StringWriter out = new StringWriter();
        new LessonRunner(lesson, traces(), new PrintWriter(out), prompt -> answers.poll()).run();
        return out.toString();
    }

    @Test
    void expressionsAreWorkedOffFromLeftToRight() {
        Map<String, Object> json = Map.of("a", List.of(10, 20), "b/c", Map.of("d", true));
        assertEquals(25, LessonExpression.parse("1:/a/-1 * 2 + 10 / 2 as count").value(n -> json));
        assertEquals("yes", LessonExpression.parse("1:/b~1c/d as yesno").text(n -> json));
        assertEquals(
                "2.00 times", LessonExpression.parse("1:/a/1 / 1:/a/0 as times").text(n -> json));
        assertThrows(
                IllegalStateException.class,
                () -> LessonExpression.parse("1:/a/2 as count").value(n -> json));
    }

    @Test
    void whatIsNoLessonIsRefusedWithItsLine() {
        List<String> wrong = new ArrayList<>();
        for (String block :
                List.of("? Why?\n= 1 as count", "? Why?\n= 1 +  as count\n! {answer}", "? Why?\n= 1\n! x", "$ a\nb")) {
            List<String> lines = new ArrayList<>(List.of("Title", ""));
            lines.addAll(List.of(block.split("\n")));
            wrong.add(assertThrows(IllegalArgumentException.class, () -> Lesson.parse(9, lines))
                    .getMessage());
        }
        assertTrue(wrong.stream().allMatch(message -> message.startsWith("lesson 9, line ")), wrong.toString());
    }

    @Test
    void tracesCanBeKept() throws IOException {
        Path kept = Files.createDirectory(directory.resolve("kept"));
        assertEquals(Exit.DONE, Invocation.of("lesson", "--traces", kept).exit());
        Invocation replay = Invocation.of("replay", kept.resolve("large-chan-1M@go1.23.0.trace.gz"), "--go", "1.24");
        assertEquals(Exit.DONE, replay.exit(), replay.err());
        assertTrue(replay.out().contains("its .case.json"), replay.out());
        assertEquals(Exit.USAGE, Invocation.of("lesson", "99").exit());
        assertEquals(
                Exit.USAGE,
                Invocation.of("lesson", "--traces", kept.resolve("nowhere")).exit());
    }

    @Test
    void aPipeGetsTheWholeLesson() {
        Invocation run = Invocation.of("lesson", "3");
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertTrue(run.out().contains("64.0 KiB: all of it."), run.out());
        assertFalse(run.out().contains("\u001b"));
    }
}
