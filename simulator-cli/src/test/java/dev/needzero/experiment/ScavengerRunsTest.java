package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.needzero.gc.Scavenger;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.ForwardingReader;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceData;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the future of a recorded run of the background scavenger. */
class ScavengerRunsTest {
    private static final TraceInfo INFO = new TraceInfo("go-trace", true, "1.24", 0xc000000000L, 0, false);

    @TempDir
    Path folder;

    private static TraceData trace(long... runs) {
        TraceData trace = new TraceData(INFO);
        long nanos = 0;
        for (long run : runs) {
            byte kind = run < 0 ? Kind.GC_END : Kind.SCAVENGER_RAN;
            trace.add(kind, 0, nanos += 20_000_000, Math.max(0, run), 0, 0);
        }
        return trace;
    }

    private static ScavengerRuns twice(long... runs) {
        return new ScavengerRuns(new ForwardingReader(trace(runs)) {
            @Override
            public boolean next(EventBatch batch) throws IOException {
                return source.next(batch);
            }

            @Override
            public TraceReader again() {
                return trace(runs);
            }
        });
    }

    /** It waits to be woken when it finds nothing to do: then the run before had reached the goal. */
    @Test
    void theWayEndsWhereItWaitsToBeWoken() {
        ScavengerRuns runs = twice(1_010_000, 1_012_000, 300_000, 0, 1_009_000, 0);
        assertEquals(2_300_000, runs.nanosToGoal(0));
        assertEquals(1_300_000, runs.nanosToGoal(1));
        assertEquals(300_000, runs.nanosToGoal(2));
        assertEquals(1_000_000, runs.nanosToGoal(4));
    }

    /** A collection sets another goal; at the trace's end there is none. */
    @Test
    void aWayThatIsBrokenOffReachesNothing() {
        ScavengerRuns runs = twice(1_010_000, 51_000, -1, 1_012_000, 0, 1_009_000);
        assertEquals(Scavenger.NOT_REACHED, runs.nanosToGoal(0));
        assertEquals(Scavenger.NOT_REACHED, runs.nanosToGoal(1));
        assertEquals(1_000_000, runs.nanosToGoal(2));
        assertEquals(Scavenger.NOT_REACHED, runs.nanosToGoal(4));
    }

    /** A thread that did not run for six milliseconds counts for half a full run; 3 µs are no run. */
    @Test
    void whatIsNoWorkDoesNotCount() {
        ScavengerRuns runs = twice(7_000_000, 2_900, 1_012_000, 0);
        assertEquals(1_500_000, runs.nanosToGoal(0));
        assertEquals(1_000_000, runs.nanosToGoal(1));
    }

    @Test
    void aPipeIsReadOnce() {
        assertEquals(Scavenger.UNKNOWN_WAY, new ScavengerRuns(trace(1_010_000, 0)).nanosToGoal(0));
    }

    @Test
    void aFileCanBeReadAgain() throws IOException {
        Path file = Files.writeString(folder.resolve("t.csv"), "op,id,size\nalloc,1,8\n");
        try (TraceReader reader = Traces.open("csv:" + file);
                TraceReader again = reader.again()) {
            assertNotNull(again);
            assertEquals(TraceData.of(reader).events, TraceData.of(again).events);
        }
        assertNull(trace().again());
    }
}
