package dev.needzero.experiment;

import dev.needzero.heap.HeapLayout;
import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import dev.needzero.units.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a trace holds, counted in one pass without a twin. Of a placed trace bytes are those of slots, for a Go trace has no
 * requested sizes, and an object is live until the recording swept it.
 */
public final class TraceSummary {
    /** A count and the bytes behind it. */
    public record Amount(long count, long bytes) {
        Amount plus(long moreBytes) {
            return new Amount(count + 1, bytes + moreBytes);
        }
    }

    /** What one type's objects took, snapshot not counted. */
    public record TypeUse(String name, Amount allocated) {}

    /** What a page belongs to: {@code base}, a tiny span's blocks seen so far (1 = taken), and its objects' births. */
    private record Span(long base, int npages, int spanClass, long[] takenBits, Lifetimes.Births births) {}

    /** Larger objects get a span of their own. */
    private static final long SMALL_LIMIT_BYTES = (32 << 10) - HeapLayout.WORD_BYTES;

    private static final Amount NOTHING = new Amount(0, 0);

    private final TraceInfo info;
    private final long[] eventsByKind = new long[1 << Byte.SIZE];
    private Span[][] spans = new Span[16][];
    private boolean[] procSeen = new boolean[8];
    private long[] typeCount = new long[64];
    private long[] typeBytes = new long[64];
    private Amount snapshotSpans = NOTHING;
    private Amount snapshotObjects = NOTHING;
    private Amount snapshotStacks = NOTHING;
    private Amount allocated = NOTHING;
    private Amount largeScan = NOTHING;
    private Amount largeNoscan = NOTHING;
    private Amount largeUnknown = NOTHING;
    private Amount untyped = NOTHING;
    private Amount pointersUnknown = NOTHING;
    private final Lifetimes lifetimes = new Lifetimes();
    private final Lifetimes.Births birthsOfIds = new Lifetimes.Births();
    private long[] sizeOfId = new long[64];
    private long liveBytes;
    private long livePeakBytes;
    private long lastNanos;
    private long seen;
    private long events;
    private List<String> warnings = List.of();
    private List<TypeUse> types = List.of();

    private TraceSummary(TraceInfo info) {
        this.info = info;
    }

    /** Reads a trace to its end. */
    public static TraceSummary of(TraceReader reader, Consumer<TraceReader> progress) throws IOException {
        TraceSummary summary = new TraceSummary(reader.info());
        EventBatch batch = new EventBatch();
        while (reader.next(batch)) {
            summary.add(batch, reader.types());
            progress.accept(reader);
        }
        summary.finish(reader);
        return summary;
    }

    private void add(EventBatch batch, TypeTable table) {
        for (int i = 0; i < batch.size; i++) {
            byte kind = batch.kind[i];
            lastNanos = Math.max(lastNanos, batch.timeNanos[i]);
            eventsByKind[kind & 0xff]++;
            see(batch.proc[i]);
            long a = batch.a[i];
            switch (kind) {
                case Kind.SPAN, Kind.SPAN_ALLOC -> {
                    Claims.span(seen + i, a, batch.b[i], batch.c[i]);
                    addSpan(a, (int) batch.b[i], batch.c[i], kind == Kind.SPAN);
                }
                case Kind.SPAN_FREE -> freeSpan(a);
                case Kind.OBJECT -> {
                    long bytes = take(a);
                    snapshotObjects = snapshotObjects.plus(bytes);
                    live(bytes);
                }
                case Kind.OBJECT_ALLOC -> alloc(a, batch.c[i]);
                case Kind.OBJECT_FREE -> live(-release(a));
                case Kind.ALLOC -> {
                    Claims.object(seen + i, a, batch.b[i]);
                    allocUnplaced((int) a, batch.b[i], batch.c[i], table.get(batch.c[i]));
                }
                case Kind.FREE -> freeUnplaced(a);
                case Kind.STACK -> snapshotStacks = snapshotStacks.plus(batch.b[i]);
                default -> {} // counted, and that is all
            }
        }
        seen += batch.size;
    }

