package dev.needzero.experiment.publication;

import static dev.needzero.experiment.publication.MemoryModel.STRONG;
import static dev.needzero.experiment.publication.MemoryModel.WEAK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.publication.Exploration.Step;
import dev.needzero.experiment.publication.Publication.Meeting;
import dev.needzero.experiment.publication.Publication.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is known of the protocols: golang/go CL 659956 (1.25) made the type's store atomic because, on weakly ordered
 * machines, the conservative scanner could see the type before the zeros; amd64 was never affected. And what each part
 * of a protocol is for: without it, something must go wrong.
 */
class ProtocolTest {
    @ParameterizedTest
    @EnumSource(Protocol.class)
    void noVersionGoesWrongOnTheStrongMachine(Protocol protocol) {
        assertTrue(Publication.check(protocol, STRONG, Breakage.NONE).isSafe());
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GO_1_23", "GO_1_24"})
    void beforeTheFixTheTypeIsSeenBeforeTheZerosOnTheWeakMachine(Protocol protocol) {
        Verdict verdict = Publication.check(protocol, WEAK, Breakage.NONE);
        assertFalse(verdict.isSafe(Discovery.STUMBLE));
        assertTrue(verdict.isSafe(Discovery.POINTER));
        Meeting worst = verdict.worst().orElseThrow();
        List<Op> allocator = worst.exploration().program().threads().get(Publication.ALLOCATOR);
        Step early = worst.exploration().schedule().stream()
                .filter(s ->
                        s.thread() == Publication.ALLOCATOR && !s.overtakes().isEmpty())
                .findFirst()
                .orElseThrow();
        assertEquals(Variable.LARGE_TYPE.ordinal(), allocator.get(early.step()).location());
        assertTrue(early.overtakes().stream()
                .map(allocator::get)
                .allMatch(op -> op.location() == Variable.FIRST_CHUNK.ordinal()
                        || op.location() == Variable.LAST_CHUNK.ordinal()));
    }

    /** The worker scans the object only after the goroutine runs on, so that stopping it orders nothing that follows. */
    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GO_1_23", "GO_1_24"})
    void beforeTheFixAPointerOnTheStoppedGoroutinesStackLeadsThereToo(Protocol protocol) {
        Verdict verdict = Publication.check(protocol, WEAK, Breakage.NONE);
        assertFalse(verdict.isSafe(Discovery.STACK));
        for (Meeting meeting : verdict.meetings()) {
            boolean blackFromBirth = meeting.discovery() == Discovery.STACK && meeting.marking();
            assertFalse(blackFromBirth && meeting.exploration().goesWrong());
        }
    }

    @Test
    void theFixHoldsOnTheWeakMachine() {
        assertTrue(Publication.check(Protocol.GO_1_25, WEAK, Breakage.NONE).isSafe());
    }

    @Test
    void takingTheAtomicTypeBackBringsTheScheduleBack() {
        assertFalse(
                Publication.check(Protocol.GO_1_25, WEAK, Breakage.ATOMIC_TYPE).isSafe(Discovery.STUMBLE));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void withoutTheFirstBarrierAStaleTypeIsSeenOnTheWeakMachine(Protocol protocol) {
        Verdict verdict = Publication.check(protocol, WEAK, Breakage.FIRST_BARRIER);
        assertFalse(verdict.isSafe(Discovery.STUMBLE));
        assertTrue(Publication.check(protocol, STRONG, Breakage.FIRST_BARRIER).isSafe());
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GO_1_23", "GO_1_24"})
    void withoutTheLastBarrierEvenARealPointerLeadsToUnclearedMemory(Protocol protocol) {
        assertFalse(Publication.check(protocol, WEAK, Breakage.LAST_BARRIER).isSafe(Discovery.POINTER));
        assertTrue(Publication.check(protocol, STRONG, Breakage.LAST_BARRIER).isSafe());
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void clearingLastGoesWrongEvenOnTheStrongMachine(Protocol protocol) {
        assertFalse(Publication.check(protocol, STRONG, Breakage.CLEAR_LAST).isSafe());
    }

    @Test
    void theScheduleEndsWithTheWrongReadAndCanBeReplayed() {
        Exploration found = Publication.check(Protocol.GO_1_24, WEAK, Breakage.NONE)
                .worst()
                .orElseThrow()
                .exploration();
        int[] memory = found.program().initial().stream().mapToInt(i -> i).toArray();
        for (Step step : found.schedule()) {
            Op op = found.program().threads().get(step.thread()).get(step.step());
            if (op.reads()) {
                assertEquals(memory[op.location()], step.value(), op.text());
            }
            if (op.writes()) {
                memory[op.location()] = op.value();
            }
        }
        assertTrue(found.schedule().get(found.schedule().size() - 1).wrong());
    }
}
