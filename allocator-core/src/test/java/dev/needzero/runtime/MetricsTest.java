package dev.needzero.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.os.OsSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each metric counts, by the descriptions that {@code runtime/metrics} gives of them. */
class MetricsTest {
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;

    private final GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, true);
    private final MHeap heap = runtime.heap();
    private final P p = heap.proc(0);

    private long read(String name) {
        return Metrics.read(heap).get(name);
    }

    @Test
    void aHeapOfEveryKindOfSpan() {
        for (int i = 0; i < 10; i++) {
            runtime.malloc(p, 1000, true, true); // ten slots of 1024 bytes
        }
        for (int i = 0; i < 4; i++) {
            runtime.malloc(p, 4, true, true); // one block of 16 bytes holds all four
        }
        runtime.malloc(p, 100_000, true, true);
        MSpan dead = runtime.lastSpan();
        runtime.malloc(p, 40_000, true, true);
        heap.allocManual(p, 4, MSpan.State.STACK);
        heap.allocManual(p, 2, MSpan.State.WORK_BUFFER);
        heap.releaseAll(p);
        dead.markDead(0);
        heap.startSweep();
        heap.sweep(dead, false);
        long objects = 10 * KIB + 16 + 5 * 8 * KIB;
        long inHeap = 8 * KIB + 8 * KIB + 8 * KIB + 5 * 8 * KIB;
        long used = inHeap + 6 * 8 * KIB;
        Map<String, Long> expected = Map.ofEntries(
                Map.entry("/memory/classes/heap/objects:bytes", objects),
                Map.entry("/memory/classes/heap/unused:bytes", inHeap - objects),
                Map.entry("/memory/classes/heap/free:bytes", 13 * 8 * KIB),
                Map.entry("/memory/classes/heap/released:bytes", 4 * MIB - used - 13 * 8 * KIB),
                Map.entry("/memory/classes/heap/stacks:bytes", 4 * 8 * KIB),
                Map.entry("/gc/heap/allocs:bytes", objects + 13 * 8 * KIB),
                Map.entry("/gc/heap/frees:bytes", 13 * 8 * KIB),
                Map.entry("/gc/heap/allocs:objects", 13L),
                Map.entry("/gc/heap/frees:objects", 1L),
                Map.entry("/gc/heap/objects:objects", 12L),
                Map.entry("/gc/heap/tiny/allocs:objects", 3L));
        assertEquals(expected, Metrics.read(heap));
        assertEquals(2 * 8 * KIB, heap.stats().inWorkBufs());
    }

    /** "Small-object counters lag: they move when a span leaves its P's cache." */
    @Test
    void whatACachedSpanHandedOutIsNotCountedYet() {
        runtime.malloc(p, 1000, true, true);
        assertEquals(0, read("/gc/heap/allocs:objects"));
        assertEquals(8 * KIB, read("/memory/classes/heap/unused:bytes"));
        heap.releaseAll(p);
        assertEquals(1, read("/gc/heap/allocs:objects"));
        assertEquals(KIB, read("/gc/heap/allocs:bytes"));
    }
}
