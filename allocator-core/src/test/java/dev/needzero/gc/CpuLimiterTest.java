package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import org.junit.jupiter.api.Test;

/**
 * "The limit is currently set at 50%, with a 2 * GOMAXPROCS CPU-second window" (the Go documentation's guide to the garbage
 * collector, on the memory limit).
 */
class CpuLimiterTest {
    private static final long MIB = 1 << 20;

    @Test
    void inTheLongRunTheCollectorTakesHalfOfTheTime() {
        CpuLimiter limiter = CpuLimiter.ofProcs(1);
        double read = 0;
        double allocated = 0;
        for (int i = 0; i < 1_000_000; i++) {
            allocated += MIB / 8;
            if (limiter.allows(MIB / 8, 70 * MIB)) {
                limiter.collected(70 * MIB);
                read += 70 * MIB;
            }
        }
        double programs = allocated / CpuLimiter.ALLOCATED_PER_MARKED_BYTE;
        assertEquals(0.5, read / (read + programs), 0.01);
    }

    @Test
    void forOneSecondOfEachProcessorItMayTakeAllThereIs() {
        for (int procs = 1; procs <= 4; procs *= 2) {
            CpuLimiter limiter = CpuLimiter.ofProcs(procs);
            double read = 0;
            while (limiter.allows(0, MIB)) {
                limiter.collected(MIB);
                read += MIB;
            }
            assertTrue(limiter.limiting());
            assertEquals(procs, read / CpuLimiter.MARKED_BYTES_A_SECOND, 0.01);
        }
    }

    /** A long rest is no licence for a long storm: the window is all there is. */
    @Test
    void idlenessEarnsNoCredit() {
        CpuLimiter limiter = CpuLimiter.ofProcs(1);
        assertTrue(limiter.allows(1L << 40, MIB));
        limiter.collected((long) CpuLimiter.MARKED_BYTES_A_SECOND);
        assertFalse(limiter.allows(0, MIB));
    }

    @Test
    void aLimitBelowWhatIsAliveCollectsAsOftenAsHalfTheTimeAllows() {
        GoRuntime runtime = new GoRuntime(Behaviours.of("1.24"), OsSettings.defaults(), 0, 0, false);
        MemoryLimit limit = runtime.memoryLimit(8 * MIB);
        Collector collector = runtime.collectWith(new Pacer(100, limit, 0), limit, true);
        collector.limitCpu(CpuLimiter.ofProcs(1));
        P p = runtime.heap().proc(0);
        long kept = 0;
        long read = 0;
        long allocated = 0;
        while (allocated < 1L << 31) {
            runtime.malloc(p, 64 << 10, true, false);
            MSpan span = runtime.lastSpan();
            allocated += span.sizeBytes();
            if (kept < 32 * MIB) {
                kept += span.sizeBytes();
            } else {
                span.markDead(0);
            }
            read += collector.step() ? collector.markedBytes() : 0;
        }
        double programs = allocated / CpuLimiter.ALLOCATED_PER_MARKED_BYTE;
        assertTrue(read <= programs + CpuLimiter.MARKED_BYTES_A_SECOND, () -> collector.cycles() + " collections");
        assertTrue(read >= programs * 0.9, () -> collector.cycles() + " collections");
    }

    /** The leeway may be used up to its last byte; a program that allocates meanwhile gets it back. */
    @Test
    void theLeewayIsFullWhenItIsFull() {
        long second = (long) CpuLimiter.MARKED_BYTES_A_SECOND;
        CpuLimiter limiter = CpuLimiter.ofProcs(1);
        limiter.collected(second / 2);
        assertTrue(limiter.allows(0, second / 2));
        assertFalse(limiter.limiting());
        assertFalse(limiter.allows(0, second / 2 + 1));
        assertTrue(limiter.limiting());
        // A quarter of a byte is allocated while one is read.
        assertTrue(limiter.allows(MIB / 4, second / 2 + MIB));
    }

    /** A heap that takes longer to read than all the leeway is collected when the program has had its half. */
    @Test
    void aCollectionLongerThanTheLeewayBeginsWhenItIsUnused() {
        CpuLimiter limiter = CpuLimiter.ofProcs(1);
        long hours = 1L << 40;
        assertTrue(limiter.allows(0, hours));
        limiter.collected(hours);
        assertFalse(limiter.allows(hours / 4 - 1, hours));
        assertTrue(limiter.allows(1, hours));
    }
}
