package dev.needzero.runtime;

import dev.needzero.gc.Collector;
import dev.needzero.gc.LimitEvidence;
import dev.needzero.gc.MemoryLimit;
import dev.needzero.gc.Pacer;
import dev.needzero.gc.RecordedSweep;
import dev.needzero.gc.Scavenger;
import dev.needzero.heap.HeapLayout;
import dev.needzero.heap.HugePageCalls;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.units.Units;

/**
 * The twin: one Go process's heap under one version's behaviours, on one model of the system's pages. Wires heap,
 * collector and system together and holds what {@code mallocgc} does beyond finding a place: clearing and headers.
 *
 * <p>Go: {@code runtime/malloc.go}, {@code mallocgc} and, from 1.24, its parts for tiny, small and large objects.
 */
public final class GoRuntime {
    private static final int SPECIALISED_BYTES = 80;

    private final Behaviours behaviours;
    private final HeapLayout layout;
    private final AddressSpace os;
    private final MHeap heap;
    private final RecordedHeap recordedHeap;
    private final RecordedSweep recordedSweep;
    private final Scavenger scavenger;

    private final boolean clearLargeScanAlways;
    private final boolean clearRequestedOnly;
    private final boolean clearSpecialisedWhole;
    private final int tinySpanClass;
    private final boolean[] hasHeader = new boolean[SpanClass.COUNT];

    private MSpan lastSpan;
    private int lastSlot;
    private boolean lastWasResident;

    /**
     * @param behaviours the version
     * @param osSettings the system
     * @param baseChunk where in its first arena the heap begins, in 4 MiB chunks
     * @param basePaddingPages pages never used at the heap's start
     * @param backgroundScavenger whether the background scavenger releases memory when it runs
     */
    public GoRuntime(
            Behaviours behaviours,
            OsSettings osSettings,
            int baseChunk,
            int basePaddingPages,
            boolean backgroundScavenger) {
        this.behaviours = behaviours;
        // What MADV_FREE was called for still holds its old bytes; Go relies on zeros only with MADV_DONTNEED.
        this.layout = (osSettings.release() == OsSettings.Release.FREE
                        ? behaviours.with(Behaviour.SCAVENGED_IS_ZERO, "false")
                        : behaviours)
                .layout(baseChunk, basePaddingPages);
        this.os = new AddressSpace(osSettings);
        this.heap = new MHeap(layout, os);
        this.recordedHeap = new RecordedHeap(heap);
        this.recordedSweep = new RecordedSweep(heap);
        this.scavenger = new Scavenger(heap, backgroundScavenger);
        heap.setPolicy(scavenger);
        heap.setHugePageCalls(hugePageCalls());
        this.clearLargeScanAlways = behaviours.value(Behaviour.LARGE_ZEROING).equals("always");
        String small = behaviours.value(Behaviour.SMALL_SCAN_ZEROING);
        this.clearRequestedOnly = !small.equals("slot");
        this.clearSpecialisedWhole = small.equals("slot-to-80");
        this.tinySpanClass = layout.tinySpanClass();
        for (int c = 2; c < 2 * layout.sizeClasses().count(); c++) {
            hasHeader[c] = layout.hasHeader(c);
        }
    }

    private HugePageCalls hugePageCalls() {
        // Go takes the system to have no huge pages where they would be larger than a chunk.
        if (behaviours.is(Behaviour.DISABLE_THP)) {
            return HugePageCalls.disabled(os);
        }
        return switch (os.hugePageBytes() > 1L << Units.CHUNK_SHIFT
                ? "none"
                : behaviours.value(Behaviour.HUGE_PAGE_CALLS)) {
            case "advise" -> HugePageCalls.advise(os);
            case "collapse" -> HugePageCalls.collapse(os);
            default -> HugePageCalls.NONE;
        };
    }

    /**
     * An empty heap of a version on 4 KiB pages, for programs that allocate by hand: see {@link #make}.
     *
     * @param version as in {@code 1.24}
     */
    public static GoRuntime of(String version) {
        return new GoRuntime(Behaviours.of(version), OsSettings.defaults(), 0, 0, true);
    }

    public Behaviours behaviours() {
        return behaviours;
    }

    public MHeap heap() {
        return heap;
    }

    public AddressSpace os() {
        return os;
    }

    public RecordedHeap recordedHeap() {
        return recordedHeap;
    }

    public RecordedSweep recordedSweep() {
        return recordedSweep;
    }

    /** What a {@code GOMEMLIMIT} would be to this process; {@link Long#MAX_VALUE} for none. */
    public MemoryLimit memoryLimit(long bytes) {
        return bytes == Long.MAX_VALUE
                ? MemoryLimit.NONE
                : new MemoryLimit(bytes, heap, behaviours.is(Behaviour.LIMIT_SCAVENGING));
    }

    /** What a recorded program's goals tell of the limit that it had. */
    public LimitEvidence limitEvidence() {
        return new LimitEvidence(heap, behaviours.is(Behaviour.LIMIT_SCAVENGING));
    }

    /** From now on a collector of the twin's own decides when to collect, sweep and give memory back. */
    public Collector collectWith(Pacer pacer, MemoryLimit limit, boolean eagerSweep) {
        Collector collector = new Collector(heap, scavenger, pacer, limit, eagerSweep);
        heap.setPolicy(collector);
        return collector;
    }

