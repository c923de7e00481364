package dev.needzero.cli;

import dev.needzero.trace.FuzzTarget;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A lesson's text, damaged, is read or refused with the line at fault. */
public class FuzzedLessonTest {
    private static final int QUICK_INPUTS = 200;

    /** What the long run gives its time to. */
    public static FuzzTarget target() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (int number = 1; number <= Lesson.all().size(); number++) {
            try (InputStream in = Lesson.class.getResourceAsStream("lessons/" + number + ".txt")) {
                seeds.add(in.readAllBytes());
            }
        }
        return FuzzTarget.ofText("lessons", seeds, (input, round) -> {
            Lesson lesson = Lesson.parse(
                    1, new String(input, StandardCharsets.UTF_8).lines().toList());
            for (Lesson.Step step : lesson.steps()) {
                if (step instanceof Lesson.Question question
                        && question.answer().words().stream().noneMatch(word -> word.contains(":"))) {
                    LessonExpression.matches(
                            question.sentence(),
                            question.answer().value(command -> Map.of()),
                            question.answer().unit());
                    question.answer().text(command -> Map.of());
                }
            }
        });
    }

    @Test
    void damagedLessonsAreReadOrRefused() throws IOException {
        FuzzTarget target = target();
        for (int seed = 0; seed < QUICK_INPUTS; seed++) {
            target.meet(seed);
        }
    }
}
