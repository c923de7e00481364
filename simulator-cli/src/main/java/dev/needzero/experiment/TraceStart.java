package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.runtime.Metrics;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;

/**
 * The state that a Go trace begins in: the snapshot of spans and objects at its head and, where there is a truth, that
 * truth's first line.
 */
final class TraceStart {
    /** Counters that began before the trace did; the start line says where they stood. */
    private static final String[] COUNTERS = {
        "/gc/heap/allocs:bytes",
        "/gc/heap/frees:bytes",
        "/gc/heap/allocs:objects",
        "/gc/heap/frees:objects",
        "/gc/heap/tiny/allocs:objects"
    };

    private final GoRuntime runtime;
    private final MHeap heap;
    private final RecordedHeap recordedHeap;
    private final AddressSpace os;
    private final RecordedSpans spans;
    private final TouchRules.Cache touch;
    private final Prelude prelude;
    private final boolean recordedPlacement;
    private final Truth.Line line;
    private final boolean lineIsOurs;

    private final List<RecordedSpan> snapshot = new ArrayList<>();
    private final List<long[]> stacks = new ArrayList<>();
    private final long[] counters = new long[COUNTERS.length];
    private boolean open = true;
    private long cyclesSeen;
    private long cyclesBefore;
    private long liveBytes = -1;

    /**
     * @param line a truth's first line; null to take the snapshot alone
     * @param lineIsOurs whether that line is of the recorded run itself; of another run only the amounts are taken
     */
    TraceStart(
            GoRuntime runtime,
            RecordedSpans spans,
            TouchRules.Cache touch,
            Prelude prelude,
            boolean recordedPlacement,
            Truth.Line line,
            boolean lineIsOurs) {
        this.runtime = runtime;
        this.heap = runtime.heap();
        this.recordedHeap = runtime.recordedHeap();
        this.os = runtime.os();
        this.spans = spans;
        this.touch = touch;
        this.prelude = prelude;
        this.recordedPlacement = recordedPlacement;
        this.line = line;
        this.lineIsOurs = lineIsOurs;
    }

    // ---- the snapshot

    /** Whether the snapshot has begun and is not finished. */
    boolean inSnapshot() {
        return open && !snapshot.isEmpty();
    }

    void span(long event, long address, int npages, int kindClass) {
        Claims.span(event, address, npages, kindClass);
        Claims.free(event, heap, address, npages);
        RecordedSpan r = spans.add(address, npages, kindClass);
        int spanClass = r.spanClass;
        int nelems = recordedPlacement ? r.nelems : 0;
        SizeClasses table = heap.layout().sizeClasses();
        if (spanClass >= 2 && table != SizeClasses.GO) {
            // Made before the twin's table came to hold: cut into the next larger slots that it knows.
            spanClass = SpanClass.of(table.classFor(r.elemBytes), SpanClass.noscan(spanClass));
            nelems = Math.max(1, npages * Units.PAGE_BYTES / table.bytes(SpanClass.sizeClass(spanClass)));
        }
        r.twin = recordedHeap.allocAt(
                (int) (address >>> Units.PAGE_SHIFT),
                npages,
                spanClass,
                spanClass < 0 ? MSpan.State.STACK : MSpan.State.IN_USE,
                nelems);
        if (r.spanClass >= 0 && SpanClass.sizeClass(r.spanClass) == 0) {
            heap.countLarge(r.twin);
        } else if (r.spanClass >= 0) {
            runtime.initSpan(r.twin);
        } else {
            os.write(r.twin.base(), r.twin.sizeBytes(), Cause.RUNTIME);
        }
        if (open) {
            snapshot.add(r);
        } else if (r.spanClass >= 2) {
            recordedHeap.shelve(r.twin); // a damaged trace tells of it too late
        }
    }

    void stack(long address, long bytes) {
        stacks.add(new long[] {address, bytes});
    }

    /**
     * An object of the snapshot.
     *
     * @return false when the twin has no place for it
     */
    boolean object(RecordedSpan r, long address, int type) {
        if (!open) {
            return false;
        }
        if (SpanClass.sizeClass(r.spanClass) == 0) {
            os.write(r.twin.base(), touch.largeBefore(type, r.twin.sizeBytes()), Cause.PROGRAM);
            return true;
        }
        int slot = r.slotAt(address);
        if (slot >= r.twin.nelems() || r.twin.isAllocated(slot)) {
            return false; // the twin's version has fewer slots a span, or the trace names an object twice
        }
        r.twin.place(slot);
        if (r.takenBits != null) {
            r.takenBits[slot >>> 6] |= 1L << slot;
        }
        os.write(
                r.twin.slotAddress(slot),
                touch.small(type, SpanClass.sizeClass(r.spanClass), r.elemBytes),
                Cause.PROGRAM);
        return true;
    }

    /**
     * What the snapshot does not tell is put as Go would have left it: the newest span of each class is the one that the P
     * has cached which took the snapshot; others with free slots wait until the recording uses them; a page cache holds
     * what is free around the first page that was taken from it.
     *
     * @param proc the P that took the snapshot
     * @param cacheProc the P whose page cache that is
     */
    void finishSnapshot(int proc, int cacheProc) {
        open = false;
        P p = heap.proc(proc);
        RecordedSpan[] newest = new RecordedSpan[SpanClass.COUNT];
        for (RecordedSpan r : snapshot) {
            if (r.spanClass >= 2) {
                newest[r.twin.spanClass()] = r;
            }
        }
        for (RecordedSpan r : snapshot) {
            if (r.spanClass < 2) {
                continue;
            }
            int twinClass = r.twin.spanClass();
            if (newest[twinClass] == r && !recordedPlacement && p.cached(twinClass) == null) {
                recordedHeap.cacheSinceFresh(p, r.twin);
                r.allocCountBefore = r.twin.allocCount();
            } else {
                recordedHeap.shelve(r.twin);
                r.idle = !recordedPlacement && r.twin.allocCount() < r.twin.nelems();
            }
        }
        int cachePage = prelude.cachePage();
        P taker = heap.proc(cacheProc);
        if (cachePage >= 0
                && cachePage < heap.pages().limitPage()
                && heap.layout().pageCachePages() > 0
                && !recordedPlacement
                && taker.pageCache().isEmpty()) {
            recordedHeap.fillPageCache(taker, cachePage);
        }
        snapshot.clear();
    }

