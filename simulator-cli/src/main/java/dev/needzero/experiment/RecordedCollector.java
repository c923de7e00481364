package dev.needzero.experiment;

import dev.needzero.gc.LimitEvidence;
import dev.needzero.gc.MemoryLimit;
import dev.needzero.gc.RecordedSweep;
import dev.needzero.gc.Scavenger;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Follows the recorded collector: cycles begin and end when they did, what a recorded sweep freed is freed at that moment,
 * the scavenger runs when it ran.
 */
final class RecordedCollector implements GoCollector {
    private static final int NOT_DUE = -1;
    private static final int WHEN_STARTED = -2;
    /** While it marks, the pacer lets the heap grow by as much beyond what it was when that began. */
    private static final long RUNWAY_BYTES = 64 << 10;

    private final GoRuntime runtime;
    private final MHeap heap;
    private final RecordedHeap recordedHeap;
    private final RecordedSweep sweep;
    private final LimitEvidence limit;
    private long limitBytes = -1;
    private final RecordedSpans spans;
    private final ScavengerRuns scavengerRuns;
    private int scavengerRun;
    private final boolean recordedPlacement;
    private final boolean sameClasses;
    private final Listener listener;

    private SweepRun[] runs = new SweepRun[4];
    private int openRuns;
    private final BitSet running = new BitSet();
    private int procs = 1;
    /** Whether idle Ps are still to be flushed: the P that will, or one of the two below. */
    private int flushIdle = NOT_DUE;

    /** The P that was woken when the world started again, or -1. */
    private int woken = -1;

    private boolean marking;
    private boolean freeOsMemory;
    private boolean afterCollection;
    private long cycles;
    private long goalBytes = -1;
    private long liveBytes = -1;
    private long lastHeapAlloc = -1;
    /** heapLive when the cycle that marks began. */
    private long triggeredBytes;

    private EventBatch current;

    /** What a P's sweeper freed since its last other event. */
    private static final class SweepRun {
        RecordedSpan recorded;
        MSpan[] touched = new MSpan[4];
        int ntouched;
        int reason;
    }

    /**
     * @param recordedPlacement objects lie and die where the recording has them: nothing is the twin's to sweep
     * @param sameClasses the twin's version puts every object into the recording's span class
     */
    RecordedCollector(
            GoRuntime runtime,
            RecordedSpans spans,
            ScavengerRuns scavengerRuns,
            boolean recordedPlacement,
            boolean sameClasses,
            Listener listener) {
        this.runtime = runtime;
        this.heap = runtime.heap();
        this.recordedHeap = runtime.recordedHeap();
        this.sweep = runtime.recordedSweep();
        this.limit = runtime.limitEvidence();
        this.spans = spans;
        this.scavengerRuns = scavengerRuns;
        this.recordedPlacement = recordedPlacement;
        this.sameClasses = sameClasses;
        this.listener = listener;
    }

    /** Takes over from a truth's first line what the recorded program held outside the heap. */
    void begin(Truth.Line start) {
        if (start.offHeapBytes() >= 0) {
            limit.setOffHeapAtStart(start.offHeapBytes());
        }
    }

    @Override
    public void batch(EventBatch batch) {
        current = batch;
    }

    @Override
    public void before(byte kind, int proc, long nanos) {
        if (openRuns > 0) {
            closeRun(proc);
        }
        if (freeOsMemory && !marking && endsFreeOsMemory(kind)) {
            freeOsMemory();
        }
        if (flushIdle == proc && kind != Kind.SPAN_FREE) {
            flushIdle();
        }
    }

    @Override
    public void beforeObject(int proc) {
        if (openRuns > 0) {
            closeRun(proc);
        }
        if (flushIdle == proc) {
            flushIdle();
        }
    }

    @Override
    public void spanDone(int proc) {
        closeRun(proc);
    }

    @Override
    public void flush(P p) {
        sweep.beforeAllocation(p);
    }

    @Override
    public void born(long ordinal, int kind, MSpan span, int slot, int i) {}

    @Override
    public void existed(long ordinal, int kind, MSpan span, int slot) {}

    @Override
    public boolean freed(RecordedSpan r, int slot, int proc) {
        if (recordedPlacement) {
            return r.twin != null && recordedHeap.vacate(r.twin, slot);
        }
        return dies(r, slot, open(r, proc));
    }

    /** What a P's sweeper frees from here on belongs to this span. */
    private SweepRun open(RecordedSpan r, int proc) {
        SweepRun run = run(proc);
        if (run.recorded != r) {
            closeRun(proc);
            run.recorded = r;
            openRuns++;
        }
        return run;
    }

    private static boolean dies(RecordedSpan r, int slot, SweepRun run) {
        MSpan t = r.spanOf(slot);
        if (t == null || !t.markDead(r.slotOf(slot))) {
            return false;
        }
        if (run.ntouched == 0 || run.touched[run.ntouched - 1] != t) {
            if (run.ntouched == run.touched.length) {
                run.touched = Arrays.copyOf(run.touched, run.ntouched * 2);
            }
            run.touched[run.ntouched++] = t;
            t.setClaimed(true);
        }
        return true;
    }

