package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.trace.BadInputException;
import dev.needzero.units.ByteSize;
import dev.needzero.units.Units;
import java.io.UncheckedIOException;

/**
 * What a trace claims of its heap, refused where no heap can be so, or where it would take more memory to follow than there
 * is: a few damaged bytes must not cost gigabytes.
 */
final class Claims {
    /** Address space that a heap's offsets may reach; pages are numbered with an int. */
    private static final long MAX_HEAP_BYTES = 1L << 43;
    /** What a twin and the tables beside it keep of a mapped page: span tables, state and cause bits. */
    private static final int BYTES_KEPT_A_PAGE = 6;
    /** What x86-64 can address. */
    private static final long MAX_OBJECT_BYTES = 1L << 57;

    private static final long MAX_LOST_IDS = 1 << 23;

    private Claims() {}

    /** A span lies within the address space that a heap can have, and following it takes no more memory than there is. */
    static void span(long event, long address, long npages, int kindClass) {
        if (address < 0 || npages <= 0 || address > MAX_HEAP_BYTES || npages > MAX_HEAP_BYTES >>> Units.PAGE_SHIFT) {
            throw refused(
                    event,
                    "a span of " + npages + " pages at offset " + address + "; expected one in the first "
                            + ByteSize.format(MAX_HEAP_BYTES));
        }
        if (address % Units.PAGE_BYTES != 0) {
            throw refused(event, "a span at offset " + address + "; expected a multiple of " + Units.PAGE_BYTES);
        }
        int sizeClass = (kindClass & 1) != 0 ? 0 : SpanClass.sizeClass(kindClass >> 1);
        if (sizeClass > 0 && (sizeClass >= SizeClasses.GO.count() || npages != SizeClasses.GO.pages(sizeClass))) {
            throw refused(
                    event,
                    "a span of " + npages + " pages for size class " + sizeClass + "; expected "
                            + (sizeClass >= SizeClasses.GO.count()
                                    ? "a class below " + SizeClasses.GO.count()
                                    : SizeClasses.GO.pages(sizeClass) + " pages"));
        }
        room(event, address + (npages << Units.PAGE_SHIFT));
    }

    /**
     * An object of a trace without addresses: ids are dense, so none is far beyond the number of events so far; blocks that
     * were lost may have held some.
     */
    static void object(long event, long id, long bytes) {
        if (id < 0 || id > event + MAX_LOST_IDS || bytes < 0 || bytes > MAX_OBJECT_BYTES) {
            throw refused(
                    event,
                    "object number " + id + " of " + bytes
                            + " bytes; expected a number that is free, the lowest, and a size");
        }
    }

    /** A heap of so many bytes can be followed in this process's memory. */
    static void room(long event, long heapBytes) {
        long keptBytes = (heapBytes >>> Units.PAGE_SHIFT) * BYTES_KEPT_A_PAGE;
        long most = Runtime.getRuntime().maxMemory();
        if (heapBytes > MAX_HEAP_BYTES || keptBytes > most / 4 * 3) {
            throw refused(
                    event,
                    "makes the heap " + ByteSize.format(heapBytes) + ", more than can be followed in the "
                            + ByteSize.format(most)
                            + " that Java has; if that is meant, give it more (NEEDZERO_JAVA_OPTS=-Xmx…)");
        }
    }

    /** Pages that a span takes at a recorded place are not another's. */
    static void free(long event, MHeap heap, long address, int npages) {
        int page = (int) (address >>> Units.PAGE_SHIFT);
        int first = heap.layout().baseChunk() * Units.PAGES_PER_CHUNK;
        if (page < first) {
            throw refused(
                    event,
                    "a span at offset " + address + "; expected none below the heap's first page, at offset "
                            + ((long) first << Units.PAGE_SHIFT));
        }
        int below = Math.min(npages, heap.pages().limitPage() - page);
        if (below > 0 && !heap.pages().isFree(page, below)) {
            throw refused(
                    event,
                    "a span of " + npages + " pages at offset " + address
                            + " on pages that are in use: the trace contradicts itself");
        }
    }

    private static UncheckedIOException refused(long event, String problem) {
        return new UncheckedIOException(new BadInputException("event " + event, problem));
    }
}
