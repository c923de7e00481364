package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.trace.Recordings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scavenger against recordings of real programs whose memory it gave back: which pages, with the amount given, and how
 * many, by its own pace.
 */
class ScavengedRecordingsTest {
    private static final String RELEASED = "/memory/classes/heap/released:bytes";
    private static final String GOAL = "/gc/heap/goal:bytes";

    private static Verification verify(Path trace, boolean ownPace) throws IOException {
        return Verification.run(
                trace.toString(), null, null, new Replays.Settings(OsSettings.defaults(), null, false, ownPace));
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit@go1.23.0", "limit@go1.27.0", "drain-deep@go1.26.7"})
    void itChoosesThePagesThatGoChose(String name) throws IOException {
        choosesThePagesThatGoChose(Recordings.trace(name));
    }

    @Test
    @Tag("corpus")
    void itAlwaysChoosesThePagesThatGoChose() throws IOException {
        for (Path trace : Recordings.traces()) {
            if (trace.getFileName().toString().matches("(drain|limit).*")) {
                choosesThePagesThatGoChose(trace);
            }
        }
    }

    private static void choosesThePagesThatGoChose(Path trace) throws IOException {
        for (Verification.Row row : verify(trace, false).rows()) {
            double agree = 100.0 * row.agreeingPages() / row.heapPages();
            assertTrue(
                    agree >= 99.5,
                    () -> trace.getFileName() + " checkpoint " + row.twin().number() + ": " + agree);
        }
    }

    /** The limit is found out from the goals of the first collections; from then on runtime/metrics' live goal follows. */
    @ParameterizedTest
    @ValueSource(strings = {"limit@go1.25.14", "limit@go1.27.0"})
    void aMemoryLimitIsFoundOutAndKept(String name) throws IOException {
        Verification v = verify(Recordings.trace(name), true);
        assertEquals(96L << 20, v.replay().inferredLimitBytes(), "the case file says so");
        for (Verification.Row row : v.rows()) {
            long number = row.twin().number();
            double agree = 100.0 * row.agreeingPages() / row.heapPages();
            assertTrue(agree >= 99.5, () -> name + " checkpoint " + number + ": " + agree);
            if (number >= 3) {
                assertEquals(
                        row.truth().metrics().get(GOAL), row.twin().metrics().get(GOAL), "goal at " + number);
                assertEquals(
                        row.truth().metrics().get(RELEASED),
                        row.twin().metrics().get(RELEASED),
                        "released by " + number);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"drain@go1.24.0", "drain-deep@go1.23.0"})
    void itsPaceIsThatOfTheRecordedRuns(String name) throws IOException {
        pace(Recordings.trace(name));
    }

    @Test
    @Tag("corpus")
    void itsPaceIsAlwaysThatOfTheRecordedRuns() throws IOException {
        for (Path trace : Recordings.traces()) {
            if (trace.getFileName().toString().startsWith("drain")) {
                pace(trace);
            }
        }
    }

    /** "Mean RSS within 15 % (it is partly chance), and nothing released in the first second, before the goal falls." */
    private static void pace(Path trace) throws IOException {
        double error = 0;
        int checkpoints = 0;
        long released = -1;
        boolean goalFell = false;
        for (Verification.Row row : verify(trace, true).rows()) {
            error += Math.abs((double) row.twin().rssBytes() / row.truth().rssBytes() - 1);
            checkpoints++;
            goalFell |= row.twin().name().equals("collected-again");
            if (row.twin().name().equals("dropped")) {
                released = row.twin().metrics().get(RELEASED);
            } else if (released >= 0 && !goalFell) {
                assertTrue(
                        row.twin().metrics().get(RELEASED) <= released,
                        () -> trace.getFileName() + " checkpoint " + row.twin().number());
            }
        }
        double mean = 100 * error / checkpoints;
        assertTrue(mean <= 15, () -> trace.getFileName() + ": RSS off by " + mean + " % in the mean");
    }
}
