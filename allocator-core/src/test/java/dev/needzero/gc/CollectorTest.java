package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When sweeping is done and memory goes back, held against what Go's own comments promise. */
class CollectorTest {
    private static final long MIB = 1L << 20;

    private final GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
    private final P p = runtime.heap().proc(0);
    private final List<MSpan> large = new ArrayList<>();

    private Collector collector(long limit, boolean eager) {
        MemoryLimit memoryLimit = runtime.memoryLimit(limit);
        return runtime.collectWith(new Pacer(100, memoryLimit, 0), memoryLimit, eager);
    }

    /** Large objects of 1 MiB each, written. */
    private void allocate(int count) {
        for (int i = 0; i < count; i++) {
            long at = runtime.malloc(p, MIB, true, false);
            runtime.os().write(at, MIB, Cause.PROGRAM);
            large.add(runtime.lastSpan());
        }
    }

    private void kill(int from, int to) {
        for (MSpan span : large.subList(from, to)) {
            span.markDead(0);
        }
    }

    /** "Proportional sweep … such that when the heap reaches the trigger, all spans are swept." */
    @Test
    void allocationsPayForSweepingSoThatItIsOverWhenTheNextCycleBegins() {
        Collector collector = collector(Long.MAX_VALUE, false);
        List<MSpan> small = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            runtime.malloc(p, 64, true, true);
            if (i % 2 == 0) {
                runtime.lastSpan().markDead(runtime.lastSlot());
            }
            small.add(runtime.lastSpan());
        }
        collector.begin();
        collector.end(100_000 * 64, 0);
        assertFalse(collector.swept());
        while (!collector.triggers()) {
            runtime.malloc(p, 64, true, true);
        }
        assertTrue(collector.swept());
        assertTrue(small.stream().allMatch(span -> span.deadCount() == 0));
    }

    /** "mheap.reclaim … frees at least npages pages before allocating", from the lowest address. */
    @Test
    void aLargeObjectTakesThePagesOfADeadOneThatNobodySweptYet() {
        Collector collector = collector(Long.MAX_VALUE, false);
        allocate(64);
        kill(16, 32);
        collector.begin();
        collector.end(48 * MIB, 0);
        long mapped = runtime.os().mappedBytes();
        MSpan dead = large.get(16);
        allocate(1);
        assertEquals(dead.base(), large.get(64).base());
        assertEquals(mapped, runtime.os().mappedBytes());
    }

    @Test
    void anEagerSweepIsOverAtOnce() {
        Collector collector = collector(Long.MAX_VALUE, true);
        allocate(4);
        kill(0, 4);
        collector.begin();
        collector.end(0, 0);
        assertTrue(collector.swept());
        assertEquals(0, runtime.heap().stats().inHeap());
    }

    /** "The scavenger releases … synchronously if an allocation would exceed the memory limit." */
    @Test
    void anAllocationThatWouldPassTheLimitGivesFreeMemoryBackFirst() {
        long limit = 80 * MIB;
        Collector collector = collector(limit, true);
        allocate(64);
        kill(0, 60);
        collector.begin();
        collector.end(4 * MIB, 0);
        long before = runtime.os().rssBytes();
        runtime.malloc(p, 70 * MIB, true, false);
        assertTrue(runtime.os().rssBytes() < before);
        long ready = runtime.heap().stats().inHeap() + runtime.heap().stats().free();
        assertTrue(ready + MemoryLimit.OFF_HEAP_BYTES <= limit + MIB, ready + " bytes kept");
    }

    /** The scavenger works for a millisecond, sleeps for a second at first, and comes to take 1 % of the time. */
    @Test
    void theBackgroundScavengerTakesAHundredthOfTheProcessor() {
        Collector collector = collector(Long.MAX_VALUE, true);
        allocate(8192);
        kill(0, 8191);
        collector.collect();
        collector.collect(); // the second sets a goal by the first's
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), MemoryLimit.NONE, 1);
        long before = runtime.os().rssBytes();
        background.wake(0);
        long first = before - runtime.os().rssBytes();
        assertTrue(first > 0);
        assertEquals(1e6, runtime.scavenger().nanos(), 1e5);
        background.advance(900_000_000L);
        assertEquals(before - first, runtime.os().rssBytes());
        long seconds = 15;
        for (long at = 1; at <= seconds * 1000; at++) {
            background.advance(at * 1_000_000);
        }
        double share = runtime.scavenger().nanos() / (seconds * 1e9);
        assertTrue(share > 0.003 && share < 0.03, "share of the processor: " + share);
    }

    /** Mark termination flushes every P's cache, and the pages swept before do not count for the next cycle. */
    @Test
    void markTerminationMakesEveryPGiveUpItsCache() {
        Collector collector = collector(Long.MAX_VALUE, false);
        runtime.malloc(p, 64, true, true);
        MSpan first = runtime.lastSpan();
        P third = runtime.heap().proc(2);
        runtime.malloc(third, 64, true, true);
        collector.begin();
        collector.end(128, 0);
        assertNull(p.cached(first.spanClass()));
        assertNull(third.cached(first.spanClass()));
        assertEquals(128, collector.markedBytes());
        assertEquals(128, runtime.heap().stats().heapLive());
        assertEquals(1, collector.cycles());
        assertEquals(4 * MIB, collector.goalBytes());
    }

    /** A cycle begins when the last one's sweep is over. */
    @Test
    void theNextCycleFinishesTheSweepOfTheLast() {
        Collector collector = collector(Long.MAX_VALUE, false);
        allocate(8);
        kill(0, 4);
        collector.end(4 * MIB, 0);
        assertFalse(collector.swept());
        assertEquals(8 * MIB, runtime.heap().stats().inHeap());
        collector.begin();
        assertTrue(collector.swept());
        assertEquals(4 * MIB, runtime.heap().stats().inHeap());
    }

    /** A whole cycle in no time: what survived is what is counted alive, and the goal is twice that. */
    @Test
    void aStepCollectsWhenTheTriggerIsReached() {
        Collector collector = collector(Long.MAX_VALUE, true);
        allocate(3);
        assertFalse(collector.step());
        allocate(29);
        kill(0, 12);
        assertTrue(collector.step());
        assertEquals(20 * MIB, collector.markedBytes());
        assertEquals(40 * MIB, collector.goalBytes());
        assertEquals(20 * MIB, runtime.heap().stats().heapLive());
        assertEquals(20 * MIB, runtime.heap().stats().inHeap());
        assertTrue(collector.swept());
        assertFalse(collector.step());
        kill(12, 16);
        collector.collect();
        assertEquals(16 * MIB, collector.markedBytes());
        assertEquals(2, collector.cycles());
    }

    /**
     * "sweepPagesPerByte": pages in use over the bytes to the trigger less 1 MiB. 64 MiB alive, the trigger at 125 MiB: one
     * span of 1 MiB pays for 8192 / 60 pages, less the 128 that it brings along.
     */
    @Test
    void eachSpanPaysForItsShareOfTheSweep() {
        Collector collector = collector(Long.MAX_VALUE, false);
        for (int i = 0; i < 8192; i++) {
            runtime.malloc(p, 8192, true, false);
        }
        runtime.heap().releaseAll(p);
        collector.begin();
        collector.end(64 * MIB, 0);
        assertEquals(128 * MIB, collector.goalBytes());
        double perMebibyte = 8192 / 60.0;
        collector.deductSweepCredit(MIB, 0);
        assertEquals((long) perMebibyte, runtime.heap().pagesSwept());
        collector.deductSweepCredit(2 * MIB, 100);
        assertEquals((long) (2 * perMebibyte) - 100, runtime.heap().pagesSwept());
        collector.deductSweepCredit(MIB, 100);
        assertEquals((long) (2 * perMebibyte) - 100, runtime.heap().pagesSwept(), "less than was swept already");
        collector.deductSweepCredit(60 * MIB, 0);
        assertEquals(8192, runtime.heap().pagesSwept());
        collector.deductSweepCredit(70 * MIB, 0);
        assertTrue(collector.swept(), "nothing is left");
    }

    /** Dead spans are freed chunk by chunk from the lowest address; what a chunk has too much is credit for the next. */
    @Test
    void reclaimFreesAsManyPagesAsAreWantedAndKeepsTheRestAsCredit() {
        Collector collector = collector(Long.MAX_VALUE, false);
        allocate(16);
        kill(1, 4);
        kill(6, 7);
        collector.begin();
        collector.end(12 * MIB, 0);
        collector.reclaim(128);
        assertEquals(3 * 128, runtime.heap().pagesSwept(), "the first 4 MiB hold three dead objects");
        assertSame(MSpan.State.DEAD, large.get(3).state());
        assertSame(MSpan.State.IN_USE, large.get(0).state());
        collector.reclaim(256);
        assertEquals(3 * 128, runtime.heap().pagesSwept(), "two of them were left over");
        collector.reclaim(1);
        assertEquals(4 * 128, runtime.heap().pagesSwept());
        assertSame(MSpan.State.DEAD, large.get(6).state());
        collector.reclaim(127);
        collector.reclaim(1000);
        assertEquals(4 * 128, runtime.heap().pagesSwept(), "nothing else is dead");
    }

    /** After some seconds it takes a hundredth of the time, whatever the number of processors. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void theBackgroundScavengersShareSettles(int procs) {
        Collector collector = collector(Long.MAX_VALUE, true);
        int mebibytes = 40 * 1024;
        allocate(mebibytes);
        kill(0, mebibytes - 1);
        collector.collect();
        collector.collect();
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), MemoryLimit.NONE, procs);
        background.wake(0);
        long from = 15_000_000_000L;
        background.advance(from);
        double before = runtime.scavenger().nanos();
        background.wake(from);
        long seconds = 15;
        background.advance(from + seconds * 1_000_000_000L);
        double share = (runtime.scavenger().nanos() - before) / (seconds * 1e9 * procs);
        assertEquals(0.01, share, 0.001);
    }

    /** One whole cycle begins as every cycle does: with the rest of the last one's sweep. */
    @Test
    void aCollectionInNoTimeFinishesTheSweepBeforeIt() {
        Collector collector = collector(Long.MAX_VALUE, false);
        allocate(8);
        kill(0, 4);
        collector.end(4 * MIB, 0);
        assertEquals(8 * MIB, runtime.heap().stats().inHeap());
        kill(4, 6);
        collector.collect();
        assertEquals(2 * MIB, runtime.heap().stats().inHeap());
        assertEquals(2 * MIB, collector.markedBytes());
    }

    @Test
    void aPThatRunsAgainGivesUpWhatItCachedBefore() {
        Collector collector = collector(Long.MAX_VALUE, false);
        runtime.malloc(p, 64, true, true);
        MSpan cached = runtime.lastSpan();
        runtime.heap().startSweep();
        collector.flush(p);
        assertNull(p.cached(cached.spanClass()));
    }

    /** A chunk of 4 MiB holds four of these; the first of the next chunk is not touched. */
    @Test
    void reclaimLooksAtWholeChunks() {
        Collector collector = collector(Long.MAX_VALUE, false);
        allocate(8);
        kill(0, 5);
        collector.begin();
        collector.end(3 * MIB, 0);
        collector.reclaim(1);
        assertEquals(4 * 128, runtime.heap().pagesSwept());
        assertSame(MSpan.State.IN_USE, large.get(4).state());
    }

    /** Spans of any length that have nothing alive on them go; where one object lives, or some P caches one, they stay. */
    @Test
    void reclaimTakesOnlySpansWithNothingAlive() {
        Collector collector = collector(Long.MAX_VALUE, false);
        for (int i = 0; i < 4 * 8; i++) {
            runtime.malloc(p, 1024, true, true);
            MSpan span = runtime.lastSpan();
            if (large.isEmpty() || large.get(large.size() - 1) != span) {
                large.add(span);
            }
        }
        runtime.heap().releaseAll(p);
        for (int slot = 0; slot < 8; slot++) {
            large.get(0).markDead(slot);
            large.get(2).markDead(slot);
        }
        large.get(1).markDead(3);
        collector.begin();
        collector.end(15 * 1024, 0);
        collector.reclaim(100);
        assertEquals(2, runtime.heap().pagesSwept());
        assertSame(MSpan.State.DEAD, large.get(0).state());
        assertSame(MSpan.State.DEAD, large.get(2).state());
        assertEquals(1, large.get(1).deadCount());
        assertTrue(runtime.heap().isUnswept(large.get(3)));
    }

    /** What is worth keeping is set at each mark termination; a heap that grows beyond it gives back as much at once. */
    @Test
    void aHeapThatGrowsBeyondTheScavengersGoalPaysForIt() {
        Collector collector = collector(Long.MAX_VALUE, true);
        allocate(64);
        collector.begin();
        collector.end(64 * MIB, 0);
        for (int i = 8; i < 64; i += 2) {
            large.get(i).markDead(0);
        }
        collector.begin();
        collector.end(36 * MIB, 0);
        // 64 MiB were in use, the goal fell from 128 to 72: 39.6 MiB are worth keeping, and 64 are kept.
        assertTrue(runtime.scavenger().aboveGoal());
        runtime.heap().startSweep();
        runtime.heap().finishSweep();
        long before = runtime.heap().stats().released();
        runtime.malloc(p, 4 * MIB, true, false);
        assertEquals(4 * MIB, runtime.heap().stats().released() - before);
    }
}
