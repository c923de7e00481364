package dev.needzero.experiment.history;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.history.History.Chapter;
import dev.needzero.experiment.history.History.Told;
import dev.needzero.experiment.history.History.Verdict;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stories hold what was measured when they happened, and the twins tell them again. */
class HistoryTest {
    private static List<Chapter> chapters;

    @BeforeAll
    static void tell() throws IOException {
        chapters = History.tell(Stories.all(), done -> {});
    }

    @Test
    void everyRatioLiesWithinWhatWasObservedOrTheTextSaysWhyNot() {
        assertAll(chapters.stream()
                .flatMap(c -> c.rows().stream())
                .map(told -> () -> assertNotEquals(Verdict.OUTSIDE, told.verdict(), say(told))));
    }

    private static String say(Told told) {
        return told.row().what() + ": " + told.ratio() + ", observed "
                + told.row().observed();
    }

    @Test
    void aStorySaysWhenWhyAndWhoToldIt() {
        Set<String> names = new HashSet<>();
        for (Story story : Stories.all()) {
            assertTrue(names.add(story.name()), story.name() + " twice");
            assertFalse(story.issues().isEmpty(), story.name());
            assertFalse(story.rows().isEmpty(), story.name());
            for (String text : List.of(story.title(), story.versions(), story.cause())) {
                assertFalse(text.isBlank(), story.name());
            }
            for (Row row : story.rows()) {
                assertFalse(row.observed().source().isBlank(), row.what());
                assertTrue(row.observed().measured() || !row.whyNot().isEmpty(), row.what());
            }
        }
    }

    /** Those that the project set out with. */
    @Test
    void theKnownStoriesAreThere() {
        for (String issue :
                List.of("42330", "61718", "63334", "64332", "78962", "66737", "72991", "73800", "73581", "#76063")) {
            assertFalse(Stories.of(issue).isEmpty(), issue);
        }
        assertEquals(List.of(), Stories.of("1"));
    }

    /** Twice as much where there are pointers, the same where there are none: the table of golang/go#72991. */
    @Test
    void theRegressionDoublesWhatHoldsPointersAlone() {
        List<Told> rows = chapters.stream()
                .filter(c -> c.story().name().equals("clearing"))
                .findFirst()
                .orElseThrow()
                .rows();
        for (Told told : rows.subList(0, 4)) {
            double twice = told.row().what().startsWith("node") ? 2 : 1;
            assertEquals(twice, told.ratio(), 0.3, told.row().what());
        }
    }

    @Test
    void theSpreadOfARatioFollowsFromThatOfItsMeans() {
        // Two means with deviations of 3 % and 4 %: 5 % of the ratio.
        Observed observed = Observed.means(200, 6, 100, 4, "");
        assertEquals(1.9, observed.low(), 1e-9);
        assertEquals(2.1, observed.high(), 1e-9);
    }
}
