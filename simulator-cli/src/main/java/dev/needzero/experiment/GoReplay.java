package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.runtime.Metrics;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.Units;
import java.util.SortedMap;

/**
 * Feeds a Go execution trace to a twin: recorded page → {@link RecordedSpan} → slot → the twin's span and slot, arrays all
 * the way.
 *
 * <p>The recording supplies requests and deaths; the twin decides where things go. What it cannot foresee, stacks and work
 * buffers, follows the recording in size and moment. Under a version that lays spans out as the recorded one did, a choice
 * that the recording shows to be another is counted as a difference and put right: see {@link Following}.
 */
public final class GoReplay extends Replay {
    private static final int NO = 0;
    private static final int YES = 1;
    private static final int UNKNOWN = 2;
    private static final int EVENTS_AHEAD = 256;

    private final TraceReader reader;
    private final Prelude prelude;
    private final GoRuntime runtime;
    private final MHeap heap;
    private final AddressSpace os;
    private final TwinClasses classes;
    private final boolean sameClasses;
    private final boolean recordedPlacement;
    private final TouchRules.Cache touch;
    private final RecordedSpans spans = new RecordedSpans();
    private final TraceStart before;
    private final Stacks stacks;
    private final GoCollector collector;
    /** Recorded Ps are folded onto so many; 0: each is its own. */
    private final int procs;
    /** Null where the twin's version lays spans out differently, or decides nothing. */
    private final Following following;

    private final Placement placement;
    private final SpanEvents spanEvents;
    private long events;
    private int index;
    private EventBatch current;
    private long now;
    private long unknownObjects;
    private long ordinal;
    /** What smaps said at the checkpoint to come, where it is known when it was read. */
    private boolean smapsRead;

    private long rssBytesRead;
    private long mappedBytesRead;

    /**
     * @param behaviours the version that the twin follows
     * @param lookahead what a first reading told, for a collector of the twin's own; null to follow the recorded one
     * @param start a truth's first line, taken as the initial state; null to take the snapshot alone
     * @param startIsOurs whether that line is of the recorded run itself; of another run only the amounts are taken
     */
    public GoReplay(
            TraceReader reader,
            Prelude prelude,
            Behaviours behaviours,
            Replays.Settings settings,
            Lookahead lookahead,
            Truth.Line start,
            boolean startIsOurs) {
        super(settings.touch());
        this.reader = reader;
        this.prelude = prelude;
        this.recordedPlacement = settings.recordedPlacement();
        TraceInfo info = reader.info();
        int firstPage = (int) (info.firstPageOffset() >>> Units.PAGE_SHIFT);
        this.runtime = new GoRuntime(
                behaviours,
                settings.os(),
                firstPage / Units.PAGES_PER_CHUNK,
                Math.min(prelude.paddingPages(firstPage), Units.PAGES_PER_CHUNK - 1),
                settings.backgroundScavenger());
        this.heap = runtime.heap();
        this.os = runtime.os();
        os.cgroup().setPosition(() -> events + index, () -> current == null ? 0 : current.timeNanos[index]);
        this.classes = new TwinClasses(Behaviours.of(info.goVersion()).layout(0, 0), heap.layout(), reader.types());
        this.sameClasses = classes.same();
        this.touch = new TouchRules.Cache(settings.touch(), reader.types());
        this.before = new TraceStart(runtime, spans, touch, prelude, recordedPlacement, start, startIsOurs);
        this.stacks = new Stacks(heap, os, spans);
        this.following = !recordedPlacement && lookahead == null && classes.laidOutAlike()
                ? new Following(runtime, spans)
                : null;
        if (lookahead != null) {
            this.collector = new SimulatedCollector(runtime, settings.gc(), lookahead, this::collected);
        } else {
            RecordedCollector recorded = new RecordedCollector(
                    runtime, spans, prelude.scavengerRuns(), recordedPlacement, sameClasses, this::collected);
            if (startIsOurs && start != null) {
                recorded.begin(start);
            }
            this.collector = recorded;
        }
        this.placement = new Placement(info.heapBase());
        this.spanEvents = new SpanEvents(
                runtime, spans, stacks, collector, placement, following, recordedPlacement, sameClasses, info);
        this.procs = settings.gc().procs();
    }

    @Override
    public GoRuntime runtime() {
        return runtime;
    }

    @Override
    public long heapBase() {
        return reader.info().heapBase();
    }

    @Override
    public OwnCollector ownCollector() {
        return collector.own();
    }

    /** The memory limit that the recorded goals tell of, roughly; -1 where they tell of none. */
    public long inferredLimitBytes() {
        return collector.inferredLimitBytes();
    }

    public Placement placement() {
        return placement;
    }

    @Override
    public long cycles() {
        return collector.cycles();
    }

