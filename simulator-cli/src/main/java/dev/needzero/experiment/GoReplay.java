package dev.needzero.experiment;

import dev.needzero.gc.RecordedSweep;
import dev.needzero.heap.HeapLayout;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.runtime.Metrics;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;

/**
 * Feeds a Go execution trace to a twin: recorded page → {@link RecordedSpan} → slot → the twin's span and slot, arrays all
 * the way.
 *
 * <p>The recording supplies requests and deaths; the twin decides where things go. What it cannot foresee, stacks and work
 * buffers, follows the recording in size and moment.
 */
public final class GoReplay extends Replay {
    private static final int PAGES_PER_ARENA = Units.PAGES_PER_ARENA;
    private static final int WORK_BUFFER_PAGES = 4;
    private static final int STACK_TOP_BYTES = 2048;
    private static final int GSIGNAL_BYTES = 32 << 10;

    private final TraceReader reader;
    private final Prelude prelude;
    private final GoRuntime runtime;
    private final MHeap heap;
    private final AddressSpace os;
    private final HeapLayout layout;
    private final RecordedSweep sweep;
    private final HeapLayout recordedLayout;
    private final boolean sameClasses;
    private final boolean recordedPlacement;
    private final TouchRules.Cache touch;
    private final Truth.Line start;
    private final boolean startIsOurs;

    private RecordedSpan[][] spans = new RecordedSpan[16][];
    private P[] procs = new P[4];
    private SweepRun[] runs = new SweepRun[4];
    private int openRuns;

    private final List<RecordedSpan> snapshot = new ArrayList<>();
    private final List<long[]> snapshotStacks = new ArrayList<>();
    private boolean inSnapshot = true;
    private boolean marking;
    private final List<long[]> lostSpans = new ArrayList<>();
    private RecordedSpan openManual;
    private long lastStack;
    private long lastStackBytes;
    private boolean freeOsMemory;
    private boolean afterCollection;

    private final Placement placement = new Placement();
    private final long[] metricsAtStart = new long[5];
    private long events;
    private long now;
    private long cycles;
    private long cyclesBefore;
    private long goalBytes = -1;
    private long liveBytes = -1;
    private long lastHeapAlloc = -1;
    private long unknownObjects;
    private EventBatch current;

    /** How many spans and objects the twin put where the recording had them. */
    public static final class Placement {
        long spans;
        long spansSame;
        long objects;
        long objectsSame;
        String firstDifference;

        public long spans() {
            return spans;
        }

        public long spansSame() {
            return spansSame;
        }

        public long objects() {
            return objects;
        }

        public long objectsSame() {
            return objectsSame;
        }

        /** Where twin and recording first part, or null. */
        public String firstDifference() {
            return firstDifference;
        }
    }

    /** What a P's sweeper freed since its last other event. */
    private static final class SweepRun {
        RecordedSpan recorded;
        MSpan[] touched = new MSpan[4];
        int ntouched;
        int reason;
    }

    /**
     * @param behaviours the version that the twin follows
     * @param start a truth's first line, taken as the initial state; null to take the snapshot alone
     * @param startIsOurs whether that line is of the recorded run itself; of another run only the amounts are taken
     * @param recordedPlacement objects go where the recording has them
     * @param backgroundScavenger whether the background scavenger releases memory when the recording's ran
     */
    public GoReplay(
            TraceReader reader,
            Prelude prelude,
            Behaviours behaviours,
            OsSettings osSettings,
            TouchRules rules,
            boolean recordedPlacement,
            boolean backgroundScavenger,
            Truth.Line start,
            boolean startIsOurs) {
        super(rules);
        this.reader = reader;
        this.prelude = prelude;
        this.start = start;
        this.startIsOurs = startIsOurs;
        this.recordedPlacement = recordedPlacement;
        TraceInfo info = reader.info();
        int firstPage = (int) (info.firstPageOffset() >>> Units.PAGE_SHIFT);
        int padding = info.goVersion().compareTo("1.26") >= 0 ? Math.max(0, prelude.lowestPage() - firstPage) : 0;
        this.runtime = new GoRuntime(
                behaviours,
                osSettings,
                firstPage / Units.PAGES_PER_CHUNK,
                Math.min(padding, Units.PAGES_PER_CHUNK - 1),
                backgroundScavenger);
        this.heap = runtime.heap();
        this.os = runtime.os();
        this.layout = heap.layout();
        this.sweep = runtime.recordedSweep();
        this.recordedLayout = Behaviours.of(info.goVersion()).layout(0, 0);
        this.sameClasses = recordedLayout.mallocHeaders() == layout.mallocHeaders()
                && recordedLayout.headerLimitBytes() == layout.headerLimitBytes()
                && recordedLayout.smallLimitBytes() == layout.smallLimitBytes();
        this.touch = new TouchRules.Cache(rules, reader.types());
    }

