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

/** When the background scavenger works and how long it sleeps, by the constants that Go gives its controller. */
class BackgroundScavengerTest {
    private static final long MIB = 1L << 20;

    private final GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, true);
    private final P p = runtime.heap().proc(0);

    /** So many mebibytes in objects of one, and the goal at the next mark termination is a hundredth of it. */
    private void garbage(int mebibytes) {
        List<MSpan> spans = new ArrayList<>();
        for (int i = 0; i < mebibytes; i++) {
            runtime.os().write(runtime.malloc(p, MIB, true, false), MIB, Cause.PROGRAM);
            spans.add(runtime.lastSpan());
        }
        runtime.scavenger().heapGoal(100 * MIB, true);
        runtime.scavenger().markTermination();
        runtime.heap().startSweep();
        for (MSpan span : spans) {
            span.markDead(0);
            runtime.heap().sweep(span, false);
        }
        runtime.heap().startSweep();
        runtime.scavenger().heapGoal(MIB, true);
    }

    private long released() {
        return runtime.heap().stats().released();
    }

    /**
     * The first sleep is a thousand times the work. Then a hundredth of the time is the set point, 0.3375 the gain: of an
     * error of 0.01 - 1/1001 that makes 0.00304, so that the second sleep is 329 times the work.
     */
    @Test
    void theSecondSleepIsAThirdOfTheFirst() {
        garbage(256);
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), MemoryLimit.NONE, 1);
        List<Double> sleeps = new ArrayList<>();
        long from = 0;
        background.wake(0);
        double worked = runtime.scavenger().nanos();
        double all = worked;
        long last = released();
        for (long now = 0; sleeps.size() < 2; now += 100_000) {
            background.advance(now);
            if (released() > last) {
                sleeps.add((now - from - worked) / worked);
                from = now;
                worked = runtime.scavenger().nanos() - all;
                all += worked;
                last = released();
            }
        }
        assertEquals(1000, sleeps.get(0), 1);
        assertEquals(1 / (0.3375 * (0.01 - 1 / 1001.0)), sleeps.get(1), 1);
    }

    /** With four Ps the same work is a quarter of the share: the controller lets it sleep a little less. */
    @Test
    void theShareIsOfAllProcessors() {
        garbage(256);
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), MemoryLimit.NONE, 4);
        background.wake(0);
        double worked = runtime.scavenger().nanos();
        long before = released();
        long first = (long) (worked * 1001) + 100_000;
        background.advance(first);
        assertTrue(released() > before);
        worked = runtime.scavenger().nanos() - worked;
        before = released();
        double sleep = 1 / (0.3375 * (0.01 - 1 / 4004.0));
        background.advance(first - 200_000 + (long) (worked * (sleep - 1)));
        assertEquals(before, released());
        background.advance(first + 200_000 + (long) (worked * (sleep + 1)));
        assertTrue(released() > before);
    }

    @Test
    void whileItSleepsWakingDoesNothing() {
        garbage(64);
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), MemoryLimit.NONE, 1);
        background.advance(1L << 60);
        long before = released();
        background.wake(0);
        long once = released();
        assertTrue(once > before);
        background.wake(1_000_000);
        background.advance(1_000_000);
        assertEquals(once, released());
    }

    /** When nothing is left to do it waits until a sweep or a cycle wakes it, however long that takes. */
    @Test
    void withNothingToDoItWaitsToBeWoken() {
        garbage(8);
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), MemoryLimit.NONE, 1);
        background.wake(0);
        background.advance(1L << 50);
        assertFalse(runtime.scavenger().aboveGoal());
        garbage(64);
        long before = released();
        background.advance(1L << 51);
        assertEquals(before, released());
        background.wake(1L << 51);
        assertTrue(released() > before);
    }

    /** "mappedReady ≤ memoryLimitGoal": with no goal from the heap's growth it works while 95 % of the limit are in use. */
    @Test
    void itWorksForTheLimitAsWell() {
        runtime.malloc(p, 64 * MIB, true, false);
        MSpan span = runtime.lastSpan();
        span.markDead(0);
        runtime.heap().startSweep();
        runtime.heap().sweep(span, false);
        runtime.heap().startSweep();
        assertFalse(runtime.scavenger().aboveGoal());
        MemoryLimit limit = runtime.memoryLimit(40 * MIB);
        new BackgroundScavenger(runtime.scavenger(), runtime.memoryLimit(80 * MIB), 1).wake(0);
        assertEquals(64 * MIB, runtime.heap().stats().free());
        BackgroundScavenger background = new BackgroundScavenger(runtime.scavenger(), limit, 1);
        background.wake(0);
        background.advance(1L << 50);
        assertFalse(limit.wantsBackground());
        long kept = runtime.heap().stats().free();
        long wanted = 38 * MIB - MemoryLimit.OFF_HEAP_BYTES;
        assertTrue(kept <= wanted && kept > wanted - 2 * MIB, kept + " bytes kept");
    }
}