    /** Objects whose span the recording never showed; they were passed over. */
    @Override
    public long unknownObjects() {
        return unknownObjects;
    }

    @Override
    public void replay(EventBatch batch, int from, int to) {
        byte[] kinds = batch.kind;
        long[] as = batch.a;
        int[] cs = batch.c;
        short[] ps = batch.proc;
        collector.batch(batch);
        current = batch;
        boolean snapshot = before.inSnapshot();
        for (int i = from; i < to; i++) {
            byte kind = kinds[i];
            int proc = procs == 0 ? ps[i] : ps[i] % procs;
            index = i;
            if (snapshot && (kind == Kind.OBJECT_ALLOC || kind == Kind.OBJECT_FREE)) {
                before.finishSnapshot(proc, cacheProc()); // a damaged trace breaks it off with an object's event
                snapshot = false;
            }
            if (kind == Kind.OBJECT_ALLOC) {
                collector.beforeObject(proc);
                int next = following == null ? i : inStep(batch, i, to, heap.proc(proc));
                if (next > i) {
                    i = next - 1;
                } else {
                    objectAlloc(as[i], cs[i], proc, i);
                }
            } else if (kind == Kind.OBJECT_FREE) {
                i = objectsFreed(batch, i, to, proc) - 1;
            } else {
                now = batch.timeNanos[i];
                os.advanceTo(now);
                other(kind, proc, as[i], batch.b[i], cs[i], i);
                snapshot = before.inSnapshot();
            }
        }
        now = to > 0 ? batch.timeNanos[to - 1] : now;
        os.advanceTo(now);
        if (to < batch.size) {
            return;
        }
        events += to;
        timeLine().sample(now, events, runtime, collector.goalBytes());
        observer().moment(now, events, this);
    }

    /** The P whose page cache the trace shows first; the first where it shows none. */
    private int cacheProc() {
        int proc = Math.max(0, prelude.cacheProc());
        return procs == 0 ? proc : proc % procs;
    }

    @Override
    boolean isSettled() {
        return !before.inSnapshot();
    }

    @Override
    boolean sweeps() {
        return !recordedPlacement;
    }

    @Override
    void end() {
        collector.finish();
        timeLine().finish(now, events, runtime, collector.goalBytes());
    }

    @Override
    public Place placeOf(long a) {
        RecordedSpan r = spans.at(a);
        if (r == null || r.twin == null) {
            return null;
        }
        if (r.spanClass < 0 || r.nelems == 1) {
            return new Place(r.twin, 0);
        }
        int slot = r.slotAt(a);
        return slot < r.nelems ? new Place(r.spanOf(slot), r.slotOf(slot)) : null;
    }

    // ---- objects

    /**
     * Takes a P's objects, one behind the other, as long as each gets the slot that the twin gives it by itself: nearly all
     * do, and a loop that knows no other case is twice as fast. Beside the slot only the page matters, if it is to commit.
     *
     * @return the index of the first event that is none of these
     */
    private int inStep(EventBatch batch, int from, int to, P p) {
        if (heap.needsFlush(p)) {
            return from;
        }
        byte[] kinds = batch.kind;
        short[] ps = batch.proc;
        long[] as = batch.a;
        short recordedProc = ps[from];
        int i = from;
        for (; i < to && kinds[i] == Kind.OBJECT_ALLOC && ps[i] == recordedProc; i++) {
            RecordedSpan r = spans.at(as[i]);
            if (r == null || r.spanClass <= SpanClass.LARGE_NOSCAN) {
                break;
            }
            int slot = r.slotAt(as[i]);
            MSpan t = r.twin;
            if (slot >= r.nelems || t == null) {
                break;
            }
            long[] taken = r.takenBits;
            if (taken != null && (taken[slot >>> 6] >>> slot & 1) != 0) {
                p.countTinyAlloc();
                continue;
            }
            if (p.cached(r.spanClass) != t || !t.takeNext(slot)) {
                break;
            }
            if (taken != null) {
                taken[slot >>> 6] |= 1L << slot;
            }
            if (!os.isInResidentPage(t.slotAddress(slot), t.elemBytes())) {
                index = i;
                written(r, slot, batch.c[i]);
            }
        }
        ordinal += i - from;
        placement.objects += i - from;
        placement.objectsSame += i - from;
        return i;
    }

