package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.HeapStats;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goals as Go's formulas give them, computed here; whether a limit is seen behind them, and which. */
class LimitEvidenceTest {
    private static final long LIMIT = 96L << 20;
    private static final long OFF_HEAP = 3L << 20;

    private final GoRuntime go = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, true);
    private final LimitEvidence evidence = go.limitEvidence();

    /** More objects, so that the next collection finds another heap. */
    private void grow(int objects) {
        for (int i = 0; i < objects; i++) {
            go.malloc(go.heap().proc(0), 5000 + 977 * i, true, false);
        }
    }

    /** runtime.memoryLimitHeapGoal, as the model's document gives it, below the limit. */
    private long limitGoal(long offHeap) {
        HeapStats s = go.heap().stats();
        long objects = s.allocBytes(go.heap().layout().sizeClasses())
                - s.freeBytes(go.heap().layout().sizeClasses());
        long left = LIMIT - (s.inHeap() + s.inStacks() + s.inWorkBufs() + offHeap - objects);
        return left - Math.max(left / 100 * 3, 1 << 20);
    }

    @Test
    void threeGoalsThatALimitGaveTellIt() {
        for (int cycle = 0; cycle < 3; cycle++) {
            grow(100 + 10 * cycle);
            assertSame(MemoryLimit.NONE, evidence.limit());
            evidence.committed(limitGoal(OFF_HEAP + 8192L * cycle), (20L + cycle) << 20);
        }
        // What the runtime holds beside the heap is only roughly known.
        assertTrue(Math.abs(evidence.limit().bytes() - LIMIT) < 4 << 20);
        // Scavenging begins where heap and all else reach the limit, to within a page.
        HeapStats s = go.heap().stats();
        long room = LIMIT - OFF_HEAP - 2 * 8192 - (s.inHeap() + s.free() + s.inStacks() + s.inWorkBufs());
        assertEquals(0, evidence.limit().excess(room - 4096));
        assertTrue(Math.abs(evidence.limit().excess(room + 4096) - 4096) <= 8);
    }

    /** What lies outside the heap is known when the recording begins, and grows by a few mebibytes at most. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 20})
    void withWhatLaysOutsideTheHeapTheLimitIsKnown(long grown) {
        evidence.setOffHeapAtStart(OFF_HEAP - (1700L << 10) - MemoryLimit.spanRecordBytes(go.heap()));
        for (int cycle = 0; cycle < 3; cycle++) {
            grow(100 + 10 * cycle);
            evidence.committed(limitGoal(OFF_HEAP), (20L + cycle) << 20);
        }
        assertEquals(LIMIT, evidence.limit().bytes());
        grow(50);
        evidence.committed(limitGoal(OFF_HEAP + grown), 25L << 20);
        assertEquals(LIMIT, evidence.limit().bytes(), "it does not move with what the runtime takes");
        grow(7);
        assertEquals(limitGoal(OFF_HEAP + grown), evidence.limit().goalBytes(25L << 20));
    }

    @Test
    void goalsOfAPercentageTellNone() {
        for (int cycle = 0; cycle < 200; cycle++) {
            grow(3);
            long marked = (20L << 20) + 70_001L * cycle;
            evidence.committed(2 * marked + (1 << 20), marked);
            assertSame(MemoryLimit.NONE, evidence.limit());
        }
    }

    /** An idle program that collects again and again has the same goal every time. */
    @Test
    void theSameGoalForTheSameHeapTellsNothing() {
        grow(100);
        for (int cycle = 0; cycle < 5; cycle++) {
            evidence.committed(50 << 20, 20 << 20);
        }
        assertSame(MemoryLimit.NONE, evidence.limit());
    }

    @Test
    void aGoalFarAboveSaysThatTheLimitIsGone() {
        threeGoalsThatALimitGaveTellIt();
        assertTrue(evidence.limit() != MemoryLimit.NONE);
        evidence.committed(400L << 20, 200L << 20);
        assertSame(MemoryLimit.NONE, evidence.limit());
    }
}
