package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goals and triggers, held against a recorded Go 1.23 process and against Go's guide to its collector. */
class PacerTest {
    /** Stacks and globals of the recorded process: what its goals hold beyond twice what was marked. */
    private static final long ROOTS = 28_502_416;

    /** Marked, the goal that Go set then, and heapLive around the moment the next collection began: churn@go1.23.0. */
    @ParameterizedTest
    @CsvSource({
        "23164024,  74830464,   72379424,  72660000",
        "45796544, 120095504,  116604048, 116624304",
    })
    void goalAndTriggerAreTheRecordedOnes(long marked, long goal, long notYet, long begun) {
        Pacer pacer = new Pacer(100, MemoryLimit.NONE, ROOTS);
        pacer.commit(marked, 0);
        assertEquals(goal, pacer.goalBytes());
        assertTrue(pacer.triggers(begun));
        assertTrue(pacer.triggerBytes() > notYet - (1 << 20), "the trigger lies near where it was reached");
    }

    /** The first collection of Go 1.23 and 1.26 began at the first heapLive of 3,997,696 or more. */
    @Test
    void theFirstCollectionBeginsWhereGosDoes() {
        Pacer pacer = new Pacer(100);
        assertFalse(pacer.triggers(3_997_695));
        assertTrue(pacer.triggers(3_997_696));
    }

    /** "GOGC=… the target heap memory = live heap + (live heap + GC roots) * GOGC / 100". */
    @ParameterizedTest
    @CsvSource({"50, 155", "100, 210", "200, 320", "400, 540"})
    void theGoalIsGosFormula(int gogc, long goalMiB) {
        Pacer pacer = new Pacer(gogc, MemoryLimit.NONE, 10L << 20);
        pacer.commit(100L << 20, 0);
        assertEquals(goalMiB << 20, pacer.goalBytes());
    }

    /** A program that allocates fast is given seven tenths of the way, one that allocates slowly nineteen twentieths. */
    @Test
    void aLongRunwayMovesTheTriggerDownToSevenTenths() {
        Pacer pacer = new Pacer(100);
        pacer.commit(64L << 20, Long.MAX_VALUE);
        assertEquals((64L << 20) + 45 * (1L << 20), pacer.triggerBytes());
        pacer.commit(64L << 20, 8L << 20);
        assertEquals((128L << 20) - (8L << 20), pacer.triggerBytes());
        pacer.commit(64L << 20, 0);
        assertEquals((128L << 20) - (3L << 20), pacer.triggerBytes());
    }

    @Test
    void withoutGogcAndLimitNothingIsEverCollected() {
        Pacer pacer = new Pacer(Pacer.OFF);
        pacer.commit(1L << 40, 0);
        assertFalse(pacer.triggers(1L << 60));
    }

    @Test
    void aNegativeGogcIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Pacer(-5));
    }

    /** The limit counts what lies beside the heap, and keeps 3 % of the rest as headroom. */
    @Test
    void aMemoryLimitLowersTheGoal() {
        GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
        MemoryLimit limit = runtime.memoryLimit(100L << 20);
        Pacer pacer = new Pacer(100, limit, 0);
        pacer.commit(80L << 20, 0);
        double left = (100L << 20) - MemoryLimit.OFF_HEAP_BYTES;
        assertEquals(0.97, pacer.goalBytes() / left, 0.001);
        assertTrue(new Pacer(Pacer.OFF, limit, 0).goalBytes() <= left, "the limit holds with GOGC off, too");
    }

    /** "The memory limit is soft": a live heap beyond it is collected again and again, and grows all the same. */
    @Test
    void aLimitBelowTheLiveHeapMakesTheLiveHeapTheGoal() {
        GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
        Pacer pacer = new Pacer(100, runtime.memoryLimit(1L << 20), 0);
        pacer.commit(80L << 20, 0);
        assertEquals(80L << 20, pacer.goalBytes());
        assertTrue(pacer.triggers(80L << 20));
    }

    /** "sweepDistTrigger": the trigger lies 1 MiB above what is alive at least, and the goal no lower. */
    @ParameterizedTest
    @CsvSource({"1, 101, 101", "2, 102, 101", "0, 101, 101"})
    void theTriggerLeavesRoomForSweeping(int gogc, long goalMiB, long lowestMiB) {
        Pacer pacer = new Pacer(gogc);
        pacer.commit(100L << 20, Long.MAX_VALUE);
        assertEquals(goalMiB << 20, pacer.goalBytes());
        assertTrue(pacer.triggerBytes() >= lowestMiB << 20, pacer.triggerBytes() + " bytes");
        assertTrue(pacer.triggerBytes() <= pacer.goalBytes());
    }

    /** A large heap begins 4 MiB below its goal when that is later than nineteen twentieths of the way. */
    @ParameterizedTest
    @CsvSource({"256, 508", "64, 125", "1, 3", "2, 3"})
    void theLatestTrigger(long markedMiB, long triggerMiB) {
        Pacer pacer = new Pacer(100);
        pacer.commit(markedMiB << 20, 0);
        long marked = markedMiB << 20;
        long goal = Math.max(2 * marked, 4 << 20);
        long upper = marked + (goal - marked) / 64 * 61;
        assertEquals(Math.max(upper, goal > 4 << 20 ? goal - (4 << 20) : 0), pacer.triggerBytes());
        assertEquals(triggerMiB, pacer.triggerBytes() >> 20);
    }

    /** With a limit's goal the distance for sweeping is given up. */
    @Test
    void underALimitTheTriggerMayLieCloser() {
        GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
        MemoryLimit limit = runtime.memoryLimit(100L << 20);
        Pacer pacer = new Pacer(100, limit, 0);
        long goal = limit.goalBytes(0);
        long marked = goal - (512 << 10);
        pacer.commit(marked, Long.MAX_VALUE);
        assertEquals(goal, pacer.goalBytes());
        assertEquals(marked + (512 << 10) / 64 * 45, pacer.triggerBytes());
    }

    @Test
    void gogcOfZeroIsAPercentage() {
        assertEquals(0, new Pacer(0).goalBytes());
        assertTrue(new Pacer(0).triggers(0));
        assertEquals(ROOTS, new Pacer(100, MemoryLimit.NONE, ROOTS).rootBytes());
    }

    /** GOGC=0 under a limit that is passed already: both goals are what is alive, and the distance for sweeping stays. */
    @Test
    void aLimitsGoalHoldsOnlyBelowTheOther() {
        GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
        Pacer pacer = new Pacer(0, runtime.memoryLimit(1L << 20), 0);
        pacer.commit(80L << 20, 0);
        assertEquals(81L << 20, pacer.goalBytes());
    }

    /** "If heapMarked ≥ goal, the trigger is the goal." */
    @Test
    void whatIsAliveBeyondTheLimitIsGoalAndTrigger() {
        GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
        Pacer pacer = new Pacer(100, runtime.memoryLimit(1L << 20), 0);
        pacer.commit(80L << 20, 0);
        assertEquals(80L << 20, pacer.triggerBytes());
        assertFalse(pacer.triggers((80L << 20) - 1));
    }
}