    private void objectAlloc(long address, int type, int proc, int i) {
        ordinal++;
        RecordedSpan r = spans.at(address);
        if (r == null || r.spanClass < 0) {
            unknownObjects++;
            return;
        }
        P p = heap.proc(proc);
        if (heap.needsFlush(p)) {
            collector.flush(p);
        }
        int spanClass = r.spanClass;
        if (spanClass <= SpanClass.LARGE_NOSCAN) {
            largeObject(r, type, i);
            return;
        }
        int slot = r.slotAt(address);
        if (slot >= r.nelems || recordedPlacement && r.takenBits == null && r.twin.isAllocated(slot)) {
            unknownObjects++;
            return;
        }
        placement.objects++;
        if (r.takenBits != null) {
            if ((r.takenBits[slot >>> 6] >>> slot & 1) != 0) {
                // A tiny object inside a block that exists.
                p.countTinyAlloc();
                MSpan t = r.spanOf(slot);
                if (t != null && t.slotAddress(r.slotOf(slot)) == r.base + (long) slot * r.elemBytes) {
                    placement.objectsSame++;
                }
                return;
            }
            r.takenBits[slot >>> 6] |= 1L << slot;
        }
        if (following != null) {
            follow(r, slot, p, type, i);
            return;
        }
        if (r.idle) {
            r.idle = false;
            if (collector.own() == null || collector.cycles() == 0) {
                runtime.recordedHeap().adopt(p, r.twin);
            }
        }
        int twinClass = sameClasses ? spanClass : classes.of(spanClass, type);
        long at;
        int room = classes.room(r);
        if (r.firstTaken != null && slot == r.firstSlot) {
            at = runtime.prepare(r.firstTaken, r.firstSlot, room, type != 0 || !SpanClass.noscan(spanClass));
            r.firstTaken = null;
        } else if (recordedPlacement) {
            at = runtime.mallocAt(r.twin, slot, room, type != 0 || !SpanClass.noscan(spanClass));
        } else if (twinClass < 2) {
            at = runtime.malloc(
                    p, TouchRules.Cache.inferSize(reader.types().get(type), room), twinClass == 1, type != 0);
        } else {
            at = runtime.mallocSmall(p, twinClass, room, type != 0 || !SpanClass.noscan(spanClass));
        }
        MSpan t = runtime.lastSpan();
        int twinSlot = runtime.lastSlot();
        if (r.twin == null) {
            placement.bind(r, t, events + i);
        }
        r.bind(slot, t, twinSlot);
        if (t.slotAddress(twinSlot) == r.base + (long) slot * r.elemBytes) {
            placement.objectsSame++;
        } else {
            placement.differ(events + i, "object", r.base + (long) slot * r.elemBytes, t.slotAddress(twinSlot));
        }
        if (!runtime.lastWasResident()) {
            int written = touch.small(type, SpanClass.sizeClass(spanClass), room);
            if (written > 0) {
                os.write(at, written, Cause.PROGRAM);
            }
        }
        collector.born(ordinal, spanClass, t, twinSlot, i);
    }

    private void follow(RecordedSpan r, int slot, P p, int type, int i) {
        int spanClass = r.spanClass;
        MSpan t = r.twin;
        if (p.cached(spanClass) == t && t.takeNext(slot) || following.objectMade(p, r, slot)) {
            placement.objectsSame++;
        } else {
            placement.differ(events + i, "object", r.base + (long) slot * r.elemBytes, -1);
        }
        written(r, slot, type);
    }

    /** What runtime and program write of an object in the slot that the recording has it in. */
    private void written(RecordedSpan r, int slot, int type) {
        int spanClass = r.spanClass;
        int room = classes.room(r);
        long at = runtime.prepare(r.twin, slot, room, type != 0 || !SpanClass.noscan(spanClass));
        int written = touch.small(type, SpanClass.sizeClass(spanClass), room);
        if (written > 0) {
            os.write(at, written, Cause.PROGRAM);
        }
    }

    private void largeObject(RecordedSpan r, int type, int i) {
        placement.objects++;
        if (r.twin == null) {
            return;
        }
        if (r.twin.base() == r.base) {
            placement.objectsSame++;
        }
        runtime.clearLarge(r.twin, type != 0 || !r.twin.noscan());
        observer().largeObject(r.twin, reader.types().get(type).name());
        long written = touch.large(type, r.twin.sizeBytes());
        if (written > 0) {
            os.write(r.twin.base(), written, Cause.PROGRAM);
        }
        collector.born(ordinal, r.spanClass, r.twin, 0, i);
    }

    /**
     * Takes the frees of one span together; a sweep finds them one behind the other.
     *
     * @return the index after the last
     */
    private int objectsFreed(EventBatch batch, int from, int to, int proc) {
        long[] as = batch.a;
        RecordedSpan r = spans.at(as[from]);
        if (r == null || r.spanClass < 0) {
            unknownObjects++;
            return from + 1;
        }
        short recordedProc = batch.proc[from];
        long limit = r.base + ((long) r.npages << Units.PAGE_SHIFT);
        int end = from + 1;
        while (end < to
                && batch.kind[end] == Kind.OBJECT_FREE
                && batch.proc[end] == recordedProc
                && as[end] >= r.base
                && as[end] < limit) {
            end++;
        }
        if (r.takenBits != null) {
            for (int i = from; i < end; i++) {
                int slot = r.slotAt(as[i]);
                r.takenBits[slot >>> 6] &= ~(1L << slot);
            }
        }
        unknownObjects += collector.freed(r, as, from, end, proc);
        if (goesOn(batch, end, to, recordedProc, r.base, limit) == NO) {
            collector.spanDone(proc);
        }
        return end;
    }