    // ---- a truth's first line

    /**
     * The checkpoint that the first line was taken at.
     *
     * @param cycles collections that the replay has seen by now
     */
    void reached(long cycles) {
        if (line == null) {
            return;
        }
        if (lineIsOurs) {
            take(cycles);
        } else {
            matchRss();
        }
    }

    /**
     * Another run's first line says only how much was resident when the trace began. What the snapshot made resident
     * beyond that is taken from its large objects, of which nobody knows what was written; what lacks is added to its
     * spans.
     */
    private void matchRss() {
        long osPageBytes = 1L << os.osPageShift();
        long from = os.mappedFrom() >>> os.osPageShift();
        long to = os.mappedTo() >>> os.osPageShift();
        for (int pass = 0; pass < 2; pass++) {
            for (long page = to - 1; page >= from && os.rssBytes() > line.rssBytes(); page--) {
                MSpan s = heap.spanOf((int) (page << os.osPageShift() >>> Units.PAGE_SHIFT));
                if (os.isResident(page) && (s == null || pass == 1 || s.spanClass() >= 0 && s.isLarge())) {
                    os.dontNeed(page << os.osPageShift(), osPageBytes);
                }
            }
        }
        for (long page = from; page < to && os.rssBytes() < line.rssBytes(); page++) {
            if (heap.spanOf((int) (page << os.osPageShift() >>> Units.PAGE_SHIFT)) != null) {
                os.write(page << os.osPageShift(), 1, Cause.RUNTIME);
            }
        }
    }

    /** Takes the line as the state at its checkpoint: resident pages, freed pages, counters. */
    private void take(long cycles) {
        long limit = os.mappedTo() >>> os.osPageShift();
        BitSet resident = line.resident();
        for (long page = os.mappedFrom() >>> os.osPageShift(); page < limit; page++) {
            if (resident.get((int) page) && !os.isResident(page)) {
                os.write(page << os.osPageShift(), 1, Cause.RUNTIME);
            } else if (!resident.get((int) page) && os.isResident(page)) {
                os.dontNeed(page << os.osPageShift(), 1L << os.osPageShift());
            }
        }
        long retained = line.metrics().get("/memory/classes/heap/free:bytes")
                - heap.stats().free();
        for (int pass = 0; pass < 2 && retained > 0; pass++) {
            for (int page = 0; page < heap.pages().limitPage() && retained > 0; page++) {
                boolean dirty = resident.get(page * 2) || resident.get(page * 2 + 1);
                if ((dirty || pass == 1) && heap.spanOf(page) == null && recordedHeap.setRetained(page)) {
                    retained -= Units.PAGE_BYTES;
                }
            }
        }
        reclassifyWorkBuffers(line.metrics().get("/memory/classes/heap/stacks:bytes"));
        cyclesSeen = cycles;
        cyclesBefore = line.metrics().getOrDefault("/gc/cycles/total:gc-cycles", 0L) - cycles;
        liveBytes = line.metrics().getOrDefault("/gc/heap/live:bytes", -1L);
        SortedMap<String, Long> twin = Metrics.read(heap);
        for (int k = 0; k < COUNTERS.length; k++) {
            counters[k] = line.metrics().getOrDefault(COUNTERS[k], 0L) - twin.get(COUNTERS[k]);
        }
    }

    /** Manual spans without a stack are work buffers, as many as the line's stacks leave. */
    private void reclassifyWorkBuffers(long stackBytes) {
        for (int page = 0; page < heap.pages().limitPage() && heap.stats().inStacks() > stackBytes; page++) {
            MSpan s = heap.spanOf(page);
            if (s != null
                    && s.page() == page
                    && s.state() == MSpan.State.STACK
                    && s.npages() == Stacks.WORK_BUFFER_PAGES) {
                boolean holdsStack = false;
                for (long[] stack : stacks) {
                    holdsStack |= stack[0] >= s.base() && stack[0] < s.base() + s.sizeBytes();
                }
                if (!holdsStack) {
                    heap.reclassify(s, MSpan.State.WORK_BUFFER);
                }
            }
        }
    }

    /** Adds to a twin's metrics what was counted before the trace began. */
    void addTo(SortedMap<String, Long> m) {
        for (int k = 0; k < COUNTERS.length; k++) {
            m.merge(COUNTERS[k], counters[k], Long::sum);
        }
        m.merge("/memory/classes/heap/objects:bytes", counters[0] - counters[1], Long::sum);
        m.merge("/memory/classes/heap/unused:bytes", counters[1] - counters[0], Long::sum);
        m.merge("/gc/heap/objects:objects", counters[2] - counters[3], Long::sum);
    }

    /** Collections before the trace began. */
    long cyclesBefore() {
        return cyclesBefore;
    }

    /**
     * What the last collection left alive, or -1 where nobody knows.
     *
     * @param cycles collections that the replay has seen
     * @param live what the last of them left alive
     */
    long liveBytes(long cycles, long live) {
        return cycles > cyclesSeen ? live : liveBytes;
    }
}
