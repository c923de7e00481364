package dev.needzero.experiment;

import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.ForwardingReader;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import dev.needzero.units.Units;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A reader that counts, as events pass through it, which types the recording's live objects have. Bytes are those of slots;
 * tiny objects that share a block count once, as the first of them.
 */
public final class LiveTypes extends ForwardingReader {
    /** What one type's live objects take. */
    public record Use(String name, long objects, long bytes) {}

    /** Of each slot the type of its object plus one; 0: free. */
    private record Span(long base, int npages, long slotBytes, int[] typeOf) {}

    private static final int TYPE_BITS = 21;

    /** Told of objects; {@code a} is what names one in an event's column a. */
    public interface Visitor {
        void object(long a, int type);
    }

    /** Told of what was allocated; bytes are a slot's in a placed trace, else those asked for. */
    public interface AllocationVisitor {
        void allocated(int type, long bytes, long objects);
    }

    private Span[] spanOf = new Span[1024];
    private long seen;
    /** Of each id of an unplaced trace the type of its object plus one; 0: free. */
    private int[] typeOfId = new int[1024];
    /** Objects allocated, by {@code bytes << 21 | type}; null when nobody wants to know. */
    private final Long2LongOpenHashMap allocated;

    public LiveTypes(TraceReader reader) {
        this(reader, false);
    }

    /**
     * @param countsAllocations whether it keeps what {@link #forEachAllocated} tells
     */
    public LiveTypes(TraceReader reader, boolean countsAllocations) {
        super(reader);
        this.allocated = countsAllocations ? new Long2LongOpenHashMap() : null;
    }

    @Override
    public boolean next(EventBatch batch) throws IOException {
        boolean more = source.next(batch);
        for (int i = 0; i < batch.size; i++) {
            long a = batch.a[i];
            switch (batch.kind[i]) {
                case Kind.SPAN, Kind.SPAN_ALLOC -> {
                    Claims.span(seen + i, a, batch.b[i], batch.c[i]);
                    addSpan(a, (int) batch.b[i], batch.c[i]);
                }
                case Kind.SPAN_FREE -> removeSpan(a);
                case Kind.OBJECT, Kind.OBJECT_ALLOC -> set(a, batch.c[i] + 1);
                case Kind.OBJECT_FREE -> set(a, 0);
                case Kind.ALLOC -> {
                    setId(a, batch.c[i] + 1);
                    count(batch.b[i], batch.c[i]);
                }
                case Kind.FREE -> setId(a, 0);
                default -> {} // no object comes or goes
            }
        }
        seen += batch.size;
        return more;
    }

    private Span spanAt(long address) {
        int page = (int) (address >>> Units.PAGE_SHIFT);
        return page >= 0 && page < spanOf.length ? spanOf[page] : null;
    }

    private void addSpan(long address, int npages, int kindClass) {
        int page = (int) (address >>> Units.PAGE_SHIFT);
        if (page + npages > spanOf.length) {
            spanOf = Arrays.copyOf(spanOf, Math.max(page + npages, 2 * spanOf.length));
        }
        if ((kindClass & 1) != 0) {
            Arrays.fill(spanOf, page, page + npages, null);
            return;
        }
        int sizeClass = SpanClass.sizeClass(kindClass >> 1);
        long bytes = (long) npages << Units.PAGE_SHIFT;
        long slotBytes = sizeClass == 0 ? bytes : SizeClasses.GO.bytes(sizeClass);
        Arrays.fill(
                spanOf, page, page + npages, new Span(address, npages, slotBytes, new int[(int) (bytes / slotBytes)]));
    }

    private void removeSpan(long address) {
        Span span = spanAt(address);
        if (span != null) {
            int page = (int) (span.base >>> Units.PAGE_SHIFT);
            Arrays.fill(spanOf, page, page + span.npages, null);
        }
    }

    private void set(long address, int typePlusOne) {
        Span span = spanAt(address);
        if (span == null) {
            return;
        }
        long slot = (address - span.base) / span.slotBytes;
        if (slot < span.typeOf.length && (typePlusOne == 0 || span.typeOf[(int) slot] == 0)) {
            span.typeOf[(int) slot] = typePlusOne;
            if (typePlusOne > 0) {
                count(span.slotBytes, typePlusOne - 1);
            }
        }
    }

    private void count(long bytes, int type) {
        if (allocated != null) {
            allocated.addTo(bytes << TYPE_BITS | type, 1);
        }
    }

    private void setId(long id, int typePlusOne) {
        if (id >= typeOfId.length) {
            typeOfId = Arrays.copyOf(typeOfId, Math.max((int) id + 1, 2 * typeOfId.length));
        }
        typeOfId[(int) id] = typePlusOne;
    }

    /** Names every object that lives now. */
    public void forEachLive(Visitor visitor) {
        for (int page = 0; page < spanOf.length; page++) {
            Span span = spanOf[page];
            if (span == null || span.base >>> Units.PAGE_SHIFT != page) {
                continue;
            }
            for (int slot = 0; slot < span.typeOf.length; slot++) {
                if (span.typeOf[slot] > 0) {
                    visitor.object(span.base + slot * span.slotBytes, span.typeOf[slot] - 1);
                }
            }
        }
        for (int id = 0; id < typeOfId.length; id++) {
            if (typeOfId[id] > 0) {
                visitor.object(id, typeOfId[id] - 1);
            }
        }
    }

    /** Tells how much of each type and size was allocated so far. */
    public void forEachAllocated(AllocationVisitor visitor) {
        allocated.forEach(
                (key, objects) -> visitor.allocated((int) (key & (1 << TYPE_BITS) - 1), key >>> TYPE_BITS, objects));
    }

    /** Types by bytes that are live now, most first; objects without a type are under the empty name. */
    public List<Use> uses() {
        TypeTable table = source.types();
        long[] objects = new long[table.size()];
        long[] bytes = new long[table.size()];
        for (int page = 0; page < spanOf.length; page++) {
            Span span = spanOf[page];
            if (span == null || span.base >>> Units.PAGE_SHIFT != page) {
                continue;
            }
            for (int type : span.typeOf) {
                if (type > 0) {
                    objects[type - 1]++;
                    bytes[type - 1] += span.slotBytes;
                }
            }
        }
        List<Use> uses = new ArrayList<>();
        for (int t = 0; t < objects.length; t++) {
            if (objects[t] > 0) {
                uses.add(new Use(table.get(t).name(), objects[t], bytes[t]));
            }
        }
        uses.sort(Comparator.comparingLong(Use::bytes).reversed());
        return uses;
    }
}
