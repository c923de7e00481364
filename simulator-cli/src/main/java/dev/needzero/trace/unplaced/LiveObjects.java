package dev.needzero.trace.unplaced;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.Arrays;

/**
 * The objects alive at this point of a trace: the name that the trace gives each (an address, an ordinal) to its dense
 * id, and every id's requested size in bytes. Grows with the live set, not with the trace.
 */
final class LiveObjects {
    static final int NONE = -1;

    private final Long2IntOpenHashMap idByKey = new Long2IntOpenHashMap();
    private final IdPool ids = new IdPool();
    private long[] sizeBytes = new long[64];

    LiveObjects() {
        idByKey.defaultReturnValue(NONE);
    }

    /** A new id, not yet bound to any key. */
    int add(long bytes) {
        int id = ids.take();
        if (id >= sizeBytes.length) {
            sizeBytes = Arrays.copyOf(sizeBytes, sizeBytes.length * 2);
        }
        sizeBytes[id] = bytes;
        return id;
    }

    /** Lets {@code key}, which names none, name {@code id}. */
    void bind(long key, int id) {
        idByKey.put(key, id);
    }

    /** The id that {@code key} named, which it names no more, or {@link #NONE}. */
    int unbind(long key) {
        return idByKey.remove(key);
    }

    boolean isBound(long key) {
        return idByKey.containsKey(key);
    }

    long sizeBytes(int id) {
        return sizeBytes[id];
    }

    /** The object is dead: its id may name another. */
    void retire(int id) {
        ids.giveBack(id);
    }
}
