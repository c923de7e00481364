package dev.needzero.experiment;

import it.unimi.dsi.fastutil.ints.Int2LongOpenHashMap;
import java.util.Arrays;

/**
 * Where a twin keeps the objects of a trace that names them by ids, and how large they are: 12 bytes an id. Ids are dense and
 * recycled, so that they index arrays; those grow by blocks, for a table that doubles would hold, while it is copied, three
 * times what it needs.
 */
final class ObjectTable {
    private static final int BLOCK_SHIFT = 14;
    private static final int BLOCK_IDS = 1 << BLOCK_SHIFT;
    /** Stands for a size that is in {@code hugeSizes}. */
    private static final int HUGE = -1;

    /** By block and id: the address + 1; 0 where there is no object. */
    private long[][] addressPlus1 = new long[16][];

    private int[][] sizeBytes = new int[16][];
    private int blocks;
    private final Int2LongOpenHashMap hugeSizes = new Int2LongOpenHashMap();

    /** The object's address, or -1 when the id has none. */
    long address(int id) {
        int block = id >>> BLOCK_SHIFT;
        return block < blocks ? addressPlus1[block][id & BLOCK_IDS - 1] - 1 : -1;
    }

    /** Bytes asked for; meaningless when the id has no object. */
    long size(int id) {
        int bytes = sizeBytes[id >>> BLOCK_SHIFT][id & BLOCK_IDS - 1];
        return bytes == HUGE ? hugeSizes.get(id) : bytes;
    }

    void put(int id, long address, long bytes) {
        int block = id >>> BLOCK_SHIFT;
        if (block >= blocks) {
            growTo(block + 1);
        }
        addressPlus1[block][id & BLOCK_IDS - 1] = address + 1;
        if (bytes <= Integer.MAX_VALUE) {
            sizeBytes[block][id & BLOCK_IDS - 1] = (int) bytes;
        } else {
            sizeBytes[block][id & BLOCK_IDS - 1] = HUGE;
            hugeSizes.put(id, bytes);
        }
    }

    void remove(int id) {
        int block = id >>> BLOCK_SHIFT;
        if (block < blocks) {
            addressPlus1[block][id & BLOCK_IDS - 1] = 0;
        }
    }

    private void growTo(int wanted) {
        if (wanted > addressPlus1.length) {
            int length = Math.max(wanted, addressPlus1.length * 2);
            addressPlus1 = Arrays.copyOf(addressPlus1, length);
            sizeBytes = Arrays.copyOf(sizeBytes, length);
        }
        for (; blocks < wanted; blocks++) {
            addressPlus1[blocks] = new long[BLOCK_IDS];
            sizeBytes[blocks] = new int[BLOCK_IDS];
        }
    }
}
