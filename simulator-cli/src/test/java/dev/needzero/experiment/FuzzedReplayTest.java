package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.InflationLimit;
import dev.needzero.trace.Mutations;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import dev.needzero.trace.go.GoTraceFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged Go traces that a reader still makes sense of, all the way: counted, replayed under either placement. The answer is
 * a result or one line of complaint, whatever the trace claims of its heap, and the twin keeps its own laws throughout.
 */
class FuzzedReplayTest {
    private static final int QUICK_INPUTS = 250;
    /** Events after which the twin is held against its laws. */
    private static final int CHECK_EVERY = 200;

    private static final String[] SMALL = {
        "large-ptr-8M@go1.23.0", "large-ptr-1M@go1.25.14", "release-ptr@go1.26.7", "release-noscan@go1.23.0"
    };

    private static byte[][] seeds() throws IOException {
        byte[][] seeds = new byte[SMALL.length][];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = Recordings.unpacked(Recordings.trace(SMALL[i]));
        }
        return seeds;
    }

    private static TraceReader open(byte[] bytes) throws IOException {
        return Traces.open(
                TraceInput.of("fuzzed", new ByteArrayInputStream(bytes), bytes.length, InflationLimit.DEFAULT),
                new GoTraceFormat());
    }

    private static void meet(byte[] bytes, String what) {
        for (int way = 0; way < 4; way++) {
            try (TraceReader reader = way == 3 ? new LiveTypes(open(bytes)) : open(bytes)) {
                if (way == 0) {
                    TraceSummary.of(reader, r -> {});
                } else {
                    Replays.Settings settings = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, way == 2, true, CHECK_EVERY);
                    Behaviours version = Behaviours.of(way == 1 ? "1.24" : "1.26");
                    Replays.run(reader, version, settings, null, false, null, null);
                }
                if (reader instanceof LiveTypes types) {
                    types.uses();
                }
            } catch (BadInputException e) {
                assertTrue(e.getMessage().length() < 1000, e.getMessage());
            } catch (UncheckedIOException e) {
                assertTrue(e.getCause() instanceof BadInputException, e.getMessage());
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError(what + ", way " + way, e);
            }
        }
    }

    @Test
    void damagedGoTracesAreReplayedOrRefused() throws IOException {
        byte[][] seeds = seeds();
        Random random = new Random(8);
        for (int i = 0; i < QUICK_INPUTS; i++) {
            meet(Mutations.of(seeds[i % seeds.length], random), "input " + i);
        }
    }

    /** As long as {@code -Dneedzero.fuzz.seconds} says. */
    @Test
    @Tag("fuzz")
    void damagedGoTracesAreReplayedOrRefusedForALongTime() throws IOException {
        byte[][] seeds = seeds();
        long start = System.currentTimeMillis();
        Random random = new Random(start);
        long end = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("needzero.fuzz.seconds", 600)).toNanos();
        for (int i = 0; System.nanoTime() < end; i++) {
            meet(Mutations.of(seeds[i % seeds.length], random), "input " + i + " of seed " + start);
        }
    }
}