    public Scavenger scavenger() {
        return scavenger;
    }

    /** The span that the last small allocation came from. */
    public MSpan lastSpan() {
        return lastSpan;
    }

    /** The slot that the last small allocation took. */
    public int lastSlot() {
        return lastSlot;
    }

    /**
     * Whether that slot lay in one OS page, and that was resident, before the allocation: then no write to it, or a part of
     * it, changes anything.
     */
    public boolean lastWasResident() {
        return lastWasResident;
    }

    /**
     * Allocates a slot of a span class.
     *
     * @param size bytes asked for
     * @param needzero whether the caller wants cleared memory
     * @return offset of the object, behind its header if it has one
     */
    public long mallocSmall(P p, int spanClass, int size, boolean needzero) {
        MSpan span = p.cached(spanClass);
        int slot = span == null ? -1 : span.nextFree();
        if (slot < 0) {
            span = heap.refill(p, spanClass);
            slot = span.nextFree();
        }
        return prepare(span, slot, size, needzero);
    }

    /** Puts an object where a recording has it: only clearing and headers are this version's. */
    public long mallocAt(MSpan span, int slot, int size, boolean needzero) {
        recordedHeap.place(span, slot);
        return prepare(span, slot, size, needzero);
    }

    /** What creating a span writes beside its slots. */
    public void initSpan(MSpan span) {
        heap.writeHeapBits(span);
    }

    /** Clears a slot that is taken already, as far as this version does, and writes its header. */
    public long prepare(MSpan span, int slot, int size, boolean needzero) {
        int spanClass = span.spanClass();
        lastSpan = span;
        lastSlot = slot;
        long at = span.slotAddress(slot);
        lastWasResident = os.isInResidentPage(at, span.elemBytes());
        if (lastWasResident) {
            return hasHeader[spanClass] ? at + HeapLayout.WORD_BYTES : at;
        }
        if (hasHeader[spanClass]) {
            if (span.needzero()) {
                os.write(at, span.elemBytes(), Cause.ZEROING);
            }
            os.write(at, HeapLayout.WORD_BYTES, Cause.RUNTIME);
            return at + HeapLayout.WORD_BYTES;
        }
        if (needzero && span.needzero()) {
            boolean wholeSlot = SpanClass.noscan(spanClass)
                    || !clearRequestedOnly
                    || clearSpecialisedWhole && size <= SPECIALISED_BYTES;
            os.write(at, wholeSlot ? span.elemBytes() : size, Cause.ZEROING);
        }
        return at;
    }

    /** A slot for a block of tiny objects; both its words are always cleared. */
    public long mallocTinyBlock(P p) {
        long at = mallocSmall(p, tinySpanClass, layout.tinyBlockBytes(), false);
        os.write(at, Math.max(layout.tinyBlockBytes(), 1), Cause.ZEROING);
        return at;
    }

    /** A span for a large object, not cleared yet: clearing is delayed until the span is published. */
    public MSpan mallocLarge(P p, int npages, boolean noscan) {
        lastSpan = heap.allocLarge(p, npages, noscan);
        lastSlot = 0;
        lastWasResident = false;
        return lastSpan;
    }

    /**
     * Clears a large object if this version does: the four answers to "must it be cleared?" meet here. Whether its span
     * is dirty was decided when the span was made.
     */
    public void clearLarge(MSpan span, boolean needzero) {
        boolean clear = !span.noscan() && clearLargeScanAlways || needzero && span.needzero();
        if (clear) {
            os.write(span.base(), span.sizeBytes(), Cause.ZEROING);
        }
    }

    /**
     * Allocates an object of a known size, as {@code mallocgc} would.
     *
     * @param size bytes asked for, above 0
     * @return offset of the object; {@link #lastSpan} and {@link #lastSlot} say where it lies
     */
    public long malloc(P p, long size, boolean noscan, boolean needzero) {
        if (noscan && size < layout.tinyBlockBytes()) {
            long at = heap.tinyAlloc(p, (int) size);
            if (at >= 0) {
                lastSpan = heap.spanOf((int) (at >>> Units.PAGE_SHIFT));
                lastSlot = (int) (at - lastSpan.base()) / lastSpan.elemBytes();
                lastWasResident = false;
                return at;
            }
            at = mallocTinyBlock(p);
            heap.tinyBlock(p, at, (int) size);
            return at;
        }
        if (size <= layout.smallLimitBytes()) {
            return mallocSmall(p, layout.spanClassFor((int) size, noscan), (int) size, needzero);
        }
        MSpan span = mallocLarge(p, (int) (Units.alignUp(size, Units.PAGE_BYTES) >>> Units.PAGE_SHIFT), noscan);
        clearLarge(span, needzero);
        return span.base();
    }

    /**
     * Allocates zeroed memory on the first P, as {@code make} and {@code new} do.
     *
     * @param size bytes asked for, above 0
     * @param pointers whether it holds any
     * @return offset of the object from the heap's base
     */
    public long make(long size, boolean pointers) {
        return malloc(heap.proc(0), size, !pointers, true);
    }
}