    @Override
    public int freed(RecordedSpan r, long[] addresses, int from, int to, int proc) {
        if (recordedPlacement) {
            return GoCollector.super.freed(r, addresses, from, to, proc);
        }
        SweepRun run = open(r, proc);
        MSpan t = r.liesOn();
        if (t == null) {
            int unknown = 0;
            for (int i = from; i < to; i++) {
                unknown += dies(r, r.slotAt(addresses[i]), run) ? 0 : 1;
            }
            return unknown;
        }
        // The first notes the span; the others only die, as many at a time as share a word of the bitmap.
        int i = from;
        while (i < to && !dies(r, r.slotAt(addresses[i]), run)) {
            i++;
        }
        int unknown = i - from;
        for (i++; i < to; ) {
            int first = i;
            int slot = r.slotAt(addresses[i]);
            int word = slot >>> 6;
            long dead = 0;
            while (slot >>> 6 == word) {
                dead |= 1L << slot;
                i++;
                slot = i < to ? r.slotAt(addresses[i]) : -1;
            }
            unknown += i - first - Long.bitCount(t.markDead(word, dead));
        }
        return unknown;
    }

    @Override
    public void event(byte kind, int proc, long a, int c, int i) {
        switch (kind) {
            case Kind.GC_BEGIN -> {
                marking = true;
                triggeredBytes = lastHeapAlloc;
                freeOsMemory = c == Kind.GC_BY_FREE_OS_MEMORY;
                sweep.gcBegin();
            }
            case Kind.STW_END -> {
                if (!recordedPlacement) {
                    worldStarted(proc, i);
                }
            }
            case Kind.GC_END -> gcEnd();
            case Kind.PROCS_CHANGE -> {
                procs = (int) a;
                countIdle();
            }
            case Kind.PROC_START -> {
                running.set(proc);
                countIdle();
                if (!recordedPlacement && cycles > 0) {
                    sweep.beforeAllocation(heap.proc(proc));
                }
            }
            case Kind.PROC_STOP -> {
                running.clear(proc);
                countIdle();
            }
            case Kind.SWEEP_BEGIN, Kind.SWEEP_END, Kind.SWEEPER_RAN -> {
                if (!recordedPlacement) {
                    sweeping(kind, proc, a, c, i);
                }
            }
            case Kind.HEAP_ALLOC -> lastHeapAlloc = a;
            case Kind.HEAP_GOAL -> {
                goalBytes = a;
                if (afterCollection) {
                    limit.committed(a, liveBytes);
                    runtime.scavenger().setLimit(limit.limit());
                    if (limit.limit() != MemoryLimit.NONE) {
                        limitBytes = limit.limit().bytes();
                    }
                }
                runtime.scavenger().heapGoal(a, afterCollection);
                afterCollection = false;
            }
            case Kind.SCAVENGER_RAN -> {
                boolean far = a > 0 && runtime.scavenger().isFarFromGoal();
                long nanosToGoal = far ? scavengerRuns.nanosToGoal(scavengerRun) : Scavenger.UNKNOWN_WAY;
                runtime.scavenger().ran(a, nanosToGoal);
                scavengerRun++;
            }
            default -> {} // scheduling that moves no memory
        }
    }

    @Override
    public void finish() {
        for (int p = 0; p < runs.length; p++) {
            closeRun(p);
        }
        if (freeOsMemory && !marking) {
            freeOsMemory();
        }
    }

    @Override
    public boolean recordedMarking() {
        return marking;
    }

    @Override
    public OwnCollector own() {
        return null;
    }

    @Override
    public long cycles() {
        return cycles;
    }

    @Override
    public long goalBytes() {
        long goal =
                limit.limit() == MemoryLimit.NONE ? goalBytes : limit.limit().goalBytes(liveBytes);
        return marking && goal > 0 ? Math.max(goal, triggeredBytes + RUNWAY_BYTES) : goal;
    }

    @Override
    public long liveBytes() {
        return liveBytes;
    }

    @Override
    public long inferredLimitBytes() {
        return limitBytes;
    }

    private void countIdle() {
        sweep.setBusy(running.cardinality() >= procs);
    }

    /**
     * After mark termination every P gives up what it has cached: the one that starts the world before it does, others as
     * they begin to run, idle ones when the first of them gets round to it, with their pages. But one P it has woken before
     * that: the next to run is idle no longer, and keeps its pages.
     */
    private void worldStarted(int proc, int i) {
        sweep.worldStarted();
        if (flushIdle == WHEN_STARTED) {
            sweep.beforeAllocation(heap.proc(proc));
            flushIdle = proc;
            woken = nextToRun(i);
        }
    }