    private void see(int proc) {
        if (proc >= procSeen.length) {
            procSeen = Arrays.copyOf(procSeen, proc + 8);
        }
        if (proc >= 0) {
            procSeen[proc] = true;
        }
    }

    /** An object of a trace without addresses, by its id. */
    private void allocUnplaced(int id, long bytes, int type, TypeTable.Type what) {
        if (id >= sizeOfId.length) {
            sizeOfId = Arrays.copyOf(sizeOfId, Math.max(id + 1, sizeOfId.length * 2));
        }
        sizeOfId[id] = bytes;
        lifetimes.born(birthsOfIds, id, bytes, lastNanos);
        live(bytes);
        allocated = allocated.plus(bytes);
        if (what.pointers() == TypeTable.Pointers.UNKNOWN) {
            pointersUnknown = pointersUnknown.plus(bytes);
        }
        if (bytes > SMALL_LIMIT_BYTES) {
            switch (what.pointers()) {
                case YES -> largeScan = largeScan.plus(bytes);
                case NO -> largeNoscan = largeNoscan.plus(bytes);
                case UNKNOWN -> largeUnknown = largeUnknown.plus(bytes);
            }
        }
        count(type, bytes);
    }

    private void count(int type, long bytes) {
        if (type == 0) {
            untyped = untyped.plus(bytes);
        }
        if (type >= typeCount.length) {
            typeCount = Arrays.copyOf(typeCount, Math.max(type + 1, typeCount.length * 2));
            typeBytes = Arrays.copyOf(typeBytes, typeCount.length);
        }
        typeCount[type]++;
        typeBytes[type] += bytes;
    }

    private void freeUnplaced(long number) {
        if (number >= 0 && number < sizeOfId.length) {
            int id = (int) number;
            lifetimes.died(birthsOfIds, id, sizeOfId[id], lastNanos);
            live(-sizeOfId[id]);
            sizeOfId[id] = 0;
        }
    }

    private void live(long bytes) {
        liveBytes += bytes;
        livePeakBytes = Math.max(livePeakBytes, liveBytes);
    }

    private void alloc(long address, int type) {
        long bytes = take(address);
        live(bytes);
        allocated = allocated.plus(bytes);
        Span span = spanAt(address);
        if (bytes > 0) {
            lifetimes.born(span.births, slot(span, address), bytes, lastNanos);
        }
        if (span != null && span.spanClass == SpanClass.LARGE_SCAN) {
            largeScan = largeScan.plus(bytes);
        } else if (span != null && span.spanClass == SpanClass.LARGE_NOSCAN) {
            largeNoscan = largeNoscan.plus(bytes);
        }
        count(type, bytes);
    }

    private Span spanAt(long address) {
        long page = address >>> Units.PAGE_SHIFT;
        long arena = page / Units.PAGES_PER_ARENA;
        return arena < spans.length && spans[(int) arena] != null
                ? spans[(int) arena][(int) (page % Units.PAGES_PER_ARENA)]
                : null;
    }

    private void addSpan(long address, int npages, int kindClass, boolean inSnapshot) {
        int spanClass = (kindClass & 1) != 0 ? SpanClass.MANUAL : kindClass >> 1;
        long[] takenBits = spanClass == SpanClass.TINY ? new long[Units.PAGE_BYTES / 16 / 64] : null;
        setSpan(address, npages, new Span(address, npages, spanClass, takenBits, new Lifetimes.Births()));
        if (inSnapshot) {
            snapshotSpans = snapshotSpans.plus((long) npages << Units.PAGE_SHIFT);
        }
    }

    private void freeSpan(long address) {
        Span span = spanAt(address);
        if (span != null) {
            setSpan(span.base, span.npages, null);
        }
    }

