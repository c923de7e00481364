package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MSpan;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The goal that a limit leaves, by the formula in Go's comments on {@code memoryLimitHeapGoal}. */
class MemoryLimitTest {
    private static final long MIB = 1L << 20;

    /** A span's record. */
    private static final long MSPAN = 160;

    private final GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, true);

    private MSpan large(long bytes) {
        runtime.malloc(runtime.heap().proc(0), bytes, true, false);
        return runtime.lastSpan();
    }

    /** All that is no object lies beside the heap; 3 % of what is left, and at least 1 MiB, is headroom. */
    @Test
    void theGoalIsWhatIsLeftLessThreePerCent() {
        large(10 * MIB);
        runtime.heap().allocManual(runtime.heap().proc(0), 4, MSpan.State.STACK);
        runtime.heap().allocManual(runtime.heap().proc(0), 2, MSpan.State.WORK_BUFFER);
        long beside = MemoryLimit.OFF_HEAP_BYTES + 3 * MSPAN + 6 * 8192;
        long left = 200 * MIB - beside;
        assertEquals(left - left / 100 * 3, runtime.memoryLimit(200 * MIB).goalBytes(0));
        left = 20 * MIB - beside;
        assertEquals(left - MIB, runtime.memoryLimit(20 * MIB).goalBytes(0));
        assertEquals(30 * MIB, runtime.memoryLimit(20 * MIB).goalBytes(30 * MIB), "never below what is alive");
    }

    /** What is free but kept is not in the way: the heap can grow into it. */
    @Test
    void freeMemoryIsNotBesideTheHeap() {
        MSpan span = large(10 * MIB);
        long full = runtime.memoryLimit(200 * MIB).goalBytes(0);
        span.markDead(0);
        runtime.heap().startSweep();
        runtime.heap().sweep(span, false);
        assertEquals(10 * MIB, runtime.heap().stats().free());
        long left = 200 * MIB - MemoryLimit.OFF_HEAP_BYTES;
        assertEquals(left - left / 100 * 3, runtime.memoryLimit(200 * MIB).goalBytes(0));
        assertTrue(full < left - left / 100 * 3, "a span's record less");
    }

    /** Half a mebibyte, one, one and a half, two and a bit beside what the runtime itself takes. */
    @ParameterizedTest
    @CsvSource({"524288, 1048576", "1048576, 1048576", "1572864, 1048576", "2097152, 1048576", "2097153, 1048577"})
    void theGoalIsAtLeastTheHeadroom(long left, long goal) {
        MemoryLimit limit = runtime.memoryLimit(MemoryLimit.OFF_HEAP_BYTES + left);
        assertEquals(goal, limit.goalBytes(0));
    }

    @Test
    void aLimitThatTheRuntimeItselfReachesLeavesWhatIsAlive() {
        assertEquals(12345, runtime.memoryLimit(MemoryLimit.OFF_HEAP_BYTES).goalBytes(12345));
        assertEquals(MIB, runtime.memoryLimit(MemoryLimit.OFF_HEAP_BYTES + 1).goalBytes(12345));
    }

    /** "overage": by how much the limit is exceeded already, the goal is lower still. */
    @Test
    void whatIsOverTheLimitIsTakenOffTwice() {
        large(100 * MIB);
        long ready = 100 * MIB + MemoryLimit.OFF_HEAP_BYTES + MSPAN;
        long limit = ready - 10 * MIB;
        long left = limit - (ready - 100 * MIB) - 10 * MIB;
        assertEquals(left - left / 100 * 3, runtime.memoryLimit(limit).goalBytes(0));
    }

    @Test
    void theExcessIsWhatComesBackBeyondTheLimit() {
        large(10 * MIB);
        MemoryLimit limit = runtime.memoryLimit(20 * MIB);
        long room = 10 * MIB - MemoryLimit.OFF_HEAP_BYTES - MSPAN;
        assertEquals(0, limit.excess(room));
        assertEquals(1, limit.excess(room + 1));
        assertEquals(0, limit.excess(0));
        assertEquals(0, MemoryLimit.NONE.excess(Long.MAX_VALUE));
    }

    /** From 1.22 on the background scavenger works when 95 % of the limit are in use. */
    @Test
    void theBackgroundWorksAboveNinetyFivePerCent() {
        large(92 * MIB);
        long ready = 92 * MIB + MemoryLimit.OFF_HEAP_BYTES + MSPAN;
        assertTrue(runtime.memoryLimit(ready * 100 / 95 - 10).wantsBackground());
        assertFalse(runtime.memoryLimit(ready * 100 / 95 + 10).wantsBackground());
        GoRuntime old = new GoRuntime(Behaviours.of("1.21"), OsSettings.defaults(), 0, 0, true);
        old.malloc(old.heap().proc(0), 92 * MIB, true, false);
        assertFalse(old.memoryLimit(MIB).wantsBackground());
        assertFalse(MemoryLimit.NONE.wantsBackground());
    }

    @Test
    void noLimitIsNone() {
        assertSame(MemoryLimit.NONE, runtime.memoryLimit(Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE, MemoryLimit.NONE.goalBytes(5));
        assertThrows(IllegalArgumentException.class, () -> runtime.memoryLimit(-1));
        assertEquals(7, runtime.memoryLimit(0).goalBytes(7));
    }

    /** What a goal was before the headroom was taken off is known, or one of two sizes. */
    @Test
    void theHeadroomCanBeAddedAgain() {
        for (long left = 2 * MIB; left < 1L << 44; left += left / 7 + 97) {
            long goal = left - Math.max(left / 100 * 3, MIB);
            long off = MemoryLimit.withHeadroom(goal) - left;
            assertTrue(off == 0 || off == MemoryLimit.OTHER_SIZE_BYTES, left + " is off by " + off);
        }
    }

    /** Where it is known what a limit leaves for the heap, the rest is the runtime's own, however many spans there are. */
    @Test
    void aLimitThatIsKnownByTheHeapsPartOfIt() {
        large(10 * MIB);
        large(20 * MIB);
        assertEquals(2 * MSPAN, MemoryLimit.spanRecordBytes(runtime.heap()));
        MemoryLimit limit = MemoryLimit.ofHeapPart(45 * MIB, 40 * MIB, runtime.heap(), true);
        assertEquals(45 * MIB, limit.bytes());
        assertEquals(0, limit.excess(10 * MIB));
        assertEquals(1, limit.excess(10 * MIB + 1));
        large(MIB);
        assertEquals(1, limit.excess(9 * MIB + 1), "more spans change nothing");
    }
}
