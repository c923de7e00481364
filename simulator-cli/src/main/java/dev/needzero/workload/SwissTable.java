package dev.needzero.workload;

import java.util.Arrays;

/**
 * One table of a Swiss map: groups of eight slots, probed group by group. At most 7/8 of the slots are ever used, deleted
 * ones included.
 *
 * <p>Go: {@code internal/runtime/maps/table.go}, {@code table}, go1.24 and go1.25. A slot holds a hash; Go's control
 * bytes, which only make the search faster, are left out.
 */
final class SwissTable {
    static final int MAX_CAPACITY = 1024;

    /** The result of {@link #insert} when there is no room. */
    static final int FULL = 2;

    static final int PRESENT = 0;
    static final int INSERTED = 1;

    private static final int SLOTS = GoMap.SLOTS;
    private static final int CONTROL_BITS = 7;
    /** Pruning pays from this share of the capacity on, as a divisor. */
    private static final int PRUNE_SHARE = 10;

    final int capacity;
    final int recordId;
    final int groupsId;
    /** Bits of the directory's index that lead here. */
    final int localDepth;

    private final long[] slots;
    private final int groupMask;
    private int used;
    private int growthLeft;

    SwissTable(int capacity, int localDepth, int recordId, int groupsId) {
        this.capacity = capacity;
        this.localDepth = localDepth;
        this.recordId = recordId;
        this.groupsId = groupsId;
        slots = new long[capacity];
        groupMask = capacity / SLOTS - 1;
        growthLeft = mostUsed();
    }

    private int mostUsed() {
        return capacity <= SLOTS ? capacity - 1 : capacity / SLOTS * 7;
    }

    /** The hashes held, in slot order, between empty and deleted ones. */
    long[] slots() {
        return slots;
    }

    int insert(long hash, boolean prunes) {
        int deletedAt = -1;
        int group = (int) (hash >>> CONTROL_BITS) & groupMask;
        for (int step = 1; ; group = group + step++ & groupMask) {
            int emptyAt = -1;
            for (int i = group * SLOTS; i < group * SLOTS + SLOTS; i++) {
                long held = slots[i];
                if (held == hash) {
                    return PRESENT;
                }
                if (held == GoMap.EMPTY && emptyAt < 0) {
                    emptyAt = i;
                }
                if (held == GoMap.DELETED && deletedAt < 0) {
                    deletedAt = i;
                }
            }
            if (emptyAt < 0) {
                continue; // only an empty slot ends the search
            }
            if (deletedAt >= 0) {
                slots[deletedAt] = hash; // takes up no further slot
                used++;
                return INSERTED;
            }
            if (growthLeft == 0 && prunes) {
                prune();
            }
            if (growthLeft == 0) {
                return FULL;
            }
            slots[emptyAt] = hash;
            growthLeft--;
            used++;
            return INSERTED;
        }
    }

    boolean delete(long hash) {
        int group = (int) (hash >>> CONTROL_BITS) & groupMask;
        for (int step = 1; ; group = group + step++ & groupMask) {
            int at = -1;
            boolean full = true;
            for (int i = group * SLOTS; i < group * SLOTS + SLOTS; i++) {
                if (slots[i] == hash) {
                    at = i;
                }
                full &= slots[i] != GoMap.EMPTY;
            }
            if (at >= 0) {
                used--;
                if (full) {
                    slots[at] = GoMap.DELETED; // a search for another key may have to pass
                } else {
                    slots[at] = GoMap.EMPTY;
                    growthLeft++;
                }
                return true;
            }
            if (!full) {
                return false;
            }
        }
    }

    /** Empties the deleted slots of the groups that no key's search passes, if those are many. */
    private void prune() {
        if ((mostUsed() - used - growthLeft) * PRUNE_SHARE < capacity) {
            return;
        }
        boolean[] passed = new boolean[groupMask + 1];
        for (int i = 0; i < capacity; i++) {
            long hash = slots[i];
            if (hash == GoMap.EMPTY || hash == GoMap.DELETED) {
                continue;
            }
            int group = (int) (hash >>> CONTROL_BITS) & groupMask;
            for (int step = 1; group != i / SLOTS; group = group + step++ & groupMask) {
                passed[group] = true;
            }
        }
        int prunable = 0;
        for (int i = 0; i < capacity; i++) {
            if (slots[i] == GoMap.DELETED && !passed[i / SLOTS]) {
                prunable++;
            }
        }
        if (prunable * PRUNE_SHARE < capacity) {
            return;
        }
        for (int i = 0; i < capacity; i++) {
            if (slots[i] == GoMap.DELETED && !passed[i / SLOTS]) {
                slots[i] = GoMap.EMPTY;
                growthLeft++;
            }
        }
    }

    @Override
    public String toString() {
        return used + " of " + capacity + ", room for " + growthLeft + ": " + Arrays.toString(slots);
    }
}