    /** Whether a P's next event frees an object of the same span; unknown when other Ps have too many before it. */
    private static int goesOn(EventBatch batch, int from, int to, short proc, long base, long limit) {
        int last = Math.min(to, from + EVENTS_AHEAD);
        for (int i = from; i < last; i++) {
            if (batch.proc[i] == proc) {
                boolean same = batch.kind[i] == Kind.OBJECT_FREE && batch.a[i] >= base && batch.a[i] < limit;
                return same ? YES : NO;
            }
        }
        return UNKNOWN;
    }

    // ---- everything else

    private void other(byte kind, int proc, long a, long b, int c, int i) {
        if (kind > Kind.STACK && kind != Kind.LOST_SPAN && before.inSnapshot()) {
            before.finishSnapshot(proc, cacheProc());
        }
        if (kind == Kind.KERNEL_READ) {
            collector.before(kind, proc, now);
            kernelRead(a, c);
            if (c == Kind.READ_SMAPS && a > 0) {
                smapsRead = true;
                rssBytesRead = os.rssBytes();
                mappedBytesRead = os.mappedBytes();
            }
            return;
        }
        stacks.settle(kind, a, b, collector.recordedMarking());
        collector.before(kind, proc, now);
        switch (kind) {
            case Kind.SPAN -> before.span(events + i, a, (int) b, c);
            case Kind.OBJECT -> snapshotObject(a, c);
            case Kind.STACK -> before.stack(a, b);
            case Kind.SPAN_ALLOC -> {
                spanEvents.made(events + i, a, (int) b, c, heap.proc(proc));
                timeLine().sample(now, events + i, runtime, collector.goalBytes());
                observer().moment(now, events + i, this);
            }
            case Kind.SPAN_FREE -> spanEvents.freed(a);
            case Kind.LOST_SPAN -> spanEvents.lost(a, b);
            case Kind.STACK_ALLOC -> stacks.alloc(a, b);
            case Kind.STACK_FREE -> stacks.free(a);
            case Kind.WRITE -> stacks.write(a, b, Cause.PROGRAM);
            case Kind.CHECKPOINT -> checkpoint(a, reader.string(c), i);
            default -> collector.event(kind, proc, a, c, i);
        }
    }

    private void snapshotObject(long address, int type) {
        ordinal++;
        RecordedSpan r = spans.at(address);
        if (r == null || r.spanClass < 0 || !before.object(r, address, type)) {
            unknownObjects++;
            return;
        }
        if (r.twin.isLarge()) {
            observer().largeObject(r.twin, reader.types().get(type).name());
        }
        collector.existed(ordinal, r.spanClass, r.twin, r.twin.isLarge() ? 0 : r.slotAt(address));
    }

    private void collected() {
        if (following != null) {
            placement.objectsSame -= Math.min(placement.objectsSame, following.collected());
        }
        timeLine().cycle(now);
        observer().moment(now, events + index, this);
    }

    // ---- looking at the twin

    /** What runtime/metrics would say now, by name. */
    @Override
    public SortedMap<String, Long> metrics() {
        SortedMap<String, Long> m = Metrics.read(heap);
        before.addTo(m);
        m.put("/gc/cycles/total:gc-cycles", before.cyclesBefore() + collector.cycles());
        long goal = collector.goalBytes();
        if (goal > 0 && goal < 1L << 62) {
            m.put("/gc/heap/goal:bytes", goal);
        }
        long live = before.liveBytes(collector.cycles(), collector.liveBytes());
        if (live >= 0) {
            m.put("/gc/heap/live:bytes", live);
        }
        return m;
    }

    private void checkpoint(long number, String name, int i) {
        for (int id = 0; id < heap.procLimit(); id++) {
            P p = heap.procOrNull(id);
            if (p != null && heap.needsFlush(p)) {
                collector.flush(p);
            }
        }
        if (number == 0) {
            before.reached(collector.cycles());
        }
        Checkpoint at = new Checkpoint(
                number,
                name,
                events + i,
                now,
                smapsRead ? rssBytesRead : os.rssBytes(),
                smapsRead ? mappedBytesRead : os.mappedBytes(),
                os.zeroMappedBytes(),
                metrics());
        smapsRead = false;
        reached(at);
        observer().moment(now, events + i, this);
    }
}
