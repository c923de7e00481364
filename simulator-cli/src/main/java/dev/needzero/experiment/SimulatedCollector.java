package dev.needzero.experiment;

import dev.needzero.gc.BackgroundScavenger;
import dev.needzero.gc.Collector;
import dev.needzero.gc.MarkPhase;
import dev.needzero.gc.MemoryLimit;
import dev.needzero.gc.Pacer;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;

/**
 * The twin's own collector in a Go trace's replay. A cycle begins when the twin's heap reaches the trigger that the twin's
 * pacer set, and marks until the program has allocated what it would have had the time for. What died before it began is
 * freed by its sweep; what was born or died while it marks survives it.
 *
 * <p>A recorded cycle that the program asked for, or that began because two minutes had passed, stays where it was and
 * marks as long as it did. Spans for the collector's work come and go with the recorded cycles, whatever the twin's.
 */
final class SimulatedCollector implements GoCollector {
    private final GoRuntime runtime;
    private final MHeap heap;
    private final Lookahead lookahead;
    private final PendingDeaths deaths;
    private final MarkPhase markPhase;
    private final Collector collector;
    private final BackgroundScavenger background;
    private final Listener listener;
    private final long rootBytes;
    private final double longestMarkNanosPerByte;
    private final long freeOsMemoryEveryNanos;
    private final OwnCollector own;

    private EventBatch current;
    private long ordinal;
    private long aliveBytes;
    private boolean paced;
    private boolean marking;
    private boolean forced;
    private boolean sweeping;
    private long liveAtBegin;
    private long liveAtEnd;
    private long latestEndNanos;
    private long workBytes;

    private int recordedBegun;
    private boolean recordedMarking;
    private int recordedReason;
    private boolean recordedForced;
    private boolean freeOsMemory;
    private long nextFreeOsMemoryNanos = Long.MIN_VALUE;

    SimulatedCollector(GoRuntime runtime, GcSettings settings, Lookahead lookahead, Listener listener) {
        this.runtime = runtime;
        this.heap = runtime.heap();
        this.lookahead = lookahead;
        this.deaths = new PendingDeaths(lookahead, settings.deaths());
        int procs = settings.procs() > 0 ? settings.procs() : lookahead.procs();
        this.markPhase = new MarkPhase(
                procs,
                lookahead.rootBytes(),
                lookahead.markedBefore(),
                settings.timing().number());
        this.listener = listener;
        this.rootBytes = lookahead.rootBytes();
        this.longestMarkNanosPerByte = lookahead.longestMarkNanosPerByte();
        this.freeOsMemoryEveryNanos = settings.freeOsMemoryEveryNanos();
        MemoryLimit limit = runtime.memoryLimit(settings.memoryLimitBytes());
        int gogc = settings.gogc() == GcSettings.AS_RECORDED ? lookahead.gogc() : settings.gogc();
        Pacer pacer = new Pacer(gogc, limit, rootBytes);
        long before = lookahead.markedBefore();
        pacer.commit(before, before == 0 ? 0 : Long.MAX_VALUE);
        this.collector = runtime.collectWith(pacer, limit, procs > 1);
        this.own = new OwnCollector(
                gogc,
                settings.gogc() == GcSettings.AS_RECORDED ? "as the recorded goals tell" : "as asked for",
                settings.memoryLimitBytes(),
                procs,
                rootBytes,
                lookahead.allocPerScannedByte(),
                procs > 1,
                settings.deaths(),
                freeOsMemoryEveryNanos,
                lookahead.limited(),
                settings.timing());
        this.background = new BackgroundScavenger(runtime.scavenger(), limit, procs);
    }

    @Override
    public void batch(EventBatch batch) {
        current = batch;
    }

    @Override
    public void before(byte kind, int proc, long nanos) {
        if (freeOsMemory && !marking && RecordedCollector.endsFreeOsMemory(kind)) {
            freeOsMemory = false;
            collector.finishSweep();
            runtime.scavenger().releaseAll();
        }
        if (marking && !forced && nanos > latestEndNanos) {
            end();
        }
        if (sweeping && collector.swept()) {
            sweeping = false;
            background.wake(nanos);
        }
        background.advance(nanos);
        if (freeOsMemoryEveryNanos > 0 && kind > Kind.STACK) {
            freeOsMemoryEvery(nanos);
        }
    }

