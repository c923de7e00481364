package dev.needzero.experiment.publication;

import static dev.needzero.experiment.publication.MemoryModel.STRONG;
import static dev.needzero.experiment.publication.MemoryModel.WEAK;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The memory models held against the litmus tests of the literature: x86 as in "x86-TSO: A Rigorous and Usable
 * Programmer's Model" (Sewell and others, 2010), ARMv8 as in "Simplifying ARM Concurrency" (Pulte and others, 2018).
 * Each asks whether one outcome, its reads in program order, can happen.
 */
class LitmusTest {
    private static final int X = 0;
    private static final int Y = 1;

    @Test
    void storeBufferingHappensOnBoth() {
        Program sb = program(List.of(write(X), read(Y)), List.of(write(Y), read(X)));
        assertAllowed(sb, true, true, 0, 0);
    }

    @Test
    void fullFencesForbidStoreBuffering() {
        Program sb = program(List.of(write(X), fence(), read(Y)), List.of(write(Y), fence(), read(X)));
        assertAllowed(sb, false, false, 0, 0);
    }

    @Test
    void storeFencesDoNotForbidStoreBuffering() {
        Program sb = program(List.of(write(X), storeFence(), read(Y)), List.of(write(Y), storeFence(), read(X)));
        assertAllowed(sb, true, true, 0, 0);
    }

    @Test
    void atomicSwapsForbidStoreBuffering() {
        Program sb = program(List.of(swap(X), read(Y)), List.of(swap(Y), read(X)));
        assertAllowed(sb, false, false, 0, 0, 0, 0);
    }

    @Test
    void arm64ReleaseThenAcquireForbidsStoreBuffering() {
        Program sb = program(
                List.of(write(X).releasing(), read(Y).acquiring()), List.of(write(Y).releasing(), read(X).acquiring()));
        assertEquals(false, allows(sb, WEAK, 0, 0));
    }

    @Test
    void aThreadReadsItsOwnStoreBeforeOthersDo() {
        Program n6 = program(List.of(write(X), read(X), read(Y)), List.of(write(Y), read(Y), read(X)));
        assertAllowed(n6, true, true, 1, 0, 1, 0);
    }

    @Test
    void messagePassingFailsOnlyOnTheWeakMachine() {
        Program mp = program(List.of(write(X), write(Y)), List.of(read(Y), read(X)));
        assertAllowed(mp, false, true, 1, 0);
    }

    @Test
    void messagePassingNeedsBothSides() {
        Program writerOnly = program(List.of(write(X), storeFence(), write(Y)), List.of(read(Y), read(X)));
        Program readerOnly = program(List.of(write(X), write(Y)), List.of(read(Y), read(X).needing(0)));
        assertAllowed(writerOnly, false, true, 1, 0);
        assertAllowed(readerOnly, false, true, 1, 0);
    }

    @Test
    void storeFenceAndDependencyMakeMessagePassingSafe() {
        Program mp = program(List.of(write(X), storeFence(), write(Y)), List.of(read(Y), read(X).needing(0)));
        assertAllowed(mp, false, false, 1, 0);
    }

    @Test
    void releaseAndAcquireMakeMessagePassingSafe() {
        Program mp = program(List.of(write(X), write(Y).releasing()), List.of(read(Y).acquiring(), read(X)));
        assertAllowed(mp, false, false, 1, 0);
    }

    @Test
    void aBranchDoesNotOrderLoads() {
        Program mp =
                program(List.of(write(X), storeFence(), write(Y)), List.of(read(Y).unless(Op.Guard.ZERO), read(X)));
        assertAllowed(mp, false, true, 1, 0);
    }

    @Test
    void loadBufferingHappensOnlyOnTheWeakMachine() {
        Program lb = program(List.of(read(X), write(Y)), List.of(read(Y), write(X)));
        assertAllowed(lb, false, true, 1, 1);
    }

    @Test
    void dependenciesForbidLoadBuffering() {
        Program lb = program(List.of(read(X), write(Y).needing(0)), List.of(read(Y), write(X).needing(0)));
        assertAllowed(lb, false, false, 1, 1);
    }

    @Test
    void aBranchOrdersTheStoreBehindIt() {
        Program lb = program(
                List.of(read(X).unless(Op.Guard.ZERO), write(Y)), List.of(read(Y).unless(Op.Guard.ZERO), write(X)));
        assertAllowed(lb, false, false, 1, 1);
    }

    @Test
    void independentReadersAgreeOnTheOrderOfWrites() {
        Program plain = iriw(read(X), read(Y), read(Y), read(X));
        Program dependent = iriw(read(X), read(Y).needing(0), read(Y), read(X).needing(0));
        assertAllowed(plain, false, true, 1, 0, 1, 0);
        assertAllowed(dependent, false, false, 1, 0, 1, 0);
    }

    @Test
    void causalityIsTransitiveThroughAnotherThread() {
        Program wrc = new Program(
                "WRC",
                List.of(0, 0),
                List.of(List.of(write(X)), List.of(read(X), write(Y).needing(0)), List.of(read(Y), read(X).needing(0))),
                List.of());
        assertAllowed(wrc, false, false, 1, 1, 0);
    }

    @Test
    void twoReadsOfOneVariableDoNotGoBackInTime() {
        Program coRR = program(List.of(write(X)), List.of(read(X), read(X)));
        assertAllowed(coRR, false, false, 1, 0);
    }

    @Test
    void storesToTwoVariablesCrossOnlyOnTheWeakMachine() {
        Program crossed = program(
                List.of(Op.store(X, 1, ""), Op.store(Y, 2, "")), List.of(Op.store(Y, 1, ""), Op.store(X, 2, "")));
        assertEquals(false, endsWith(crossed, STRONG, 1, 1));
        assertEquals(true, endsWith(crossed, WEAK, 1, 1));
    }

    private static Program iriw(Op... reads) {
        return new Program(
                "IRIW",
                List.of(0, 0),
                List.of(List.of(write(X)), List.of(write(Y)), List.of(reads[0], reads[1]), List.of(reads[2], reads[3])),
                List.of());
    }

    private static void assertAllowed(Program program, boolean strong, boolean weak, Integer... reads) {
        assertEquals(strong, allows(program, STRONG, reads), "on the strong machine");
        assertEquals(weak, allows(program, WEAK, reads), "on the weak machine");
    }

    private static boolean allows(Program program, MemoryModel model, Integer... reads) {
        return Explorer.explore(program, model).outcomes().stream()
                .anyMatch(o -> o.reads().equals(List.of(reads)));
    }

    private static boolean endsWith(Program program, MemoryModel model, Integer... memory) {
        return Explorer.explore(program, model).outcomes().stream()
                .anyMatch(o -> o.memory().equals(List.of(memory)));
    }

    private static Program program(List<Op> first, List<Op> second) {
        return new Program("litmus", Collections.nCopies(2, 0), List.of(first, second), List.of());
    }

    private static Op write(int variable) {
        return Op.store(variable, 1, "write");
    }

    private static Op swap(int variable) {
        return Op.swap(variable, 1, "swap");
    }

    private static Op read(int variable) {
        return Op.load(variable, "read");
    }

    private static Op fence() {
        return Op.fullFence("fence");
    }

    private static Op storeFence() {
        return Op.storeFence("store fence");
    }
}