    @Override
    public GoRuntime runtime() {
        return runtime;
    }

    @Override
    public long heapBase() {
        return reader.info().heapBase();
    }

    public Placement placement() {
        return placement;
    }

    @Override
    public long cycles() {
        return cycles;
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
        current = batch;
        for (int i = from; i < to; i++) {
            byte kind = kinds[i];
            int proc = ps[i];
            if (kind == Kind.OBJECT_ALLOC) {
                if (openRuns > 0) {
                    closeRun(proc);
                }
                objectAlloc(as[i], cs[i], proc, i);
            } else if (kind == Kind.OBJECT_FREE) {
                objectFree(as[i], proc);
            } else {
                now = batch.timeNanos[i];
                other(kind, proc, as[i], batch.b[i], cs[i], i);
            }
        }
        now = to > 0 ? batch.timeNanos[to - 1] : now;
        if (to < batch.size) {
            return;
        }
        events += to;
        timeLine().sample(now, events, runtime, goalBytes);
        observer().moment(now, events, this);
    }

    @Override
    public void finish() {
        for (int p = 0; p < runs.length; p++) {
            closeRun(p);
        }
        if (freeOsMemory && !marking) {
            freeOsMemory();
        }
        timeLine().finish(now, events, runtime, goalBytes);
    }

    @Override
    public Place placeOf(long a) {
        RecordedSpan r = spanAt(a);
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

    private RecordedSpan spanAt(long address) {
        int page = (int) (address >>> Units.PAGE_SHIFT);
        int arena = page >>> 13;
        return arena >= 0 && arena < spans.length && spans[arena] != null
                ? spans[arena][page & PAGES_PER_ARENA - 1]
                : null;
    }

    private void objectAlloc(long address, int type, int proc, int i) {
        RecordedSpan r = spanAt(address);
        if (r == null || r.spanClass < 0) {
            unknownObjects++;
            return;
        }
        P p = proc(proc);
        if (heap.needsFlush(p)) {
            sweep.beforeAllocation(p);
        }
        int spanClass = r.spanClass;
        if (spanClass <= SpanClass.LARGE_NOSCAN) {
            largeObject(r, type);
            return;
        }
        int slot = r.slotAt(address);
        if (slot >= r.nelems) {
            unknownObjects++;
            return;
        }
        placement.objects++;
        if (r.takenBits != null) {
            if ((r.takenBits[slot >>> 6] >>> slot & 1) != 0) {
                // A tiny object inside a block that exists.
                heap.countTinyAlloc(p);
                MSpan t = r.spanOf(slot);
                if (t != null && t.slotAddress(r.slotOf(slot)) == r.base + (long) slot * r.elemBytes) {
                    placement.objectsSame++;
                }
                return;
            }
            r.takenBits[slot >>> 6] |= 1L << slot;
        }
        if (r.idle) {
            r.idle = false;
            heap.adopt(p, r.twin);
        }
        int twinClass = sameClasses ? spanClass : translate(spanClass, type);
        long at;
        int room = r.elemBytes - (recordedLayout.hasHeader(spanClass) ? HeapLayout.WORD_BYTES : 0);
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
            bindSpan(r, t, i);
        }
        r.bind(slot, t, twinSlot);
        if (t.slotAddress(twinSlot) == r.base + (long) slot * r.elemBytes) {
            placement.objectsSame++;
        } else {
            differ(i, "object", r.base + (long) slot * r.elemBytes, t.slotAddress(twinSlot));
        }
        int written = touch.small(type, SpanClass.sizeClass(spanClass), room);
        if (written > 0) {
            os.write(at, written, Cause.PROGRAM);
        }
    }

