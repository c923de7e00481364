package dev.needzero.experiment;

import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.units.Units;
import java.util.Arrays;
import java.util.function.Consumer;

/** The recording's spans by page: what Go's own {@code mheap.spanOf} would have answered in the recorded process. */
final class RecordedSpans {
    private static final int PAGES_PER_ARENA = Units.PAGES_PER_ARENA;

    private RecordedSpan[][] byArena = new RecordedSpan[16][];

    /** The span that an offset from the heap's base lies in, or null. */
    RecordedSpan at(long address) {
        int page = (int) (address >>> Units.PAGE_SHIFT);
        int arena = page >>> 13;
        return arena >= 0 && arena < byArena.length && byArena[arena] != null
                ? byArena[arena][page & PAGES_PER_ARENA - 1]
                : null;
    }

    /**
     * Notes a span.
     *
     * @param kindClass 1 for manual spans, twice the span class for others
     */
    RecordedSpan add(long address, int npages, int kindClass) {
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
        set((int) (address >>> Units.PAGE_SHIFT), npages, r);
        return r;
    }

    void remove(RecordedSpan r) {
        set((int) (r.base >>> Units.PAGE_SHIFT), r.npages, null);
    }

    /** Calls once for each span. */
    void forEach(Consumer<RecordedSpan> action) {
        for (int arena = 0; arena < byArena.length; arena++) {
            for (int i = 0; byArena[arena] != null && i < PAGES_PER_ARENA; i++) {
                RecordedSpan r = byArena[arena][i];
                if (r != null && (int) (r.base >>> Units.PAGE_SHIFT) == arena * PAGES_PER_ARENA + i) {
                    action.accept(r);
                }
            }
        }
    }

    private void set(int page, int npages, RecordedSpan r) {
        for (int p = page; p < page + npages; ) {
            int arena = p >>> 13;
            if (arena >= byArena.length) {
                byArena = Arrays.copyOf(byArena, Math.max(arena + 1, byArena.length * 2));
            }
            if (byArena[arena] == null) {
                byArena[arena] = new RecordedSpan[PAGES_PER_ARENA];
            }
            int from = p & PAGES_PER_ARENA - 1;
            int n = Math.min(page + npages - p, PAGES_PER_ARENA - from);
            Arrays.fill(byArena[arena], from, from + n, r);
            p += n;
        }
    }
}
