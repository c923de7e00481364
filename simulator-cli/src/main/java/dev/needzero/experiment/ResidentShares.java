package dev.needzero.experiment;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.trace.TypeTable;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who a twin's resident bytes belong to at the end of a replay: live objects by type and slot size, free slots, what lies
 * beside the slots, free pages, stacks. A resident page is shared out to what lies on it, by bytes, so that the shares of a
 * cause sum to what that cause has committed.
 */
public final class ResidentShares {
    private static final String FREE_SLOTS = "(free slots)";
    private static final String DEAD = "(dead, not swept yet)";
    private static final String BESIDE = "(bitmaps and tails)";
    private static final String FREE_PAGES = "(free pages)";
    private static final String UNKNOWN = "(no type known)";

    private final Replay replay;
    private final AddressSpace os;
    private final MHeap heap;
    private final Map<Key, Share> shares = new LinkedHashMap<>();

    private record Key(String what, long slotBytes) {}

    /** What objects of one type and slot size have, or what has no object on it. */
    public static final class Share {
        private final String what;
        private final long slotBytes;
        private long allocated;
        private long objects;
        private final long[] committed = new long[Cause.COUNT];

        Share(String what, long slotBytes) {
            this.what = what;
            this.slotBytes = slotBytes;
        }

        /** A type's name; of what is no object its name in parentheses. */
        public String what() {
            return what;
        }

        /** Size of an object's slot; 0 for what is no object. */
        public long slotBytes() {
            return slotBytes;
        }

        /** Objects allocated since the trace began, those of its beginning included. */
        public long allocated() {
            return allocated;
        }

        /** Objects that live at the end. */
        public long objects() {
            return objects;
        }

        public long committed(int cause) {
            return committed[cause];
        }
    }

    private ResidentShares(Replay replay) {
        this.replay = replay;
        this.os = replay.runtime().os();
        this.heap = replay.runtime().heap();
    }

    /**
     * Shares a twin's pages out.
     *
     * @param live the reader that the replay was fed from
     */
    public static List<Share> of(Replay replay, LiveTypes live) {
        ResidentShares result = new ResidentShares(replay);
        TypeTable types = live.types();
        result.shareOut(result.typesBySlot(live), types);
        live.forEachAllocated((type, bytes, objects) -> {
            long slot = live.info().placed() ? bytes : result.slotFor(bytes, types.get(type));
            Share share = result.share(name(types.get(type)), slot);
            share.allocated += objects;
        });
        return new ArrayList<>(result.shares.values());
    }

    private long slotFor(long bytes, TypeTable.Type type) {
        boolean noscan = type.pointers() == TypeTable.Pointers.NO;
        if (noscan && bytes < heap.layout().tinyBlockBytes()) {
            return heap.layout().tinyBlockBytes();
        }
        if (bytes <= heap.layout().smallLimitBytes()) {
            int sizeClass = heap.layout().spanClassFor((int) Math.max(1, bytes), noscan) >> 1;
            return heap.layout().sizeClasses().bytes(sizeClass);
        }
        return Units.alignUp(bytes, Units.PAGE_BYTES);
    }

    private static String name(TypeTable.Type type) {
        return type.name().isEmpty() ? UNKNOWN : type.name();
    }

    private Share share(String what, long slotBytes) {
        return shares.computeIfAbsent(new Key(what, slotBytes), key -> new Share(what, slotBytes));
    }

    /** Of each span's slots the type of the live object plus one. */
    private IdentityHashMap<MSpan, int[]> typesBySlot(LiveTypes live) {
        IdentityHashMap<MSpan, int[]> bySpan = new IdentityHashMap<>();
        live.forEachLive((a, type) -> {
            Replay.Place place = replay.placeOf(a);
            if (place != null && place.span() != null && place.span().state() == MSpan.State.IN_USE) {
                bySpan.computeIfAbsent(place.span(), span -> new int[span.nelems()])[place.slot()] = type + 1;
            }
        });
        return bySpan;
    }

    private void shareOut(IdentityHashMap<MSpan, int[]> typesBySlot, TypeTable types) {
        long to = os.mappedTo();
        for (long at = os.mappedFrom(); at < to; ) {
            MSpan span = heap.spanOf((int) (at >>> Units.PAGE_SHIFT));
            if (span == null) {
                commit(share(FREE_PAGES, 0), at, at + Units.PAGE_BYTES);
                at += Units.PAGE_BYTES;
            } else {
                shareOut(span, typesBySlot.get(span), types);
                at = span.base() + span.sizeBytes();
            }
        }
    }

    private void shareOut(MSpan span, int[] typeOf, TypeTable types) {
        long end = span.base() + span.sizeBytes();
        if (span.state() != MSpan.State.IN_USE) {
            commit(share(span.state() == MSpan.State.STACK ? "(stacks)" : "(work buffers)", 0), span.base(), end);
            return;
        }
        Map<String, Share> local = new HashMap<>();
        long at = span.base();
        for (int slot = 0; slot < span.nelems(); slot++) {
            int type = typeOf == null ? 0 : typeOf[slot];
            boolean taken = span.isAllocated(slot);
            String what = !taken ? FREE_SLOTS : type > 0 ? name(types.get(type - 1)) : DEAD;
            Share share = local.computeIfAbsent(what, w -> share(w, span.slotBytes()));
            share.objects += taken && type > 0 ? 1 : 0;
            commit(share, at, at + span.slotBytes());
            at += span.slotBytes();
        }
        if (at < end) {
            commit(share(BESIDE, 0), at, end);
        }
    }

    /** Gives a range's resident bytes to a share. */
    private void commit(Share share, long from, long to) {
        int shift = os.osPageShift();
        for (long page = from >>> shift; page << shift < to; page++) {
            if (os.isResident(page)) {
                share.committed[os.causeOf(page)] += Math.min(to, page + 1 << shift) - Math.max(from, page << shift);
            }
        }
    }
}
