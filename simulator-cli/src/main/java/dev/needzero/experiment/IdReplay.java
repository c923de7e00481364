package dev.needzero.experiment;

import dev.needzero.gc.BackgroundScavenger;
import dev.needzero.gc.Collector;
import dev.needzero.gc.CpuLimiter;
import dev.needzero.gc.MemoryLimit;
import dev.needzero.gc.Pacer;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.os.Cause;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.runtime.Metrics;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import dev.needzero.units.ByteSize;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * Feeds a trace without addresses to a twin: malloc traces, generated workloads. The twin places every object, a free is
 * the object's death, and the twin's own collector decides when its memory comes back.
 *
 * <p>Types that do not say whether they hold pointers are taken to hold some.
 */
public final class IdReplay extends Replay {
    /** The twin numbers pages with an int, and no program was ever granted more. */
    private static final long MAX_OBJECT_BYTES = 1L << 42;

    /** Smaller objects are not worth asking whether there is room for them: their records weigh as much. */
    private static final long LARGE_CLAIM_BYTES = 1L << 20;

    private final TraceReader reader;
    private final GoRuntime runtime;
    private final Collector collector;
    private final TouchRules rules;

    // By id; ids are dense and recycled.
    private MSpan[] spanOf = new MSpan[1024];
    private long[] addressOf = new long[1024];
    private long[] sizeOf = new long[1024];
    /** Live objects in a tiny block, by the block's address; blocks of one are not listed. */
    private final Long2IntOpenHashMap sharers = new Long2IntOpenHashMap();

    private final BackgroundScavenger background;
    /** Recorded threads are folded onto so many Ps; 0: each is one of its own. */
    private final int procs;

    private final long freeOsMemoryEveryNanos;
    private final OwnCollector own;
    private long nextFreeOsMemoryNanos = Long.MIN_VALUE;

    private long events;
    private int index;
    private long now;

    /**
     * @param behaviours the version that the twin follows
     * @param settings of them, the collector's: GOGC is 100 unless they say otherwise
     */
    public IdReplay(TraceReader reader, Behaviours behaviours, Replays.Settings settings) {
        super(settings.touch());
        this.reader = reader;
        this.rules = settings.touch();
        this.runtime = new GoRuntime(behaviours, settings.os(), 0, 0, false);
        runtime.os().cgroup().setPosition(() -> events + index, () -> now);
        GcSettings gc = settings.gc();
        MemoryLimit limit = runtime.memoryLimit(gc.memoryLimitBytes());
        int gogc = gc.gogc() == GcSettings.AS_RECORDED ? GcSettings.DEFAULT_GOGC : gc.gogc();
        this.collector = runtime.collectWith(new Pacer(gogc, limit, 0), limit, true);
        this.procs = gc.procs();
        collector.limitCpu(CpuLimiter.ofProcs(Math.max(1, procs)));
        this.background = new BackgroundScavenger(runtime.scavenger(), limit, Math.max(1, procs));
        this.freeOsMemoryEveryNanos = gc.freeOsMemoryEveryNanos();
        this.own = new OwnCollector(
                gogc,
                gc.gogc() == GcSettings.AS_RECORDED ? "Go's default" : "as asked for",
                gc.memoryLimitBytes(),
                Math.max(1, procs),
                0,
                0,
                true,
                null,
                freeOsMemoryEveryNanos,
                false,
                gc.timing());
    }

    @Override
    public GoRuntime runtime() {
        return runtime;
    }

    @Override
    public OwnCollector ownCollector() {
        return own;
    }

    @Override
    public long cycles() {
        return collector.cycles();
    }

    @Override
    public void replay(EventBatch batch, int from, int to) {
        for (int i = from; i < to; i++) {
            long a = batch.a[i];
            index = i;
            now = batch.timeNanos[i];
            runtime.os().advanceTo(now);
            if (freeOsMemoryEveryNanos > 0) {
                freeOsMemoryEvery(now);
            }
            switch (batch.kind[i]) {
                case Kind.ALLOC ->
                    alloc(
                            a,
                            batch.b[i],
                            batch.c[i],
                            runtime.heap().proc(procs == 0 ? batch.proc[i] : batch.proc[i] % procs));
                case Kind.FREE -> free(a);
                case Kind.WRITE -> write(a, batch.b[i]);
                case Kind.FORCE_GC -> collect(batch.timeNanos[i]);
                case Kind.FREE_OS_MEMORY -> freeOsMemory(batch.timeNanos[i]);
                case Kind.RSS_SAMPLE -> observedRss().add(batch.timeNanos[i], events + i, a);
                case Kind.CHECKPOINT -> checkpoint(a, reader.string(batch.c[i]), events + i, batch.timeNanos[i]);
                default -> {} // what moves no memory
            }
        }
        if (to < batch.size) {
            return;
        }
        events += to;
        background.advance(now);
        timeLine().sample(now, events, runtime, collector.goalBytes());
        observer().moment(now, events, this);
    }

