package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MSpan;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How much memory is worth keeping, by Go's comments on {@code gcPaceScavenger}: what was in use at the last mark
 * termination, scaled as the heap's goal was, and a tenth more.
 */
class ScavengerTest {
    private static final long MIB = 1L << 20;
    private static final long GOAL = 100 * MIB;

    private final GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, true);
    private final Scavenger scavenger = runtime.scavenger();
    private final List<MSpan> spans = new ArrayList<>();

    /** 64 objects of 1 MiB, a goal of 100 MiB; all but so many die, and the new goal is another. */
    private void collect(int alive, long newGoal) {
        for (int i = 0; i < 64; i++) {
            runtime.malloc(runtime.heap().proc(0), MIB, true, false);
            spans.add(runtime.lastSpan());
        }
        scavenger.heapGoal(GOAL, true);
        scavenger.markTermination();
        runtime.heap().startSweep();
        scavenger.heapGoal(newGoal, true);
        for (MSpan span : spans.subList(alive, 64)) {
            span.markDead(0);
            runtime.heap().sweep(span, false);
        }
        runtime.heap().startSweep();
    }

    private long retained() {
        return runtime.heap().stats().inHeap() + runtime.heap().stats().free();
    }

    /** The goal is passed by less than a step, or by a huge page that is given back whole. */
    private void keeps(double mebibytes) {
        while (scavenger.aboveGoal()) {
            assertTrue(scavenger.step() > 0);
        }
        assertTrue(retained() <= mebibytes * MIB, retained() + " bytes kept");
        assertTrue(retained() > mebibytes * MIB - 2 * MIB, retained() + " bytes kept");
    }

    @ParameterizedTest
    @CsvSource({"50, 35.2", "75, 52.8", "25, 17.6"})
    void aTenthMoreThanTheScaledPeakIsKept(long newGoal, double kept) {
        collect(4, newGoal * MIB);
        assertTrue(scavenger.aboveGoal());
        keeps(kept);
    }

    /** Evaluated "once, at commit": a heap within its goal is not looked at again before the next. */
    @Test
    void aHeapWithinItsGoalKeepsAllOfIt() {
        collect(4, GOAL);
        assertFalse(scavenger.aboveGoal());
        scavenger.ran(1_000_000_000, Scavenger.UNKNOWN_WAY);
        assertEquals(64 * MIB, retained());
        runtime.malloc(runtime.heap().proc(0), 100 * MIB, true, false);
        assertFalse(scavenger.aboveGoal(), "nor when it grows beyond it");
    }

    @Test
    void beforeTheSecondCollectionThereIsNoGoal() {
        runtime.malloc(runtime.heap().proc(0), 64 * MIB, true, false);
        scavenger.markTermination();
        scavenger.heapGoal(1, true);
        assertFalse(scavenger.aboveGoal());
        scavenger.heapGoal(GOAL, false);
        assertFalse(scavenger.aboveGoal(), "nor between collections");
    }

    /** Without GOGC and limit the goals are beyond every number, and their ratio is one. */
    @Test
    void endlessGoalsKeepTheirRatio() {
        runtime.malloc(runtime.heap().proc(0), 64 * MIB, true, false);
        MSpan dead = runtime.lastSpan();
        scavenger.heapGoal(Long.MAX_VALUE, true);
        scavenger.markTermination();
        dead.markDead(0);
        runtime.heap().startSweep();
        scavenger.heapGoal((1L << 62) + 1, true);
        assertFalse(scavenger.aboveGoal());
        scavenger.markTermination();
        scavenger.heapGoal(1L << 61, true);
        assertTrue(scavenger.aboveGoal(), "half of it is another goal");
    }

    /** The kept pages may exceed the goal by less than a page without anything being done. */
    @ParameterizedTest
    @CsvSource({"0, false", "4096, true"})
    void lessThanAPageIsNotWorthIt(long above, boolean works) {
        // 1.1 times what is in use is kept: as much as is there but for these bytes.
        runtime.malloc(runtime.heap().proc(0), 11 * MIB, true, false);
        scavenger.heapGoal(11 * MIB, true);
        scavenger.markTermination();
        scavenger.heapGoal(10 * MIB - above, true);
        assertEquals(works, scavenger.aboveGoal());
    }

    @ParameterizedTest
    @CsvSource({"4194304, 4194304", "0, 0"})
    void aGrowthBeyondTheGoalIsPaidForAtOnce(long grown, long released) {
        collect(4, GOAL / 2);
        long before = runtime.heap().stats().released();
        scavenger.beforeUse(grown, 0);
        assertEquals(released, runtime.heap().stats().released() - before);
    }

    @Test
    void aGrowthWithinTheGoalIsFree() {
        collect(4, GOAL / 2);
        keeps(35.2);
        long before = runtime.heap().stats().released();
        long room = (long) (35.2 * MIB) - retained();
        scavenger.beforeUse(room / 8192 * 8192, 0);
        assertEquals(before, runtime.heap().stats().released());
        scavenger.beforeUse(room + 8192, 0);
        long paid = runtime.heap().stats().released() - before;
        assertTrue(paid >= 8192 && paid <= 2 * MIB, paid + " bytes");
    }

    @Test
    void withoutAGoalAGrowthIsFree() {
        collect(4, GOAL);
        long before = runtime.heap().stats().released();
        scavenger.beforeUse(4 * MIB, 0);
        assertEquals(before, runtime.heap().stats().released());
    }

    private void writeAll() {
        for (MSpan span : spans) {
            runtime.os().write(span.base(), span.sizeBytes(), Cause.PROGRAM);
        }
    }

    /** "Works in ≥1 ms batches": a full run ends with the step that makes the millisecond full. */
    @Test
    void aFullRunIsAMillisecondOfSteps() {
        collect(4, GOAL / 4);
        writeAll();
        scavenger.ran(1_012_000, Scavenger.UNKNOWN_WAY);
        assertEquals(1e6, scavenger.nanos(), 1e5);
        assertTrue(scavenger.aboveGoal());
        scavenger.ran(900_000, Scavenger.UNKNOWN_WAY);
        assertFalse(scavenger.aboveGoal(), "a shorter run ends at the goal");
        keeps(17.6);
        long kept = retained();
        scavenger.ran(1_012_000, Scavenger.UNKNOWN_WAY);
        assertEquals(kept, retained());
    }

    /** "If woken early, it sleeps on": what is too short for one madvise has given nothing back and reached no goal. */
    @Test
    void whatIsTooShortForAnMadviseIsNoRun() {
        collect(4, GOAL / 4);
        writeAll();
        scavenger.ran(1_012_000, Scavenger.UNKNOWN_WAY);
        long kept = retained();
        scavenger.ran(2_900, Scavenger.UNKNOWN_WAY);
        assertEquals(kept, retained());
        assertEquals(0, Scavenger.workedNanos(2_900));
    }

    /** Two full runs give back eight mebibytes: beyond that it matters which run gives what. */
    @Test
    void itIsFarFromTheGoalWhenMoreThanTwoFullRunsAreLeft() {
        assertFalse(scavenger.isFarFromGoal(), "no goal");
        collect(4, GOAL / 4);
        writeAll();
        assertTrue(scavenger.isFarFromGoal());
        scavenger.release(retained() - 29 * MIB);
        assertTrue(scavenger.isFarFromGoal(), "9 to 11 MiB above 17.6, for a step may take a huge page");
        scavenger.release(retained() - 25 * MIB);
        assertFalse(scavenger.isFarFromGoal(), "less than 8 MiB above");
    }

    /** Where it is known how long the way to the goal was, each millisecond of it does the same. */
    @Test
    void aKnownWayIsSharedAmongItsRuns() {
        collect(4, GOAL / 4);
        writeAll();
        double way = retained() - 17.6 * MIB;
        scavenger.ran(1_012_000, 2_500_000);
        assertEquals(way * 0.6, retained() - 17.6 * MIB, 2 * MIB, "a step may take a huge page");
        scavenger.ran(1_012_000, 1_500_000);
        assertEquals(way * 0.2, retained() - 17.6 * MIB, 2 * MIB, "a step may take a huge page");
        scavenger.ran(500_000, 500_000);
        keeps(17.6);
    }

    /** A short run before another goal is set may have reached the one it had, or not: it does what it has time for. */
    @Test
    void aShortRunThatReachedNoGoalDoesWhatItHasTimeFor() {
        collect(4, GOAL / 4);
        writeAll();
        scavenger.ran(1_012_000, Scavenger.NOT_REACHED);
        double before = scavenger.nanos();
        scavenger.ran(51_000, Scavenger.NOT_REACHED);
        assertTrue(scavenger.aboveGoal());
        assertEquals(100_000, scavenger.nanos() - before, 5e4);
    }

    /** It parks when there is nothing to do; where the run before was full, that one had reached the goal. */
    @Test
    void aRunThatFoundNothingToDoTellsThatTheGoalWasReached() {
        collect(4, GOAL / 4);
        writeAll();
        long before = retained();
        scavenger.ran(0, Scavenger.UNKNOWN_WAY);
        assertEquals(before, retained(), "nothing was begun");
        scavenger.ran(1_012_000, Scavenger.UNKNOWN_WAY);
        assertTrue(scavenger.aboveGoal());
        scavenger.ran(0, Scavenger.UNKNOWN_WAY);
        keeps(17.6);
    }

    /** A short run by itself has time for so much, on the fastest of machines. */
    @Test
    void aShortRunHasTimeForSoMuch() {
        collect(4, GOAL / 4);
        writeAll();
        scavenger.ran(200_000, Scavenger.UNKNOWN_WAY);
        assertEquals(400_000, scavenger.nanos(), 1e5);
        assertTrue(scavenger.aboveGoal());
    }

    /** Single pages' translations are dropped one by one, a huge page's all at once: a step of one page takes longer. */
    @Test
    void scatteredPagesTakeLongerThanAHugePageOfThem() {
        ReleaseCost scattered = new ReleaseCost();
        for (int i = 0; i < 512; i++) {
            scattered.madvise(1);
        }
        ReleaseCost huge = new ReleaseCost();
        huge.madvise(512);
        assertTrue(scattered.nanos() > 10 * huge.nanos());
    }

    @Test
    void aWayToTheGoalThatTookLongTellsASlowMachine() {
        ScavengePace pace = new ScavengePace();
        double usual = pace.usualNanos(1_000_000);
        assertEquals(1e6, usual, 1);
        for (int i = 0; i < 10; i++) {
            pace.ran(1_000_000, 500_000, 0); // the twin would have needed half of it
        }
        assertEquals(usual, pace.usualNanos(1_000_000), 1, "the goal is still ahead");
        pace.ran(300_000, 150_000, 0);
        pace.arrived();
        double slow = pace.usualNanos(1_000_000);
        assertTrue(slow > 500_000 && slow < 800_000, "a millisecond is worth " + slow);
    }

    /** The clock runs on while the thread does not: of such a run half is lost in the mean. */
    @Test
    void aRunThatTookFarTooLongStoodStillInBetween() {
        ScavengePace pace = new ScavengePace();
        assertEquals(pace.usualNanos(1_000_000) / 2, pace.usualNanos(5_000_000), 1);
        pace.ran(5_000_000, 100_000, 0);
        pace.ran(10_000, 10_000, 0);
        pace.arrived();
        assertEquals(1e6, pace.usualNanos(1_000_000), 1, "it tells nothing of the machine");
    }

    @Test
    void aScavengerThatDoesNotRunInTheBackgroundReleasesWhenAsked() {
        Scavenger asked = new Scavenger(runtime.heap(), false);
        for (int i = 0; i < 8; i++) {
            runtime.malloc(runtime.heap().proc(0), MIB, true, false);
            spans.add(runtime.lastSpan());
        }
        runtime.heap().startSweep();
        for (MSpan span : spans) {
            span.markDead(0);
            runtime.heap().sweep(span, false);
        }
        long before = runtime.heap().stats().released();
        asked.ran(5_000_000, Scavenger.UNKNOWN_WAY);
        assertEquals(before, runtime.heap().stats().released());
        asked.release(64 << 10);
        assertEquals(2 * MIB, runtime.heap().stats().released() - before, "no free huge page is broken");
        asked.releaseAll();
        assertEquals(0, runtime.heap().stats().free());
    }

    /** Dense chunks are the last to be taken. */
    @Test
    void askedForMoreThanTheBackgroundWouldGiveTheRestIsForced() {
        collect(64, GOAL);
        spans.get(3).markDead(0);
        runtime.heap().sweep(spans.get(3), false);
        runtime.heap().startSweep();
        long before = runtime.heap().stats().released();
        scavenger.release(MIB);
        assertEquals(MIB, runtime.heap().stats().released() - before);
    }

    /** GOGC was turned off: the goal is beyond every number from one collection to the next, and all may be kept. */
    @Test
    void aGoalThatBecomesEndlessKeepsEverything() {
        collect(4, Long.MAX_VALUE / 100 * 97);
        assertFalse(scavenger.aboveGoal());
        scavenger.ran(1_000_000_000, Scavenger.UNKNOWN_WAY);
        assertEquals(64 * MIB, retained());
    }

    /** Nothing is known of a goal's growth from none. */
    @Test
    void afterAGoalOfNothingThereIsNoRatio() {
        runtime.malloc(runtime.heap().proc(0), 64 * MIB, true, false);
        scavenger.heapGoal(0, true);
        scavenger.markTermination();
        scavenger.heapGoal(MIB, true);
        assertFalse(scavenger.aboveGoal());
    }

    /**
     * Runs of a millisecond until one is shorter: by then everything above the goal was given back, and what that took is
     * known. This program was faster than is usual, and so is its next run.
     */
    @Test
    void aRunIsAsFastAsTheRunsBeforeTheGoalWere() {
        collect(4, GOAL / 10);
        writeAll();
        scavenger.ran(1_012_000, Scavenger.UNKNOWN_WAY);
        double usual = scavenger.nanos();
        scavenger.ran(10_000, Scavenger.UNKNOWN_WAY);
        assertFalse(scavenger.aboveGoal());
        double all = scavenger.nanos();
        assertTrue(all > 1.5 * usual, "it did far more than is usual");
        spans.clear();
        collect(4, GOAL / 10);
        writeAll();
        scavenger.ran(1_012_000, Scavenger.UNKNOWN_WAY);
        assertTrue(scavenger.nanos() - all > 1.05 * usual, scavenger.nanos() - all + " ns' worth, usually " + usual);
    }

    /** What was freed since the last mark termination is out of the background's sight; what is missing is forced. */
    @Test
    void theRestThatIsForcedIsNoMoreThanTheRest() {
        collect(64, GOAL);
        for (int i : new int[] {2, 3}) {
            spans.get(i).markDead(0);
            runtime.heap().sweep(spans.get(i), false);
        }
        runtime.heap().startSweep();
        for (int i : new int[] {10, 11, 12}) {
            spans.get(i).markDead(0);
            runtime.heap().sweep(spans.get(i), false);
        }
        long before = runtime.heap().stats().released();
        scavenger.release(3 * MIB);
        assertEquals(3 * MIB, runtime.heap().stats().released() - before);
        assertTrue(runtime.heap().isWithSystem(spans.get(3).page()));
        assertTrue(runtime.heap().isWithSystem(spans.get(12).page()));
        assertFalse(runtime.heap().isWithSystem(spans.get(11).page()));
    }

    /**
     * Before memory is used that would pass the limit, as much is given back, wherever it lies; a growth beyond the
     * background's goal is paid for with what the background would take.
     */
    @Test
    void onlyTheLimitTakesWhatWasFreedJustNow() {
        collect(64, GOAL);
        spans.get(9).markDead(0);
        runtime.heap().sweep(spans.get(9), false);
        long before = runtime.heap().stats().released();
        scavenger.markTermination();
        scavenger.heapGoal(GOAL / 2, true);
        assertTrue(scavenger.aboveGoal());
        scavenger.beforeUse(4 * MIB, 0);
        assertEquals(before, runtime.heap().stats().released());
        long ready = 64 * MIB + MemoryLimit.OFF_HEAP_BYTES + 63 * 160;
        scavenger.setLimit(runtime.memoryLimit(ready + MIB));
        scavenger.beforeUse(0, MIB);
        assertEquals(before, runtime.heap().stats().released(), "the limit is just reached");
        scavenger.beforeUse(0, MIB + 64 * 1024);
        assertEquals(before + 64 * 1024, runtime.heap().stats().released());
    }

    /** A program that asked for no background work in the heap's name may have a limit all the same. */
    @Test
    void underALimitTheBackgroundWorksUntilFivePerCentAreFree() {
        collect(4, GOAL);
        assertFalse(scavenger.aboveGoal());
        Scavenger asked = new Scavenger(runtime.heap(), false);
        MemoryLimit limit = runtime.memoryLimit(40 * MIB);
        asked.ran(5_000_000, Scavenger.UNKNOWN_WAY);
        assertEquals(64 * MIB, retained());
        asked.setLimit(limit);
        asked.ran(5_000_000, Scavenger.UNKNOWN_WAY);
        assertTrue(retained() < 64 * MIB);
        asked.ran(900_000, Scavenger.UNKNOWN_WAY);
        assertFalse(limit.wantsBackground());
        long wanted = 38 * MIB - MemoryLimit.OFF_HEAP_BYTES;
        assertTrue(retained() <= wanted && retained() > wanted - 2 * MIB, retained() + " bytes kept");
    }
}
