package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * The collector takes a quarter of the processors, and more only from a program that would pass the goal. What a program that
 * shares its processor does is held against the recorded marks of churn under Go 1.23 and 1.24.
 */
class MarkPhaseTest {
    private static final long MIB = 1L << 20;
    private static final int MEDIANS = 0;

    /** A program that allocates a byte a nanosecond while it is marked, and a collector that needs so long for a byte. */
    private static long allocated(MarkPhase phase, long work, long live, long goal, double markNanosPerByte) {
        return phase.allocatedBytes(0, work, live, goal, markNanosPerByte, 1 / MarkPhase.PACE_WHILE_MARKING);
    }

    private static MarkPhase dedicated() {
        return new MarkPhase(4, 0, 0, MEDIANS);
    }

    @Test
    void aSlowProgramHasThreeQuartersOfTheProcessorsMeanwhile() {
        // With equal time, 0.01 bytes are allocated for each that is marked; the program has three times the time.
        long allocated = allocated(dedicated(), 100 * MIB, 100 * MIB, 150 * MIB, 0.01);
        assertEquals(1.0, allocated / (3.0 * MIB), 1e-6);
    }

    @Test
    void aFastProgramAssistsSoThatItMeetsTheGoal() {
        assertEquals(50 * MIB, allocated(dedicated(), 100 * MIB, 100 * MIB, 150 * MIB, 1));
    }

    @Test
    void beyondTheGoalTheCollectorTakesAtMostHalf() {
        assertEquals(40 * MIB, allocated(dedicated(), 100 * MIB, 100 * MIB, 100 * MIB, 0.4));
    }

    @Test
    void theRunwayIsWhatTheProgramWouldAllocateUnassisted() {
        MarkPhase phase = dedicated();
        assertEquals(0, phase.runwayBytes(100 * MIB));
        phase.ended(100 * MIB, allocated(phase, 100 * MIB, 100 * MIB, 110 * MIB, 0.4));
        // Ratio of allocation to marking in equal time, three times the time: as if nobody had assisted.
        assertEquals(1.0, phase.runwayBytes(100 * MIB) / (120.0 * MIB), 1e-6);
    }

    @Test
    void theLargestOfFiveCyclesIsRemembered() {
        MarkPhase phase = dedicated();
        allocated(phase, 100 * MIB, 100 * MIB, 140 * MIB, 0.4);
        phase.ended(100 * MIB, 40 * MIB);
        for (int i = 0; i < 4; i++) {
            phase.ended(100 * MIB, 0);
        }
        assertTrue(phase.runwayBytes(100 * MIB) > 0);
        phase.ended(100 * MIB, 0);
        assertEquals(0, phase.runwayBytes(100 * MIB));
    }

    @Test
    void whatLooksLikeMoreThanAllProcessorTimeTeachesNothing() {
        assertEquals(0, MarkPhase.consMark(100, 10, 1.1));
        // A fifth of the time was the program's: it would have allocated 2.5 times as much in what was the collector's.
        assertEquals(0.4, MarkPhase.consMark(100, 10, 0.8), 1e-9);
    }

    /** Recorded: 14.7 ms, 1.5 MiB allocated, and the next cycle began at the highest trigger there is. */
    @Test
    void theFirstMarkOfChurnIsOverBeforeTheWorkerHasATurn() {
        MarkPhase phase = new MarkPhase(1, 27 * MIB, 0, MEDIANS);
        long allocated =
                phase.allocatedBytes(10_500_000, 48 * MIB, (long) (25.9 * MIB), (long) (27.2 * MIB), 0.26, 2.3);
        assertEquals(1.5, (double) allocated / MIB, 0.5);
        phase.ended(48 * MIB, allocated);
        assertEquals(0, phase.runwayBytes(50 * MIB));
    }

    /** Recorded: 21 to 30 MiB allocated in a room of 26 to 28, and every cycle after one such began at the lowest trigger. */
    @Test
    void aMarkThatBeginsEarlyLetsTheProgramAllocateAboutAllTheRoom() {
        MarkPhase phase = new MarkPhase(1, 27 * MIB, 64 * MIB, MEDIANS);
        long allocated = phase.allocatedBytes(300_000_000, 98 * MIB, 128 * MIB, 155 * MIB, 0.19, 1.77);
        assertTrue(allocated > 15 * MIB && allocated < 32 * MIB, () -> allocated + " bytes");
        phase.ended(98 * MIB, allocated);
        assertTrue(phase.runwayBytes(112 * MIB) > 0.3 * 84 * MIB);
    }

    @Test
    void eachTimingDrawsItsOwnMomentsAndAlwaysTheSame() {
        assertEquals(drawn(1), drawn(1));
        assertNotEquals(drawn(1), drawn(2));
    }

    private static long drawn(int timing) {
        return allocated(new MarkPhase(1, 27 * MIB, 64 * MIB, timing), 98 * MIB, 128 * MIB, 155 * MIB, 0.19);
    }

    /** Without assists a quarter is taken for the collector's share. */
    @Test
    void aSlowProgramsRunwayIsWhatItAllocated() {
        MarkPhase phase = dedicated();
        assertEquals(1.0, allocated(phase, 100 * MIB, 100 * MIB, 600 * MIB, 0.4) / (120.0 * MIB), 1e-6);
        phase.ended(100 * MIB, 120 * MIB);
        assertEquals(1.0, phase.runwayBytes(100 * MIB) / (120.0 * MIB), 1e-6);
        assertEquals(1.0, phase.runwayBytes(50 * MIB) / (60.0 * MIB), 1e-6, "half as much to read");
    }

    /** A heap with nothing alive and no roots is read in no time: no ratio comes of that, and none is forgotten. */
    @Test
    void aCycleThatReadNothingTeachesNothing() {
        MarkPhase phase = dedicated();
        allocated(phase, 100 * MIB, 100 * MIB, 600 * MIB, 0.4);
        phase.ended(100 * MIB, 120 * MIB);
        phase.ended(0, 0);
        phase.ended(0, MIB);
        assertEquals(1.0, phase.runwayBytes(100 * MIB) / (120.0 * MIB), 1e-6);
    }

    @Test
    void markingThatTakesNoTimeHasNoRunway() {
        MarkPhase phase = dedicated();
        assertEquals(0, allocated(phase, 100 * MIB, 100 * MIB, 150 * MIB, 0));
        phase.ended(100 * MIB, 0);
        assertEquals(0, phase.runwayBytes(100 * MIB));
    }
}