    private int nextToRun(int from) {
        for (int i = from; i < current.size; i++) {
            if (current.kind[i] == Kind.PROC_START && !running.get(current.proc[i])) {
                return current.proc[i];
            }
        }
        return -1;
    }

    private void flushIdle() {
        flushIdle = NOT_DUE;
        recordedHeap.releaseWithheld();
        for (int id = 0; id < heap.procLimit(); id++) {
            P p = heap.procOrNull(id);
            if (p != null && !running.get(id) && id != woken) {
                sweep.beforeAllocation(p);
                heap.flushPageCache(p);
            }
        }
    }

    private void gcEnd() {
        flushIdle = recordedPlacement ? NOT_DUE : WHEN_STARTED;
        marking = false;
        cycles++;
        liveBytes = lastHeapAlloc;
        afterCollection = true;
        runtime.scavenger().markTermination();
        if (recordedPlacement) {
            sweep.gcEndWithoutSweep();
        } else {
            sweep.gcEnd();
        }
        listener.collected();
    }

    // ---- sweeping

    private SweepRun run(int proc) {
        if (proc >= runs.length) {
            runs = Arrays.copyOf(runs, proc + 4);
        }
        if (runs[proc] == null) {
            runs[proc] = new SweepRun();
        }
        return runs[proc];
    }

    private void closeRun(int proc) {
        SweepRun run = proc < runs.length ? runs[proc] : null;
        if (run == null || run.recorded == null) {
            return;
        }
        run.recorded = null;
        openRuns--;
        RecordedSweep.By by = by(run.reason);
        P p = heap.proc(proc);
        for (int i = 0; i < run.ntouched; i++) {
            MSpan t = run.touched[i];
            run.touched[i] = null;
            t.setClaimed(false);
            if (t.deadCount() > 0) {
                sweep.swept(p, t, by);
            }
        }
        run.ntouched = 0;
    }

    private static RecordedSweep.By by(int reason) {
        return switch (reason) {
            case Kind.SWEEP_BY_CACHE_SPAN -> RecordedSweep.By.CACHE_SPAN;
            case Kind.SWEEP_BY_RECLAIM -> RecordedSweep.By.RECLAIM;
            case Kind.SWEEP_BY_CREDIT -> RecordedSweep.By.CREDIT;
            case Kind.SWEEP_BY_BACKGROUND -> RecordedSweep.By.BACKGROUND;
            default -> RecordedSweep.By.UNKNOWN;
        };
    }

    private void sweeping(byte kind, int proc, long a, int c, int i) {
        P p = heap.proc(proc);
        SweepRun run = run(proc);
        if (kind == Kind.SWEEPER_RAN) {
            sweep.sweeperRan(p, a);
            run.reason = Kind.SWEEP_BY_UNKNOWN;
        } else if (kind == Kind.SWEEP_BEGIN && c == Kind.SWEEP_BY_BACKGROUND) {
            run.reason = c;
        } else if (kind == Kind.SWEEP_BEGIN) {
            run.reason = c;
            sweep.sweepBegin(p);
            if (c == Kind.SWEEP_BY_CREDIT && sameClasses) {
                uncacheBeforeSweep(proc, i);
            }
        } else {
            if (run.reason != Kind.SWEEP_BY_UNKNOWN) {
                sweep.sweepEnd(p, by(run.reason), a);
            }
            run.reason = Kind.SWEEP_BY_UNKNOWN;
        }
    }

    /**
     * A refill files the full span before it pays for the next by sweeping, so the full span stands before those swept in
     * the queue. Whose refill it is the allocation tells that follows.
     */
    private void uncacheBeforeSweep(int proc, int i) {
        for (int k = i + 1; k < current.size; k++) {
            if (current.proc[k] == proc && current.kind[k] == Kind.SPAN_ALLOC) {
                if ((current.c[k] & 1) == 0 && current.c[k] >> 2 != 0) {
                    recordedHeap.uncacheFull(heap.proc(proc), current.c[k] >> 1);
                }
                return;
            }
            if (current.proc[k] == proc && current.kind[k] == Kind.OBJECT_ALLOC) {
                RecordedSpan r = spans.at(current.a[k]);
                if (r != null && r.spanClass >= 2) {
                    recordedHeap.uncacheFull(heap.proc(proc), r.spanClass);
                }
                return;
            }
        }
    }

    // ---- debug.FreeOSMemory

    /** Whether an event shows that the goroutine that waits for the sweep to end goes on, or that another cycle begins. */
    static boolean endsFreeOsMemory(byte kind) {
        return kind == Kind.CHECKPOINT
                || kind == Kind.KERNEL_READ
                || kind == Kind.WRITE
                || kind == Kind.SPAN_ALLOC
                || kind == Kind.GC_BEGIN;
    }

    private void freeOsMemory() {
        freeOsMemory = false;
        sweep.finishSweep();
        runtime.scavenger().releaseAll();
    }
}
