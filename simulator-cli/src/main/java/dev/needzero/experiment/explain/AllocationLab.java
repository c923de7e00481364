package dev.needzero.experiment.explain;

import dev.needzero.experiment.explain.Allocated.Memory;
import dev.needzero.experiment.explain.Allocated.Met;
import dev.needzero.experiment.explain.Allocated.Path;
import dev.needzero.gc.Collector;
import dev.needzero.gc.Pacer;
import dev.needzero.heap.HeapLayout;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.units.Units;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Performs one allocation, as {@code new} or {@code make} ask for it, in empty twins of its own: on fresh memory, on memory
 * that a dead span left behind, and on such memory after it went back to the system.
 *
 * <p>What is written is found out by taking the pages away behind the heap's back first: what is resident afterwards was
 * written.
 */
public final class AllocationLab {
    /** A twin has room for more, but not quickly. */
    public static final long MAX_BYTES = 16L << 30;

    private static final int MAX_DETOURS = 2 * Units.PAGES_PER_CHUNK;

    private final Behaviours behaviours;
    private final OsSettings osSettings;
    private final long sizeBytes;
    private final boolean noscan;

    private AllocationLab(Behaviours behaviours, OsSettings osSettings, long sizeBytes, boolean noscan) {
        this.behaviours = behaviours;
        this.osSettings = osSettings;
        this.sizeBytes = sizeBytes;
        this.noscan = noscan;
    }

    /**
     * Allocates one object under a version.
     *
     * @param sizeBytes 1 to {@link #MAX_BYTES}
     */
    public static Allocated perform(Behaviours behaviours, OsSettings os, long sizeBytes, boolean noscan) {
        return new AllocationLab(behaviours, os, sizeBytes, noscan).perform();
    }

    /**
     * Which behaviours make another version treat the allocation otherwise: the one that does it alone if there is one, else
     * all that make any difference.
     */
    public static Map<String, String> reasons(
            Behaviours from, Behaviours to, OsSettings os, long sizeBytes, boolean noscan) {
        Allocated before = perform(from, os, sizeBytes, noscan);
        Allocated after = perform(to, os, sizeBytes, noscan);
        Map<String, String> all = new LinkedHashMap<>();
        for (Behaviour b : Behaviour.values()) {
            String value = to.value(b);
            if (value.equals(from.value(b))) {
                continue;
            }
            Allocated changed = perform(from.with(b, value), os, sizeBytes, noscan);
            if (changed.equals(after)) {
                return Map.of(b.key(), value);
            }
            if (!changed.equals(before)) {
                all.put(b.key(), value);
            }
        }
        return all;
    }

    private Allocated perform() {
        Twin twin = new Twin();
        // So that there is a heap: the very first pages of all make it grow.
        twin.runtime.heap().allocManual(twin.p, 1, MSpan.State.STACK);
        long at = twin.malloc();
        MSpan span = twin.runtime.lastSpan();
        HeapLayout layout = twin.runtime.heap().layout();
        boolean tiny = noscan && sizeBytes < layout.tinyBlockBytes();
        Path path = span.isLarge() ? Path.LARGE : tiny ? Path.TINY : Path.SMALL;
        int spanClass = span.spanClass();
        int header = (int) (at - span.slotAddress(twin.runtime.lastSlot()));
        int bitmap = !span.isLarge() && layout.hasInSpanBitmap(spanClass) ? HeapLayout.BITMAP_BYTES : 0;
        int marks = !span.isLarge() && layout.hasInlineMarks(spanClass) ? HeapLayout.BITMAP_BYTES : 0;
        boolean cached = !twin.p.pageCache().isEmpty();
        int block = tiny ? twin.objectsInBlock() : 0;
        return new Allocated(
                path,
                spanClass >> 1,
                span.slotBytes(),
                header,
                tiny ? layout.tinyBlockBytes() - block * sizeBytes : span.slotBytes() - header - sizeBytes,
                block,
                span.npages(),
                span.nelems(),
                bitmap,
                marks,
                span.sizeBytes() - span.nelems() * span.slotBytes() - bitmap - marks,
                cached,
                twin.committedWhenFull(span),
                List.of(meet(Memory.FRESH), meet(Memory.REUSED), meet(Memory.RETURNED)));
    }

    private Met meet(Memory memory) {
        Twin really = new Twin();
        really.prepare(memory);
        long before = really.os.rssBytes();
        really.malloc();
        Twin bare = new Twin();
        bare.prepare(memory);
        bare.os.dontNeed(bare.os.mappedFrom(), bare.os.mappedBytes());
        bare.malloc();
        return new Met(
                memory,
                really.runtime.lastSpan().needzero(),
                bare.os.committedBytes(Cause.ZEROING),
                bare.os.committedBytes(Cause.RUNTIME),
                really.os.rssBytes() - before);
    }

    /** An empty heap and one P. */
    private final class Twin {
        final GoRuntime runtime = new GoRuntime(behaviours, osSettings, 0, 0, false);
        final AddressSpace os = runtime.os();
        final P p = runtime.heap().proc(0);

        long malloc() {
            return runtime.malloc(p, sizeBytes, noscan, true);
        }

        /** Brings it about that the next allocation lands on memory in this state. */
        void prepare(Memory memory) {
            if (memory == Memory.FRESH) {
                return;
            }
            malloc();
            MSpan dead = runtime.lastSpan();
            os.write(dead.base(), dead.sizeBytes(), Cause.PROGRAM);
            dead.markDead(runtime.lastSlot());
            new Collector(runtime.heap(), runtime.scavenger(), new Pacer(Pacer.OFF)).collect();
            if (memory == Memory.RETURNED) {
                runtime.scavenger().releaseAll();
            }
            // The page cache may still hold pages above; they are used up first.
            for (int detours = 0; runtime.recordedHeap().peek(p, dead.npages()) != dead.page(); detours++) {
                if (detours == MAX_DETOURS) {
                    throw new IllegalStateException(
                            "no allocation comes back to page " + dead.page() + " under " + behaviours);
                }
                runtime.heap().allocManual(p, dead.npages(), MSpan.State.STACK);
            }
        }

        /** How many objects of this size go into the tiny block that the last one opened, that one included. */
        int objectsInBlock() {
            MSpan span = runtime.lastSpan();
            int slot = runtime.lastSlot();
            int objects = 0;
            do {
                objects++;
                malloc();
            } while (runtime.lastSpan() == span && runtime.lastSlot() == slot);
            return objects;
        }

        /** Fills the span up. */
        long committedWhenFull(MSpan span) {
            while (!span.isLarge() && !span.isFull()) {
                malloc();
            }
            return os.rssBytes();
        }
    }
}
