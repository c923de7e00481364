package dev.needzero.runtime;

import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MHeap;
import java.util.TreeMap;

/**
 * What {@code runtime/metrics.Read} would say of the heap at this moment, under Go's own names. Values that the heap does
 * not decide (profiling tables, thread stacks, persistent chunks) are left out.
 *
 * <p>Go: {@code runtime/metrics.go}; {@code go-runtime-model.md} §9.
 */
public final class Metrics {
    private Metrics() {}

    /** The metrics, by name, in bytes or counts as the name says. */
    public static TreeMap<String, Long> read(MHeap heap) {
        HeapStats s = heap.stats();
        long allocs = s.allocBytes(heap.layout().sizeClasses());
        long frees = s.freeBytes(heap.layout().sizeClasses());
        TreeMap<String, Long> m = new TreeMap<>();
        m.put("/memory/classes/heap/objects:bytes", allocs - frees);
        m.put("/memory/classes/heap/unused:bytes", s.inHeap() - (allocs - frees));
        m.put("/memory/classes/heap/free:bytes", s.free());
        m.put("/memory/classes/heap/released:bytes", s.released());
        m.put("/memory/classes/heap/stacks:bytes", s.inStacks());
        m.put("/gc/heap/allocs:bytes", allocs);
        m.put("/gc/heap/frees:bytes", frees);
        m.put("/gc/heap/allocs:objects", s.allocObjects());
        m.put("/gc/heap/frees:objects", s.freeObjects());
        m.put("/gc/heap/objects:objects", s.allocObjects() - s.freeObjects());
        m.put("/gc/heap/tiny/allocs:objects", s.tinyAllocCount());
        return m;
    }
}
