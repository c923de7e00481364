package dev.needzero.heap;

import dev.needzero.units.Units;
import java.util.Arrays;

/**
 * Which pages may hold old bytes: those that were part of a span before. All others are as the system hands them over,
 * zero, and who clears them anyway commits them.
 *
 * <p>Go: {@code runtime/mheap.go}, {@code heapArena.zeroedBase} and {@code mheap.allocNeedsZero}. Go keeps one high-water mark
 * an arena; the other ways, one bit a page or nothing at all, show what that costs and saves.
 */
final class NeedZero {
    private final HeapLayout.ZeroTracking tracking;
    /** Pages of each arena below this offset were handed out at some time. */
    private int[] zeroedBase = new int[16];
    /** Pages that were ever part of a span, one bit a page; only with per-page tracking. */
    private long[] everUsedBits = new long[0];

    NeedZero(HeapLayout.ZeroTracking tracking) {
        this.tracking = tracking;
    }

    /**
     * Whether any of these pages may have been written since the system handed them over, and notes that from now on they
     * may have been.
     */
    boolean alloc(int page, int npages) {
        boolean need = false;
        if (tracking == HeapLayout.ZeroTracking.PER_PAGE) {
            int words = (page + npages + 63) >>> 6;
            if (words > everUsedBits.length) {
                everUsedBits = Arrays.copyOf(everUsedBits, Math.max(words, everUsedBits.length * 2));
            }
            for (int p = page; p < page + npages; p++) {
                need |= (everUsedBits[p >>> 6] >>> p & 1) != 0;
                everUsedBits[p >>> 6] |= 1L << p;
            }
            return need;
        }
        for (int p = page; p < page + npages; ) {
            int arena = p >>> 13;
            if (arena >= zeroedBase.length) {
                zeroedBase = Arrays.copyOf(zeroedBase, Math.max(arena + 1, zeroedBase.length * 2));
            }
            int from = p & Units.PAGES_PER_ARENA - 1;
            int to = Math.min(from + page + npages - p, Units.PAGES_PER_ARENA);
            need |= from < zeroedBase[arena];
            zeroedBase[arena] = Math.max(zeroedBase[arena], to);
            p += to - from;
        }
        return need || tracking == HeapLayout.ZeroTracking.NONE;
    }
}
