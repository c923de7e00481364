package dev.needzero.gc;

import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MHeap;

/**
 * A collector of the twin's own, for programs whose deaths are known when they happen: marking takes no time, sweeping
 * follows at once and in Go's order. {@code go-runtime-model.md} §13.4.
 */
public final class Collector {
    private final MHeap heap;
    private final Scavenger scavenger;
    private final Sweeper sweeper;
    private final Pacer pacer;
    private long cycles;
    private long markedBytes;

    public Collector(MHeap heap, Scavenger scavenger, Pacer pacer) {
        this.heap = heap;
        this.scavenger = scavenger;
        this.sweeper = new Sweeper(heap);
        this.pacer = pacer;
    }

    /** Tested after every allocation that took a span; true when a collection ran. */
    public boolean step() {
        if (!pacer.triggers(heap.stats().heapLive())) {
            return false;
        }
        collect();
        return true;
    }

    /** One whole cycle: what is marked dead is freed, emptied spans go back to the heap. */
    public void collect() {
        scavenger.markTermination();
        sweeper.start();
        sweeper.finish();
        HeapStats s = heap.stats();
        markedBytes = s.allocBytes(heap.layout().sizeClasses())
                - s.freeBytes(heap.layout().sizeClasses());
        heap.resetLive(markedBytes);
        pacer.commit(markedBytes);
        scavenger.heapGoal(pacer.goalBytes(), true);
        cycles++;
    }

    public long cycles() {
        return cycles;
    }

    public long goalBytes() {
        return pacer.goalBytes();
    }

    /** Bytes that the last collection found alive. */
    public long markedBytes() {
        return markedBytes;
    }
}
