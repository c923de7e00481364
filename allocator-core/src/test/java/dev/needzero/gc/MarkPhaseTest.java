package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The collector takes a quarter of the processors, and more only from a program that would pass the goal. */
class MarkPhaseTest {
    private static final long MIB = 1L << 20;

    @Test
    void aSlowProgramHasThreeQuartersOfTheProcessorsMeanwhile() {
        // With equal time, 0.01 bytes are allocated for each that is marked; the program has three times the time.
        assertEquals(1.0, new MarkPhase(0.01, 4).allocatedBytes(100 * MIB, 50 * MIB) / (3.0 * MIB), 1e-6);
    }

    @Test
    void aFastProgramAssistsSoThatItMeetsTheGoal() {
        assertEquals(50 * MIB, new MarkPhase(1, 4).allocatedBytes(100 * MIB, 50 * MIB));
    }

    @Test
    void beyondTheGoalTheCollectorTakesAtMostHalf() {
        assertEquals(40 * MIB, new MarkPhase(0.4, 4).allocatedBytes(100 * MIB, 0));
    }

    @Test
    void theRunwayIsWhatTheProgramWouldAllocateUnassisted() {
        MarkPhase phase = new MarkPhase(0.4, 4);
        assertEquals(0, phase.runwayBytes(100 * MIB));
        phase.ended(100 * MIB, phase.allocatedBytes(100 * MIB, 10 * MIB));
        // Ratio of allocation to marking in equal time, three times the time: as if nobody had assisted.
        assertEquals(1.0, phase.runwayBytes(100 * MIB) / (120.0 * MIB), 1e-6);
    }

    @Test
    void theLargestOfFiveCyclesIsRemembered() {
        MarkPhase phase = new MarkPhase(0.4, 4);
        phase.ended(100 * MIB, 40 * MIB);
        for (int i = 0; i < 4; i++) {
            phase.ended(100 * MIB, 0);
        }
        assertTrue(phase.runwayBytes(100 * MIB) > 0);
        phase.ended(100 * MIB, 0);
        assertEquals(0, phase.runwayBytes(100 * MIB));
    }

    @Test
    void withOneProcessorAnAssistWithoutPauseTeachesThePacerNothing() {
        MarkPhase phase = new MarkPhase(0.4, 1);
        phase.ended(100 * MIB, 2 * MIB);
        assertEquals(0, phase.runwayBytes(100 * MIB));
        phase.ended(100 * MIB, 30 * MIB);
        assertTrue(phase.runwayBytes(100 * MIB) > 0);
    }

    /** Without assists a quarter is taken for the collector's share, whether or not it had a P of its own. */
    @Test
    void aSlowProgramsRunwayIsWhatItAllocated() {
        for (int procs : new int[] {1, 4}) {
            MarkPhase phase = new MarkPhase(0.4, procs);
            long allocated = phase.allocatedBytes(100 * MIB, 500 * MIB);
            assertEquals(1.0, allocated / (120.0 * MIB), 1e-6);
            phase.ended(100 * MIB, 120 * MIB);
            assertEquals(1.0, phase.runwayBytes(100 * MIB) / (120.0 * MIB), 1e-6);
            assertEquals(1.0, phase.runwayBytes(50 * MIB) / (60.0 * MIB), 1e-6, "half as much to read");
        }
    }

    /** A heap with nothing alive and no roots is read in no time: no ratio comes of that, and none is forgotten. */
    @Test
    void aCycleThatReadNothingTeachesNothing() {
        MarkPhase phase = new MarkPhase(0.4, 4);
        phase.ended(100 * MIB, 120 * MIB);
        phase.ended(0, 0);
        phase.ended(0, MIB);
        assertEquals(1.0, phase.runwayBytes(100 * MIB) / (120.0 * MIB), 1e-6);
    }

    @Test
    void markingThatTakesNoTimeHasNoRunway() {
        MarkPhase phase = new MarkPhase(0, 4);
        assertEquals(0, phase.allocatedBytes(100 * MIB, 50 * MIB));
        phase.ended(100 * MIB, 0);
        assertEquals(0, phase.runwayBytes(100 * MIB));
    }
}
