package dev.needzero.experiment;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.FuzzTarget;
import dev.needzero.trace.InflationLimit;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import dev.needzero.trace.go.GoTraceFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Damaged Go traces that a reader still makes sense of, all the way: counted, replayed under either placement. The answer is
 * a result or one line of complaint, whatever the trace claims of its heap, and the twin keeps its own laws throughout.
 */
public class FuzzedReplayTest {
    private static final int QUICK_INPUTS = 250;
    /** Events after which the twin is held against its laws. */
    private static final int CHECK_EVERY = 200;

    private static final String[] SMALL = {
        "large-ptr-8M@go1.23.0",
        "large-chan-1M@go1.24.0",
        "large-ptr-1M@go1.25.14",
        "release-ptr@go1.26.7",
        "release-noscan@go1.23.0",
        "large-noscan-1M@go1.27.0"
    };

    private static TraceReader open(byte[] bytes) throws IOException {
        return Traces.open(
                TraceInput.of("fuzzed", new ByteArrayInputStream(bytes), bytes.length, InflationLimit.DEFAULT),
                new GoTraceFormat());
    }

    private static void meet(byte[] bytes) throws IOException {
        BadInputException refused = null;
        for (int way = 0; way < 4; way++) {
            try (TraceReader reader = way == 3 ? new LiveTypes(open(bytes)) : open(bytes)) {
                if (way == 0) {
                    TraceSummary.of(reader, r -> {});
                } else {
                    Replays.Settings settings =
                            new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, way == 2, true, CHECK_EVERY);
                    Behaviours version = Behaviours.of(way == 1 ? "1.24" : "1.26");
                    Replays.run(reader, version, settings, null, false, null, null);
                }
                if (reader instanceof LiveTypes types) {
                    types.uses();
                }
            } catch (BadInputException e) {
                refused = e;
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    /** What the long run gives its time to. */
    public static FuzzTarget target() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String name : SMALL) {
            seeds.add(Recordings.unpacked(Recordings.trace(name)));
        }
        return FuzzTarget.of("Go traces, replayed four ways", seeds, (input, round) -> meet(input));
    }

    @Test
    void damagedGoTracesAreReplayedOrRefused() throws IOException {
        FuzzTarget target = target();
        for (int seed = 0; seed < QUICK_INPUTS; seed++) {
            target.meet(seed);
        }
    }
}
