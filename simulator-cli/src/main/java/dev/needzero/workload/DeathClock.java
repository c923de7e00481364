package dev.needzero.workload;

import java.util.Arrays;

/**
 * Which objects die at which tick: a hierarchical timing wheel. Scheduling and dying take constant time, memory is one
 * entry an object id.
 *
 * <p>Wheel w turns once in 256^(w+1) ticks; a slot of it is handed down to the wheel below when its turn comes.
 */
final class DeathClock {
    private static final int SLOT_BITS = 8;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int WHEELS = 7;
    private static final int NONE = -1;

    /** First object of each slot's list. */
    private final int[] first = new int[WHEELS * SLOTS];

    private int[] next = new int[1024];
    private long[] due = new long[1024];
    private long now;

    DeathClock() {
        Arrays.fill(first, NONE);
    }

    /**
     * @param ticks from now, at least 1; beyond the clock's reach (2^56) the object never dies
     */
    void schedule(int id, long ticks) {
        if (ticks >= 1L << SLOT_BITS * WHEELS) {
            return;
        }
        if (id >= next.length) {
            int longer = Math.max(id + 1, 2 * next.length);
            next = Arrays.copyOf(next, longer);
            due = Arrays.copyOf(due, longer);
        }
        due[id] = now + ticks;
        hang(id);
    }

    private void hang(int id) {
        // The highest digit, to base 256, in which due and now differ names the wheel; the digit names the slot.
        long difference = due[id] ^ now;
        int wheel = (Long.SIZE - 1 - Long.numberOfLeadingZeros(difference | 1)) / SLOT_BITS;
        int slot = wheel * SLOTS + ((int) (due[id] >>> wheel * SLOT_BITS) & SLOTS - 1);
        next[id] = first[slot];
        first[slot] = id;
    }

    /** Moves on by one tick. */
    void tick() {
        now++;
        if ((now & SLOTS - 1) != 0) {
            return;
        }
        for (int wheel = WHEELS - 1; wheel > 0; wheel--) {
            if ((now & (1L << wheel * SLOT_BITS) - 1) == 0) {
                int slot = wheel * SLOTS + ((int) (now >>> wheel * SLOT_BITS) & SLOTS - 1);
                int id = first[slot];
                first[slot] = NONE;
                while (id != NONE) {
                    int after = next[id];
                    hang(id);
                    id = after;
                }
            }
        }
    }

    /** An object that is due now, taken off the clock; -1 when there is none (left). */
    int take() {
        int slot = (int) now & SLOTS - 1;
        int id = first[slot];
        if (id != NONE) {
            first[slot] = next[id];
        }
        return id;
    }
}
