package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Twins that are fed from one decoder through a ring of batches: the ring goes round several times here. */
class ReplaysTest {
    private static final String TRACE = "gen:small?events=700000";
    private static final Replays.Settings SETTINGS = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false);
    private static final List<Behaviours> VERSIONS = List.of(Behaviours.of("1.21"), Behaviours.of("1.26"));

    @Test
    void twoTwinsOnOneRingEndAsEachWouldAlone() throws IOException {
        List<Replay> together;
        try (TraceReader reader = Replays.open(TRACE)) {
            together = Replays.runAll(reader, VERSIONS, SETTINGS, null);
            assertTrue(reader.eventsDecoded() > 4L * 18 * EventBatch.CAPACITY);
        }
        for (int i = 0; i < VERSIONS.size(); i++) {
            assertSameEnd(alone(VERSIONS.get(i)), together.get(i));
        }
    }

    @Test
    void aTwinThatLagsBehindMissesNothing() throws IOException {
        AtomicLong moments = new AtomicLong();
        Replay.Observer slow = new Replay.Observer() {
            @Override
            public void moment(long nanos, long events, Replay replay) {
                if (moments.getAndIncrement() % 50 == 0) {
                    pause();
                }
            }
        };
        try (TraceReader reader = Replays.open(TRACE)) {
            List<Replay> together =
                    Replays.runAll(reader, VERSIONS, SETTINGS, List.of(slow, new Replay.Observer() {}), null);
            assertSameEnd(alone(VERSIONS.get(0)), together.get(0));
            assertSameEnd(alone(VERSIONS.get(1)), together.get(1));
        }
        assertTrue(moments.get() > 50);
    }

    @Test
    void aTwinThatFailsDoesNotHoldUpTheRing() throws IOException {
        IllegalStateException ours = new IllegalStateException("a broken law");
        Replay.Observer failing = new Replay.Observer() {
            @Override
            public void moment(long nanos, long events, Replay replay) {
                throw ours;
            }
        };
        try (TraceReader reader = Replays.open(TRACE)) {
            List<Replay.Observer> observers = List.of(failing, new Replay.Observer() {});
            assertSame(
                    ours,
                    assertThrows(
                            IllegalStateException.class,
                            () -> Replays.runAll(reader, VERSIONS, SETTINGS, observers, null)));
            assertTrue(reader.eventsDecoded() >= 700_000);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Replay alone(Behaviours version) throws IOException {
        try (TraceReader reader = Replays.open(TRACE)) {
            return Replays.run(reader, version, SETTINGS, null, false, null, null);
        }
    }

    private static void assertSameEnd(Replay expected, Replay actual) {
        assertEquals(expected.metrics(), actual.metrics());
        assertEquals(
                expected.runtime().os().peakRssBytes(), actual.runtime().os().peakRssBytes());
        assertEquals(expected.runtime().os().smaps(0, ""), actual.runtime().os().smaps(0, ""));
        assertEquals(expected.timeLine().size(), actual.timeLine().size());
    }
}