    /** The span class that the twin's version would give an object that the recording's gave this one. */
    private int translate(int spanClass, int type) {
        boolean noscan = SpanClass.noscan(spanClass);
        int room = recordedLayout.sizeClasses().bytes(SpanClass.sizeClass(spanClass))
                - (recordedLayout.hasHeader(spanClass) ? HeapLayout.WORD_BYTES : 0);
        long size = TouchRules.Cache.inferSize(reader.types().get(type), room);
        if (size > layout.smallLimitBytes()) {
            return noscan ? SpanClass.LARGE_NOSCAN : SpanClass.LARGE_SCAN;
        }
        return layout.spanClassFor((int) size, noscan);
    }

    private void largeObject(RecordedSpan r, int type) {
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
    }

    private void bindSpan(RecordedSpan r, MSpan t, int i) {
        r.twin = t;
        if (t.base() == r.base) {
            placement.spansSame++;
        } else {
            differ(i, "span", r.base, t.base());
        }
    }

    private void differ(int i, String what, long recorded, long twin) {
        if (placement.firstDifference == null) {
            placement.firstDifference = String.format(
                    "event %d: %s recorded at 0x%x, the twin puts it at 0x%x",
                    events + i,
                    what,
                    reader.info().heapBase() + recorded,
                    reader.info().heapBase() + twin);
        }
    }

    private void objectFree(long address, int proc) {
        RecordedSpan r = spanAt(address);
        if (r == null || r.spanClass < 0) {
            unknownObjects++;
            return;
        }
        if (recordedPlacement) {
            vacate(r, r.slotAt(address));
            return;
        }
        SweepRun run = run(proc);
        if (run.recorded != r) {
            closeRun(proc);
            run.recorded = r;
            openRuns++;
        }
        int slot = r.slotAt(address);
        if (r.takenBits != null) {
            r.takenBits[slot >>> 6] &= ~(1L << slot);
        }
        MSpan t = r.spanOf(slot);
        if (t == null || !t.markDead(r.slotOf(slot))) {
            unknownObjects++;
            return;
        }
        if (run.ntouched == 0 || run.touched[run.ntouched - 1] != t) {
            if (run.ntouched == run.touched.length) {
                run.touched = Arrays.copyOf(run.touched, run.ntouched * 2);
            }
            run.touched[run.ntouched++] = t;
        }
    }

