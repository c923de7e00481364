package dev.needzero.experiment.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.TouchRules;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replay in steps is the same replay. */
class StepperTest {
    private static final Replays.Settings SETTINGS = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false);
    private static final String LARGE = "gen:large?count=8&touched=0%";

    private static String trace(String name) {
        Path above = Path.of("..", "traces");
        return (Files.isDirectory(above) ? above : Path.of("traces"))
                .resolve(name)
                .toString();
    }

    private static Stepper stepper(String trace, String... versions) throws IOException {
        return new Stepper(
                () -> Replays.open(trace),
                List.of(versions).stream().map(Behaviours::of).toList(),
                SETTINGS);
    }

    private static Replay whole(String trace, String version) throws IOException {
        try (TraceReader reader = Replays.open(trace)) {
            return Replays.run(reader, Behaviours.of(version), SETTINGS, null, false, null, null);
        }
    }

    private static void assertSame(Replay expected, Replay actual) {
        assertEquals(expected.metrics(), actual.metrics());
        assertEquals(expected.checkpoints(), actual.checkpoints());
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            assertEquals(
                    expected.runtime().os().committedBytes(cause),
                    actual.runtime().os().committedBytes(cause));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"release-ptr@go1.25.14.trace.gz", "large-chan-1M@go1.24.0.trace.gz", "gen:small?events=30000"})
    void eventByEventEndsWhereTheWholeReplayDoes(String name) throws IOException {
        String trace = name.startsWith("gen:") ? name : trace(name);
        try (Stepper stepper = stepper(trace, "1.24", "1.26")) {
            while (stepper.forward()) {
                // One event at a time.
            }
            assertTrue(stepper.ended());
            assertSame(whole(trace, "1.24"), stepper.replays().get(0));
            assertSame(whole(trace, "1.26"), stepper.replays().get(1));
        }
    }

    @Test
    void goingBackAndForthChangesNothing() throws IOException {
        try (Stepper stepper = stepper("gen:small?events=30000", "1.24");
                Stepper straight = stepper("gen:small?events=30000", "1.24")) {
            stepper.goTo(20_000);
            stepper.goTo(7_001);
            stepper.goTo(12_345);
            straight.goTo(12_345);
            assertEquals(12_345, stepper.position());
            assertEquals(straight.a(), stepper.a());
            assertSame(straight.replays().get(0), stepper.replays().get(0));
        }
    }

    @Test
    void stopsWhereACollectionIsOver() throws IOException {
        try (Stepper stepper = stepper("gen:small?events=200000", "1.24")) {
            assertTrue(stepper.forwardUntil(() -> stepper.replays().get(0).cycles() > 0));
            long at = stepper.position();
            stepper.goTo(at - 1);
            assertEquals(0, stepper.replays().get(0).cycles());
            assertFalse(stepper.ended());
        }
    }

    @Test
    void explainsWhatA124LargeObjectCommits() throws IOException {
        try (Stepper before = stepper(LARGE, "1.23");
                Stepper after = stepper(LARGE, "1.24")) {
            assertTrue(before.forwardUntil(before::isAllocation));
            long first = before.position() - 1;
            EventExplanation clean = EventExplanation.of(before, first);
            EventExplanation cleared = EventExplanation.of(after, first);
            assertNotNull(clean);
            assertNotNull(cleared);
            assertEquals(0, clean.change().committed()[Cause.ZEROING]);
            assertEquals(1 << 20, cleared.change().committed()[Cause.ZEROING]);
            assertEquals(EventExplanation.SpanSource.NEW_PAGES, cleared.span().source());
            assertEquals(EventExplanation.PageSource.GROWTH, cleared.span().pages());
            assertFalse(cleared.span().needzero());
            assertEquals(4 << 20, cleared.change().mapped());
        }
    }

    @Test
    void smallObjectsShowTheirCachedSpanFillingUp() throws IOException {
        // 8 KiB hold 8 slots of 1024 B without pointers.
        String trace = "gen:mix?sizes=1KiB:1&life=forever&pointers=0%&events=40";
        int refills = 0;
        int free = -1;
        try (Stepper stepper = stepper(trace, "1.24")) {
            for (long event = 0; ; event++) {
                EventExplanation e = EventExplanation.of(stepper, event);
                if (e == null) {
                    break;
                }
                if (e.place() == null) {
                    continue;
                }
                if (e.span().source() == EventExplanation.SpanSource.NEW_PAGES) {
                    assertTrue(free == -1 || free == 1, "a refill comes when the last slot is gone, not at " + free);
                    refills++;
                }
                free = e.span().freeSlotsBefore();
                assertEquals(8 - free, e.place().slot());
            }
        }
        assertTrue(refills >= 4, "only " + refills + " refills");
    }

    @Test
    void thereIsNoEventBeyondTheLast() throws IOException {
        try (Stepper stepper = stepper(LARGE, "1.24")) {
            assertNull(EventExplanation.of(stepper, 1_000_000));
        }
    }
}