    @Override
    public Place placeOf(long a) {
        MSpan span = a >= 0 && a < spanOf.length ? spanOf[(int) a] : null;
        return span == null ? null : new Place(span, slot(span, addressOf[(int) a]));
    }

    private void collect(long nanos) {
        collector.collect();
        collected(nanos);
    }

    private void collected(long nanos) {
        timeLine().cycle(nanos);
        background.wake(nanos);
    }

    private void freeOsMemory(long nanos) {
        collect(nanos);
        runtime.scavenger().releaseAll();
    }

    private void freeOsMemoryEvery(long nanos) {
        if (nextFreeOsMemoryNanos == Long.MIN_VALUE) {
            nextFreeOsMemoryNanos = nanos + freeOsMemoryEveryNanos;
        }
        if (nanos >= nextFreeOsMemoryNanos) {
            freeOsMemory(nanos);
            nextFreeOsMemoryNanos += (nanos - nextFreeOsMemoryNanos) / freeOsMemoryEveryNanos * freeOsMemoryEveryNanos
                    + freeOsMemoryEveryNanos;
        }
    }

    private void alloc(long id, long size, int typeIndex, P p) {
        TypeTable.Type type = reader.types().get(typeIndex);
        boolean noscan = type.pointers() == TypeTable.Pointers.NO;
        Claims.object(events + index, id, size);
        int at = Math.toIntExact(id);
        if (at >= spanOf.length) {
            int length = Math.max(at + 1, spanOf.length * 2);
            spanOf = Arrays.copyOf(spanOf, length);
            addressOf = Arrays.copyOf(addressOf, length);
            sizeOf = Arrays.copyOf(sizeOf, length);
        }
        if (size >= LARGE_CLAIM_BYTES && size <= MAX_OBJECT_BYTES) {
            Claims.room(events, runtime.os().mappedBytes() + size);
        }
        if (size > MAX_OBJECT_BYTES) {
            throw new UncheckedIOException(new BadInputException(
                    "event " + events,
                    "an object of " + size + " bytes; expected at most " + ByteSize.format(MAX_OBJECT_BYTES)));
        }
        if (spanOf[at] != null) {
            free(at); // its free was lost with a damaged part of the trace
        }
        if (size <= 0) {
            spanOf[at] = null; // Go's zerobase
            return;
        }
        long address = runtime.malloc(p, size, noscan, type.zeroed() || !noscan);
        MSpan span = runtime.lastSpan();
        if (noscan && size < runtime.heap().layout().tinyBlockBytes()) {
            sharers.addTo(block(span, address), 1);
        }
        spanOf[at] = span;
        addressOf[at] = address;
        sizeOf[at] = size;
        long written = rules.bytes(type, type.name().isEmpty(), span.isLarge(), size);
        if (written > 0) {
            runtime.os().write(address, written, Cause.PROGRAM);
        }
        if (collector.step()) {
            collected(now);
        }
    }

    private static long block(MSpan span, long address) {
        return span.slotAddress(slot(span, address));
    }

    private static int slot(MSpan span, long address) {
        return span.isLarge() ? 0 : (int) ((address - span.base()) / span.elemBytes());
    }

    private void free(long number) {
        MSpan span = number >= 0 && number < spanOf.length ? spanOf[(int) number] : null;
        if (span == null) {
            return;
        }
        int id = (int) number;
        long block = block(span, addressOf[id]);
        spanOf[id] = null;
        if (sharers.containsKey(block)) {
            if (sharers.addTo(block, -1) > 1) {
                return; // others in the tiny block live on
            }
            sharers.remove(block);
        }
        span.markDead(slot(span, block));
    }

    private void write(long number, long bytes) {
        if (number >= 0 && number < spanOf.length && spanOf[(int) number] != null && bytes > 0) {
            int id = (int) number;
            runtime.os().write(addressOf[id], Math.min(bytes, sizeOf[id]), Cause.PROGRAM);
        }
    }

    @Override
    public SortedMap<String, Long> metrics() {
        SortedMap<String, Long> metrics = Metrics.read(runtime.heap());
        metrics.put("/gc/cycles/total:gc-cycles", collector.cycles());
        metrics.put("/gc/heap/goal:bytes", collector.goalBytes());
        metrics.put("/gc/heap/live:bytes", collector.markedBytes());
        return metrics;
    }

    private void checkpoint(long number, String name, long event, long nanos) {
        reached(new Checkpoint(
                number,
                name,
                event,
                nanos,
                runtime.os().rssBytes(),
                runtime.os().mappedBytes(),
                runtime.os().zeroMappedBytes(),
                metrics()));
    }

    @Override
    void end() {
        checkpoint(checkpoints().size(), "end", events, now);
        timeLine().finish(now, events, runtime, collector.goalBytes());
    }
}