    private void vacate(RecordedSpan r, int slot) {
        if (r.takenBits != null) {
            r.takenBits[slot >>> 6] &= ~(1L << slot);
        }
        if (r.twin == null || !heap.vacate(r.twin, slot)) {
            unknownObjects++;
        }
    }

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
        P p = proc(proc);
        for (int i = 0; i < run.ntouched; i++) {
            MSpan t = run.touched[i];
            run.touched[i] = null;
            if (t.deadCount() > 0) {
                sweep.swept(p, t, by, run.reason == Kind.SWEEP_BY_UNKNOWN);
            }
        }
        run.ntouched = 0;
    }

    private static RecordedSweep.By by(int reason) {
        return switch (reason) {
            case Kind.SWEEP_BY_CACHE_SPAN -> RecordedSweep.By.CACHE_SPAN;
            case Kind.SWEEP_BY_RECLAIM -> RecordedSweep.By.RECLAIM;
            default -> RecordedSweep.By.IN_ORDER;
        };
    }

    private P proc(int id) {
        if (id >= procs.length) {
            procs = Arrays.copyOf(procs, id + 4);
        }
        if (procs[id] == null) {
            procs[id] = heap.proc(id);
        }
        return procs[id];
    }

    // ---- everything else

    private void other(byte kind, int proc, long a, long b, int c, int i) {
        if (inSnapshot && kind > Kind.STACK && kind != Kind.LOST_SPAN && !snapshot.isEmpty()) {
            inSnapshot = false;
            finishSnapshot();
        }
        if (openManual != null) {
            settleManual(kind, a, b);
        }
        if (openRuns > 0) {
            closeRun(proc);
        }
        if (freeOsMemory && !marking && endsFreeOsMemory(kind)) {
            freeOsMemory();
        }
        switch (kind) {
            case Kind.SPAN -> snapshotSpan(a, (int) b, c);
            case Kind.OBJECT -> snapshotObject(a, c);
            case Kind.STACK -> snapshotStacks.add(new long[] {a, b});
            case Kind.SPAN_ALLOC -> spanAlloc(a, (int) b, c, proc(proc), i);
            case Kind.SPAN_FREE -> spanFree(a);
            case Kind.LOST_SPAN -> lostSpans.add(new long[] {a >>> Units.PAGE_SHIFT, b});
            case Kind.STACK_ALLOC -> {
                lastStack = a;
                lastStackBytes = b;
                writeTwin(a + b - Math.min(b, STACK_TOP_BYTES), b < GSIGNAL_BYTES ? STACK_TOP_BYTES : 0, Cause.RUNTIME);
            }
            case Kind.STACK_FREE -> stackFree(a);
            case Kind.WRITE -> writeTwin(a, b, Cause.PROGRAM);
            case Kind.GC_BEGIN -> {
                marking = true;
                freeOsMemory = c == Kind.GC_BY_FREE_OS_MEMORY;
                sweep.gcBegin();
            }
            case Kind.STW_END -> {
                if (!recordedPlacement) {
                    sweep.worldStarted();
                }
            }
            case Kind.GC_END -> {
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
                timeLine().cycle(now);
                observer().moment(now, events + i, this);
            }
            case Kind.SWEEP_BEGIN, Kind.SWEEP_END, Kind.SWEEPER_RAN -> {
                if (!recordedPlacement) {
                    sweeping(kind, proc, a, c, i);
                }
            }
            case Kind.HEAP_ALLOC -> lastHeapAlloc = a;
            case Kind.HEAP_GOAL -> {
                goalBytes = a;
                runtime.scavenger().heapGoal(a, afterCollection);
                afterCollection = false;
            }
            case Kind.SCAVENGER_RAN -> runtime.scavenger().ran(a);
            case Kind.CHECKPOINT -> checkpoint(a, reader.string(c), i);
            default -> {} // scheduling that moves no memory
        }
    }

    private void sweeping(byte kind, int proc, long a, int c, int i) {
        P p = proc(proc);
        SweepRun run = run(proc);
        if (kind == Kind.SWEEPER_RAN) {
            sweep.backgroundRan(p, a);
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

    /** Whether an event shows that the goroutine that waits for the sweep to end goes on, or that another cycle begins. */
    private static boolean endsFreeOsMemory(byte kind) {
        return kind == Kind.CHECKPOINT || kind == Kind.WRITE || kind == Kind.SPAN_ALLOC || kind == Kind.GC_BEGIN;
    }

    private void freeOsMemory() {
        freeOsMemory = false;
        sweep.finishSweep();
        runtime.scavenger().releaseAll();
    }

    /**
     * A refill files the full span before it pays for the next by sweeping, so the full span stands before those swept in
     * the queue. Whose refill it is the allocation tells that follows.
     */
    private void uncacheBeforeSweep(int proc, int i) {
        for (int k = i + 1; k < current.size; k++) {
            if (current.proc[k] == proc && current.kind[k] == Kind.SPAN_ALLOC) {
                if ((current.c[k] & 1) == 0 && current.c[k] >> 2 != 0) {
                    heap.uncacheFull(proc(proc), current.c[k] >> 1);
                }
                return;
            }
            if (current.proc[k] == proc && current.kind[k] == Kind.OBJECT_ALLOC) {
                RecordedSpan r = spanAt(current.a[k]);
                if (r != null && r.spanClass >= 2) {
                    heap.uncacheFull(proc(proc), r.spanClass);
                }
                return;
            }
        }
    }

    private RecordedSpan addSpan(long address, int npages, int kindClass) {
        int spanClass = (kindClass & 1) != 0 ? SpanClass.MANUAL : kindClass >> 1;
        int elem = 0;
        int nelems = 0;
        if (spanClass >= 0) {
            int sizeClass = SpanClass.sizeClass(spanClass);
            elem = sizeClass == 0
                    ? (int) Math.min((long) npages << Units.PAGE_SHIFT, Integer.MAX_VALUE)
                    : SizeClasses.GO.bytes(sizeClass);
            nelems = sizeClass == 0 ? 1 : (npages << Units.PAGE_SHIFT) / elem;
        }
        RecordedSpan r = new RecordedSpan(address, npages, spanClass, elem, nelems, spanClass == SpanClass.TINY);
        setSpans((int) (address >>> Units.PAGE_SHIFT), npages, r);
        return r;
    }

    private void setSpans(int page, int npages, RecordedSpan r) {
        for (int p = page; p < page + npages; ) {
            int arena = p >>> 13;
            if (arena >= spans.length) {
                spans = Arrays.copyOf(spans, Math.max(arena + 1, spans.length * 2));
            }
            if (spans[arena] == null) {
                spans[arena] = new RecordedSpan[PAGES_PER_ARENA];
            }
            int from = p & PAGES_PER_ARENA - 1;
            int n = Math.min(page + npages - p, PAGES_PER_ARENA - from);
            Arrays.fill(spans[arena], from, from + n, r);
            p += n;
        }
    }

    private void spanAlloc(long address, int npages, int kindClass, P p, int i) {
        RecordedSpan r = addSpan(address, npages, kindClass);
        placement.spans++;
        if (heap.needsFlush(p)) {
            sweep.beforeAllocation(p);
        }
        if (!lostSpans.isEmpty() && !recordedPlacement) {
            insertLostSpan(p, npages, address);
        }
        int page = (int) (address >>> Units.PAGE_SHIFT);
        if (r.spanClass < 0) {
            MSpan t = recordedPlacement
                    ? heap.allocAt(page, npages, SpanClass.MANUAL, MSpan.State.STACK, 0)
                    : heap.allocManual(p, npages, MSpan.State.STACK);
            bindSpan(r, t, i);
            openManual = r;
        } else if (recordedPlacement) {
            MSpan t = heap.allocAt(page, npages, r.spanClass, MSpan.State.IN_USE, r.nelems);
            runtime.initSpan(t);
            bindSpan(r, t, i);
            if (t.isLarge()) {
                heap.place(t, 0);
            }
        } else if (SpanClass.sizeClass(r.spanClass) == 0) {
            bindSpan(r, runtime.mallocLarge(p, npages, SpanClass.noscan(r.spanClass)), i);
        } else if (sameClasses) {
            firstSlot(r, p, i);
        }
        timeLine().sample(now, events + i, runtime, goalBytes);
        observer().moment(now, events + i, this);
    }

    /**
     * A small span is made because an object wants its first slot. That object's own event can come much later: its
     * goroutine can be stopped in between, even for the rest of a collection, which then finds the slot taken.
     */
    private void firstSlot(RecordedSpan r, P p, int i) {
        MSpan cached = p.cached(r.spanClass);
        if (cached == null || cached.isFull()) {
            MSpan t = heap.refill(p, r.spanClass);
            r.firstTaken = t;
            r.firstSlot = t.nextFree();
            bindSpan(r, t, i);
        }
    }

    private void insertLostSpan(P p, int npages, long address) {
        int would = heap.peek(p, npages);
        for (int k = 0; k < lostSpans.size(); k++) {
            long[] lost = lostSpans.get(k);
            if (would == lost[0] && would != address >>> Units.PAGE_SHIFT) {
                lostSpans.remove(k);
                RecordedSpan r = addSpan(lost[0] << Units.PAGE_SHIFT, (int) lost[1], 1);
                r.twin = heap.allocManual(p, (int) lost[1], MSpan.State.WORK_BUFFER);
                os.write(r.twin.base(), r.twin.sizeBytes(), Cause.RUNTIME);
                return;
            }
        }
    }

    private void spanFree(long address) {
        RecordedSpan r = spanAt(address);
        if (r == null) {
            return;
        }
        setSpans((int) (r.base >>> Units.PAGE_SHIFT), r.npages, null);
        if (r.twin == null || r.twin.state() == MSpan.State.DEAD) {
            return;
        }
        if (r.spanClass < 0 || recordedPlacement) {
            heap.freeSpan(r.twin);
        }
    }

    // ---- stacks and work buffers

    /**
     * The event after a manual span's allocation tells what it is for: a stack cut from it, or else, while the collector
     * marks, a work buffer. Both are written as they are carved.
     */
    private void settleManual(byte kind, long a, long b) {
        RecordedSpan r = openManual;
        openManual = null;
        MSpan t = r.twin;
        if (kind == Kind.STACK_ALLOC && spanAt(a) == r) {
            if (b < Units.PAGE_BYTES * (long) WORK_BUFFER_PAGES) {
                // A pool span: one word of each slot links the free ones.
                for (long at = t.base(); at < t.base() + t.sizeBytes(); at += b) {
                    os.write(at, HeapLayout.WORD_BYTES, Cause.RUNTIME);
                }
            }
            return;
        }
        if (marking && r.npages == WORK_BUFFER_PAGES) {
            heap.reclassify(t, MSpan.State.WORK_BUFFER);
        }
        os.write(t.base(), t.sizeBytes(), Cause.RUNTIME);
    }

    /**
     * A stack is used from its top, a little of it at first (a signal stack, 32 KiB, not at all). When the stack freed
     * next held a goroutine that outgrew it, its whole content was copied, and the frame that did not fit lies below.
     */
    private void stackFree(long address) {
        if (lastStackBytes > 0 && spanAt(address) != null) {
            long copied = lastStackBytes / 2 + Units.OS_PAGE_BYTES;
            writeTwin(lastStack + lastStackBytes - Math.min(copied, lastStackBytes), copied, Cause.RUNTIME);
        }
        lastStackBytes = 0;
        writeTwin(address, HeapLayout.WORD_BYTES, Cause.RUNTIME);
    }

    /** Writes, in the twin, what lies at a recorded address. */
    private void writeTwin(long address, long bytes, int cause) {
        RecordedSpan r = spanAt(address);
        if (r == null || bytes <= 0) {
            return;
        }
        long at;
        long limit;
        if (r.spanClass < 0 || r.nelems == 1) {
            if (r.twin == null || r.twin.state() == MSpan.State.DEAD) {
                return;
            }
            at = r.twin.base() + address - r.base;
            limit = r.twin.base() + r.twin.sizeBytes();
        } else {
            int slot = r.slotAt(address);
            MSpan t = r.spanOf(slot);
            if (t == null || t.state() == MSpan.State.DEAD) {
                return;
            }
            at = t.slotAddress(r.slotOf(slot)) + address - r.base - (long) slot * r.elemBytes;
            limit = t.slotAddress(r.slotOf(slot)) + t.elemBytes();
        }
        if (at < limit) {
            os.write(at, Math.min(bytes, limit - at), cause);
        }
    }

    // ---- the state before the trace

    private void snapshotSpan(long address, int npages, int kindClass) {
        RecordedSpan r = addSpan(address, npages, kindClass);
        r.twin = heap.allocAt(
                (int) (address >>> Units.PAGE_SHIFT),
                npages,
                r.spanClass,
                r.spanClass < 0 ? MSpan.State.STACK : MSpan.State.IN_USE,
                recordedPlacement ? r.nelems : 0);
        if (r.spanClass >= 0 && SpanClass.sizeClass(r.spanClass) == 0) {
            heap.countLarge(r.twin);
        } else if (r.spanClass >= 0) {
            runtime.initSpan(r.twin);
        } else {
            os.write(r.twin.base(), r.twin.sizeBytes(), Cause.RUNTIME);
        }
        snapshot.add(r);
    }

    private void snapshotObject(long address, int type) {
        RecordedSpan r = spanAt(address);
        if (r == null || r.spanClass < 0) {
            unknownObjects++;
            return;
        }
        int slot = r.slotAt(address);
        if (SpanClass.sizeClass(r.spanClass) != 0) {
            if (slot >= r.twin.nelems()) {
                unknownObjects++; // the twin's version has fewer slots a span
                return;
            }
            r.twin.place(slot);
            if (r.takenBits != null) {
                r.takenBits[slot >>> 6] |= 1L << slot;
            }
            os.write(
                    r.twin.slotAddress(slot),
                    touch.small(type, SpanClass.sizeClass(r.spanClass), r.elemBytes),
                    Cause.PROGRAM);
        } else {
            os.write(r.twin.base(), touch.large(type, r.twin.sizeBytes()), Cause.PROGRAM);
            observer().largeObject(r.twin, reader.types().get(type).name());
        }
    }

    /**
     * What the snapshot does not tell is put as Go would have left it: the newest span of each class is the one the P has
     * cached; others with free slots wait until the recording uses them; the page cache holds what is free around the
     * first page that was taken from it.
     */
    private void finishSnapshot() {
        P p = proc(0);
        RecordedSpan[] newest = new RecordedSpan[SpanClass.COUNT];
        for (RecordedSpan r : snapshot) {
            if (r.spanClass >= 2) {
                newest[r.spanClass] = r;
            }
        }
        for (RecordedSpan r : snapshot) {
            if (r.spanClass < 2) {
                continue;
            }
            if (newest[r.spanClass] == r && !recordedPlacement) {
                heap.cacheSinceFresh(p, r.twin);
            } else {
                heap.shelve(r.twin);
                r.idle = !recordedPlacement && r.twin.allocCount() < r.twin.nelems();
            }
        }
        int cachePage = prelude.cachePage();
        if (cachePage >= 0
                && cachePage < heap.pages().limitPage()
                && layout.pageCachePages() > 0
                && !recordedPlacement) {
            heap.fillPageCache(p, cachePage);
        }
        snapshot.clear();
    }

    /**
     * Another run's first line says only how much was resident when the trace began. What the snapshot made resident
     * beyond that is taken from its large objects, of which nobody knows what was written; what lacks is added to its
     * spans.
     */
    private void matchStartRss() {
        long osPageBytes = 1L << os.osPageShift();
        long from = os.mappedFrom() >>> os.osPageShift();
        long to = os.mappedTo() >>> os.osPageShift();
        for (int pass = 0; pass < 2; pass++) {
            for (long page = to - 1; page >= from && os.rssBytes() > start.rssBytes(); page--) {
                MSpan s = heap.spanOf((int) (page << os.osPageShift() >>> Units.PAGE_SHIFT));
                if (os.isResident(page) && (s == null || pass == 1 || s.spanClass() >= 0 && s.isLarge())) {
                    os.dontNeed(page << os.osPageShift(), osPageBytes);
                }
            }
        }
        for (long page = from; page < to && os.rssBytes() < start.rssBytes(); page++) {
            if (heap.spanOf((int) (page << os.osPageShift() >>> Units.PAGE_SHIFT)) != null) {
                os.write(page << os.osPageShift(), 1, Cause.RUNTIME);
            }
        }
    }

    /** Takes the truth's first line as the state at its checkpoint: resident pages, freed pages, counters. */
    private void takeStart() {
        long limit = os.mappedTo() >>> os.osPageShift();
        BitSet resident = start.resident();
        for (long page = os.mappedFrom() >>> os.osPageShift(); page < limit; page++) {
            if (resident.get((int) page) && !os.isResident(page)) {
                os.write(page << os.osPageShift(), 1, Cause.RUNTIME);
            } else if (!resident.get((int) page) && os.isResident(page)) {
                os.dontNeed(page << os.osPageShift(), 1L << os.osPageShift());
            }
        }
        long retained = start.metrics().get("/memory/classes/heap/free:bytes")
                - heap.stats().free();
        for (int pass = 0; pass < 2 && retained > 0; pass++) {
            for (int page = 0; page < heap.pages().limitPage() && retained > 0; page++) {
                boolean dirty = resident.get(page * 2) || resident.get(page * 2 + 1);
                if ((dirty || pass == 1) && heap.spanOf(page) == null && heap.setRetained(page)) {
                    retained -= Units.PAGE_BYTES;
                }
            }
        }
        long stacks = start.metrics().get("/memory/classes/heap/stacks:bytes");
        for (int page = 0; page < heap.pages().limitPage() && heap.stats().inStacks() > stacks; page++) {
            MSpan s = heap.spanOf(page);
            if (s != null && s.page() == page && s.state() == MSpan.State.STACK && s.npages() == WORK_BUFFER_PAGES) {
                boolean holdsStack = false;
                for (long[] stack : snapshotStacks) {
                    holdsStack |= stack[0] >= s.base() && stack[0] < s.base() + s.sizeBytes();
                }
                if (!holdsStack) {
                    heap.reclassify(s, MSpan.State.WORK_BUFFER);
                }
            }
        }
        cyclesBefore = start.metrics().getOrDefault("/gc/cycles/total:gc-cycles", 0L) - cycles;
        liveBytes = start.metrics().getOrDefault("/gc/heap/live:bytes", -1L);
        SortedMap<String, Long> twin = Metrics.read(heap);
        for (int k = 0; k < COUNTERS.length; k++) {
            metricsAtStart[k] = start.metrics().getOrDefault(COUNTERS[k], 0L) - twin.get(COUNTERS[k]);
        }
    }

    /** Counters that began before the trace did; the start line says where they stood. */
    private static final String[] COUNTERS = {
        "/gc/heap/allocs:bytes",
        "/gc/heap/frees:bytes",
        "/gc/heap/allocs:objects",
        "/gc/heap/frees:objects",
        "/gc/heap/tiny/allocs:objects"
    };

    // ---- looking at the twin

    /** What runtime/metrics would say now, by name. */
    @Override
    public SortedMap<String, Long> metrics() {
        SortedMap<String, Long> m = Metrics.read(heap);
        for (int k = 0; k < COUNTERS.length; k++) {
            m.merge(COUNTERS[k], metricsAtStart[k], Long::sum);
        }
        m.merge("/memory/classes/heap/objects:bytes", metricsAtStart[0] - metricsAtStart[1], Long::sum);
        m.merge("/memory/classes/heap/unused:bytes", metricsAtStart[1] - metricsAtStart[0], Long::sum);
        m.merge("/gc/heap/objects:objects", metricsAtStart[2] - metricsAtStart[3], Long::sum);
        m.put("/gc/cycles/total:gc-cycles", cyclesBefore + cycles);
        if (goalBytes >= 0 && goalBytes < 1L << 62) {
            m.put("/gc/heap/goal:bytes", goalBytes);
        }
        if (liveBytes >= 0) {
            m.put("/gc/heap/live:bytes", liveBytes);
        }
        return m;
    }

    /** A checkpoint taken anew, after something was changed at its moment. */
    Checkpoint look(Checkpoint at) {
        return new Checkpoint(
                at.number(),
                at.name(),
                at.event(),
                at.timeNanos(),
                os.rssBytes(),
                os.mappedBytes(),
                os.zeroMappedBytes(),
                metrics());
    }

    private void checkpoint(long number, String name, int i) {
        for (int id = 0; id < procs.length; id++) {
            if (procs[id] != null && heap.needsFlush(procs[id])) {
                sweep.beforeAllocation(procs[id]);
            }
        }
        if (number == 0 && start != null) {
            if (startIsOurs) {
                takeStart();
            } else {
                matchStartRss();
            }
        }
        Checkpoint at = new Checkpoint(
                number, name, events + i, now, os.rssBytes(), os.mappedBytes(), os.zeroMappedBytes(), metrics());
        reached(at);
        observer().moment(now, events + i, this);
    }
}
