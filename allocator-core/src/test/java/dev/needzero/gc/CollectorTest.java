package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
        allocate(1024);
        kill(0, 1023);
        collector.collect();
        collector.collect(); // the second sets a goal by the first's
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), MemoryLimit.NONE, 1);
        long before = runtime.os().rssBytes();
        background.wake(0);
        long first = before - runtime.os().rssBytes();
        assertEquals(1e6, Scavenger.nanosToRelease(first), 1e5);
        background.advance(900_000_000L);
        assertEquals(before - first, runtime.os().rssBytes());
        long seconds = 15;
        for (long at = 1; at <= seconds * 1000; at++) {
            background.advance(at * 1_000_000);
        }
        double share = Scavenger.nanosToRelease(before - runtime.os().rssBytes()) / (seconds * 1e9);
        assertTrue(share > 0.003 && share < 0.03, "share of the processor: " + share);
    }
}
