package dev.needzero.trace.go;

import it.unimi.dsi.fastutil.longs.LongArrays;
import java.util.Arrays;

/**
 * One generation's table from ids to non-zero longs. The tracer counts its ids up from 1, with small gaps, in any order:
 * they index an array; ids that leave large gaps, which it does not write, are sorted and searched, so that memory
 * follows the number of entries and not the largest id.
 */
final class IdTable {
    private static final int FREE_GAP = 4096;
    private static final int GAP_FACTOR = 8;

    private long[] ids = new long[64];
    private long[] values = new long[64];
    private int size;
    private boolean dense;
    private long[] byId = new long[FREE_GAP];
    private int idLimit;

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** Id 0 means "none" and is not kept. */
    void add(long id, long value) {
        if (id == 0) {
            return;
        }
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size + (size >> 1));
            values = Arrays.copyOf(values, size + (size >> 1));
        }
        ids[size] = id;
        values[size++] = value;
    }

    /** To be called when all entries are added, before the first look-up. */
    void seal() {
        long max = 0;
        for (int i = 0; i < size; i++) {
            max = Long.compareUnsigned(ids[i], max) > 0 ? ids[i] : max;
        }
        dense = max >= 0 && max < FREE_GAP + (long) GAP_FACTOR * size && max < Integer.MAX_VALUE - FREE_GAP;
        if (!dense) {
            LongArrays.radixSort(ids, values, 0, size);
            return;
        }
        idLimit = (int) max + 1;
        if (byId.length < idLimit) {
            byId = new long[idLimit];
        } else {
            Arrays.fill(byId, 0, idLimit, 0);
        }
        for (int i = 0; i < size; i++) {
            byId[(int) ids[i]] = values[i];
        }
    }

    /** The value of an id; 0 if it has none. */
    long get(long id) {
        if (dense) {
            return id >= 0 && id < idLimit ? byId[(int) id] : 0;
        }
        int i = Arrays.binarySearch(ids, 0, size, id);
        return i < 0 ? 0 : values[i];
    }

    /** Writes the values, ints, of those ids that lie in the target, over its first {@code filled} elements. */
    int copyTo(int[] target, int filled) {
        Arrays.fill(target, 0, filled, 0);
        int limit = 0;
        for (int i = 0; i < size; i++) {
            if (ids[i] >= 0 && ids[i] < target.length) {
                target[(int) ids[i]] = (int) values[i];
                limit = Math.max(limit, (int) ids[i] + 1);
            }
        }
        return limit;
    }

    /** The value added as the {@code i}th. */
    long valueAt(int i) {
        return values[i];
    }

    /** The id added as the {@code i}th. */
    long idAt(int i) {
        return ids[i];
    }

    /** Replaces the value of an id that has one. */
    void replace(long id, long value) {
        if (dense) {
            byId[(int) id] = value;
        } else {
            values[Arrays.binarySearch(ids, 0, size, id)] = value;
        }
    }
}
