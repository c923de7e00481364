package dev.needzero.trace.unplaced;

import java.util.Arrays;

/** Hands out small numbers, the most recently returned one first, so that live numbers stay dense. */
final class IdPool {
    private int[] returned = new int[64];
    private int returnedCount;
    private int next;

    int take() {
        return returnedCount > 0 ? returned[--returnedCount] : next++;
    }

    void giveBack(int id) {
        if (returnedCount == returned.length) {
            returned = Arrays.copyOf(returned, returnedCount * 2);
        }
        returned[returnedCount++] = id;
    }
}