    private void freeOsMemoryEvery(long nanos) {
        if (nextFreeOsMemoryNanos == Long.MIN_VALUE) {
            nextFreeOsMemoryNanos = nanos + freeOsMemoryEveryNanos;
        }
        if (nanos < nextFreeOsMemoryNanos) {
            return;
        }
        if (marking) {
            end();
        }
        begin(nanos);
        end();
        collector.finishSweep();
        runtime.scavenger().releaseAll();
        nextFreeOsMemoryNanos += (nanos - nextFreeOsMemoryNanos) / freeOsMemoryEveryNanos * freeOsMemoryEveryNanos
                + freeOsMemoryEveryNanos;
    }

    @Override
    public void beforeObject(int proc) {}

    @Override
    public void flush(P p) {
        collector.flush(p);
    }

    @Override
    public void existed(long object, int kind, MSpan span, int slot) {
        ordinal = object;
        aliveBytes += span.slotBytes();
        deaths.add(object, kind, span, slot);
    }

    @Override
    public void born(long object, int kind, MSpan span, int slot, int i) {
        existed(object, kind, span, slot);
        if (marking) {
            if (!forced && heap.stats().heapLive() >= liveAtEnd) {
                end();
            }
        } else if (paced && collector.triggers()) {
            long nanos = current.timeNanos[i];
            begin(nanos);
            liveAtBegin = heap.stats().heapLive();
            long allocated = markPhase.allocatedBytes(
                    nanos,
                    workBytes,
                    liveAtBegin,
                    collector.goalBytes(),
                    lookahead.markNanosPerByte(nanos),
                    lookahead.allocBytesPerNano(nanos));
            liveAtEnd = liveAtBegin + allocated;
            latestEndNanos = nanos + (long) (workBytes * longestMarkNanosPerByte);
            if (allocated == 0) {
                end();
            }
        }
    }

    private void begin(long nanos) {
        background.wake(nanos);
        collector.begin();
        aliveBytes -= deaths.apply(ordinal);
        workBytes = aliveBytes + rootBytes;
        marking = true;
    }

    private void end() {
        marking = false;
        if (!forced) {
            markPhase.ended(workBytes, heap.stats().heapLive() - liveAtBegin);
        }
        forced = false;
        collector.end(aliveBytes, markPhase.runwayBytes(aliveBytes + rootBytes));
        sweeping = true;
        listener.collected();
    }

    /** The recorded sweep is not the twin's. */
    @Override
    public boolean freed(RecordedSpan r, int slot, int proc) {
        return true;
    }

    @Override
    public void event(byte kind, int proc, long a, int c, int i) {
        switch (kind) {
            case Kind.GC_BEGIN -> recordedBegin(c, current.timeNanos[i]);
            case Kind.GC_END -> recordedEnd();
            case Kind.HEAP_ALLOC -> {
                if (!paced) {
                    // What the heap held when the trace began, the snapshot does not tell; the first figure does.
                    paced = true;
                    heap.resetLive(a);
                }
            }
            default -> {} // the recorded collector's own affairs
        }
    }

    private void recordedBegin(int reason, long nanos) {
        recordedMarking = true;
        recordedReason = reason;
        recordedForced = recordedBegun < lookahead.cycles().size()
                ? lookahead.cycles().get(recordedBegun).forced()
                : reason != Kind.GC_BY_PACER;
        recordedBegun++;
        if (recordedForced) {
            if (marking) {
                end();
            }
            begin(nanos);
            liveAtBegin = heap.stats().heapLive();
            forced = true;
        }
    }

    private void recordedEnd() {
        recordedMarking = false;
        recordedBegun = Math.max(recordedBegun, 1);
        if (!recordedForced) {
            return;
        }
        recordedForced = false;
        if (marking) {
            end();
        }
        if (recordedReason != Kind.GC_BY_PACER) {
            collector.finishSweep();
        }
        freeOsMemory |= recordedReason == Kind.GC_BY_FREE_OS_MEMORY;
    }

    @Override
    public void finish() {
        if (freeOsMemory && !marking) {
            collector.finishSweep();
            runtime.scavenger().releaseAll();
        }
    }

    @Override
    public boolean recordedMarking() {
        return recordedMarking;
    }

    @Override
    public OwnCollector own() {
        return own;
    }

    @Override
    public long cycles() {
        return collector.cycles();
    }

    @Override
    public long goalBytes() {
        return collector.goalBytes();
    }

    @Override
    public long liveBytes() {
        return collector.cycles() == 0 ? -1 : collector.markedBytes();
    }
}
