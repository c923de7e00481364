package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MSpan;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /**
     * A goal below 32 MiB is what the limit leaves less 1 MiB, so that a step of the one is a step of the other: the
     * runtime takes whole pages more, the roundings of the goal are 4 bytes either way, and 1 MiB is more than it takes.
     */
    @ParameterizedTest
    @CsvSource({
        "0, true",
        "4, true",
        "5, false",
        "-4, true",
        "-5, false",
        "4092, true",
        "4091, false",
        "4096, true",
        "4100, true",
        "4101, false",
        "2048, false",
        "1048576, true",
        "1052672, false"
    })
    void goalsAgreeThatFallByWholePages(long step, boolean limited) {
        for (int cycle = 0; cycle < 3; cycle++) {
            evidence.committed((30L << 20) - cycle * step, (10L + cycle) << 20);
        }
        assertEquals(limited, evidence.limit() != MemoryLimit.NONE);
    }

    /** Hardly anything more was found alive: every rule gives the same goal again. */
    @ParameterizedTest
    @CsvSource({"65536, true", "65535, false", "-65536, true"})
    void theSameGoalTellsSomethingOnlyOfAnotherHeap(long more, boolean limited) {
        for (int cycle = 0; cycle < 3; cycle++) {
            evidence.committed(30L << 20, (10L << 20) + cycle * more);
        }
        assertEquals(limited, evidence.limit() != MemoryLimit.NONE);
    }

    /** A pause in between, with as much alive as before, is no evidence against. */
    @Test
    void evidenceWaitsForAnotherHeap() {
        for (long marked : new long[] {10, 11, 11, 12}) {
            assertSame(MemoryLimit.NONE, evidence.limit());
            evidence.committed(30L << 20, marked << 20);
        }
        assertTrue(evidence.limit() != MemoryLimit.NONE);
    }

    @Test
    void oneGoalOfAPercentageDoesNotLiftALimitThatLiesBelow() {
        goalsAgreeThatFallByWholePages(0, true);
        long limit = evidence.limit().bytes();
        evidence.committed((30L << 20) - 1000, 13L << 20);
        assertEquals(limit, evidence.limit().bytes(), "a smaller heap has a smaller goal");
        evidence.committed((30L << 20) + (1L << 20), 14L << 20);
        assertEquals(limit, evidence.limit().bytes(), "and a little more is within what the runtime takes");
        evidence.committed((30L << 20) + (1L << 20) + 1, 15L << 20);
        assertSame(MemoryLimit.NONE, evidence.limit());
    }

    /** What the limit leaves for heap, stacks and work buffers: as much as may be mapped before something is in excess. */
    private long leftForHeap() {
        HeapStats s = go.heap().stats();
        long much = 1L << 40;
        return s.inHeap()
                + s.free()
                + s.inStacks()
                + s.inWorkBufs()
                + much
                - evidence.limit().excess(much);
    }

    /** Limits are set in whole mebibytes. */
    @Test
    void theLimitIsTheHeapsPartAndWhatLiesBesideIt() {
        go.heap().allocManual(null, 5, MSpan.State.STACK);
        go.heap().allocManual(null, 3, MSpan.State.WORK_BUFFER);
        goalsAgreeThatFallByWholePages(0, true);
        // Goal and headroom of 1 MiB are for objects; eight pages hold none.
        assertEquals((31L << 20) + 8 * 8192, leftForHeap());
        long limit = evidence.limit().bytes();
        assertEquals(0, limit % (1 << 20));
        assertTrue(limit > leftForHeap() + MemoryLimit.OFF_HEAP_BYTES && limit < leftForHeap() + (6 << 20));
    }

    /** What was freed is no object any more, though its span stays: it lies beside the heap's goal. */
    @Test
    void freedSlotsAreNotObjects() {
        MSpan span = go.heap().alloc(null, 1, go.heap().layout().spanClassFor(1024, true));
        for (int slot = 0; slot < 8; slot++) {
            go.recordedHeap().place(span, slot);
        }
        for (int slot = 0; slot < 5; slot++) {
            go.recordedHeap().vacate(span, slot);
        }
        goalsAgreeThatFallByWholePages(0, true);
        assertEquals((31L << 20) + 5 * 1024, leftForHeap());
    }

    /**
     * By how much the limit is passed, free memory included, the goal lies lower still. 40 MiB in objects and 20 free are
     * 12 more than the 48 that the limit leaves for the heap: the goal is 48 - 12, less 3 % of it.
     */
    @Test
    void aLimitThatIsPassedHasALowerGoal() {
        MSpan gone = go.heap().allocLarge(null, 2560, true);
        go.heap().allocLarge(null, 5120, true);
        go.recordedHeap().vacate(gone, 0);
        go.heap().freeSpan(gone);
        assertEquals(20L << 20, go.heap().stats().free());
        long left = (48L - 12) << 20;
        for (int cycle = 0; cycle < 3; cycle++) {
            evidence.committed(left - left / 100 * 3, (10L + cycle) << 20);
        }
        long heapPart = leftForHeap();
        assertTrue(Math.abs(heapPart - (48L << 20)) <= 2, heapPart + " bytes");
        long excess = evidence.limit().excess(0);
        assertTrue(Math.abs(excess - (12L << 20)) <= 2, excess + " bytes");
    }

    /** Go's goal is never below what is alive: one that is no higher tells nothing of a limit. */
    @Test
    void aGoalNoHigherThanWhatIsAliveTellsNothing() {
        for (int cycle = 0; cycle < 3; cycle++) {
            evidence.committed(30L << 20, (30L + cycle) << 20);
            evidence.committed(1L << 62, (10L + cycle) << 20);
        }
        assertSame(MemoryLimit.NONE, evidence.limit());
    }
}