    private void setSpan(long address, int npages, Span span) {
        int first = (int) (address >>> Units.PAGE_SHIFT);
        for (int page = first; page < first + npages; page++) {
            int arena = page / Units.PAGES_PER_ARENA;
            if (arena >= spans.length) {
                spans = Arrays.copyOf(spans, Math.max(arena + 1, 2 * spans.length));
            }
            if (spans[arena] == null) {
                spans[arena] = new Span[Units.PAGES_PER_ARENA];
            }
            spans[arena][page % Units.PAGES_PER_ARENA] = span;
        }
    }

    /** Bytes that an object newly takes: none for a tiny one in a block that exists. */
    private long take(long address) {
        Span span = spanAt(address);
        if (span == null || span.spanClass < 0) {
            return 0;
        }
        if (span.takenBits != null) {
            int block = (int) (address - span.base) >>> 4;
            if ((span.takenBits[block >>> 6] >>> block & 1) != 0) {
                return 0;
            }
            span.takenBits[block >>> 6] |= 1L << block;
        }
        return slotBytes(span);
    }

    private long release(long address) {
        Span span = spanAt(address);
        if (span == null || span.spanClass < 0) {
            return 0;
        }
        if (span.takenBits != null) {
            int block = (int) (address - span.base) >>> 4;
            span.takenBits[block >>> 6] &= ~(1L << block);
        }
        long bytes = slotBytes(span);
        lifetimes.died(span.births, slot(span, address), bytes, lastNanos);
        return bytes;
    }

    private static int slot(Span span, long address) {
        return (int) ((address - span.base) / slotBytes(span));
    }

    private static long slotBytes(Span span) {
        int sizeClass = SpanClass.sizeClass(span.spanClass);
        return sizeClass == 0 ? (long) span.npages << Units.PAGE_SHIFT : SizeClasses.GO.bytes(sizeClass);
    }

    private void finish(TraceReader reader) {
        events = reader.eventsDecoded();
        warnings = reader.warnings();
        List<TypeUse> uses = new ArrayList<>();
        TypeTable table = reader.types();
        for (int t = 1; t < Math.min(typeCount.length, table.size()); t++) {
            if (typeCount[t] > 0) {
                uses.add(new TypeUse(table.get(t).name(), new Amount(typeCount[t], typeBytes[t])));
            }
        }
        uses.sort(Comparator.comparingLong((TypeUse u) -> u.allocated().bytes()).reversed());
        types = uses;
    }

    public TraceInfo info() {
        return info;
    }

    /** Every event that the reader decoded, those that concern no memory included. */
    public long events() {
        return events;
    }

    /** Events of one of {@link Kind}'s kinds. */
    public long events(byte kind) {
        return eventsByKind[kind & 0xff];
    }

    /** Time from the first event to the last. */
    public long spanNanos() {
        return lastNanos;
    }

    /** Ps that anything happened on. */
    public int procs() {
        int n = 0;
        for (boolean seen : procSeen) {
            n += seen ? 1 : 0;
        }
        return n;
    }

    public Amount snapshotSpans() {
        return snapshotSpans;
    }

    public Amount snapshotObjects() {
        return snapshotObjects;
    }

    public Amount snapshotStacks() {
        return snapshotStacks;
    }

    /** Objects allocated after the snapshot. */
    public Amount allocated() {
        return allocated;
    }

    /** Large objects with pointers: those that 1.24 clears whatever it knows of their memory. */
    public Amount largeScan() {
        return largeScan;
    }

    public Amount largeNoscan() {
        return largeNoscan;
    }

    /** Large objects of which the trace does not say whether they hold pointers. */
    public Amount largeUnknown() {
        return largeUnknown;
    }

    /** Objects of a trace without addresses of which it does not say whether they hold pointers. */
    public Amount pointersUnknown() {
        return pointersUnknown;
    }

    public Lifetimes lifetimes() {
        return lifetimes;
    }

    /** Objects to which the trace gives no type. */
    public Amount untyped() {
        return untyped;
    }

    /** The most bytes that objects held at once, those dead but not yet swept included. */
    public long livePeakBytes() {
        return livePeakBytes;
    }

    /** Types by bytes allocated, most first. */
    public List<TypeUse> types() {
        return types;
    }

    public List<String> warnings() {
        return warnings;
    }
}
