package dev.needzero.workload;

import java.util.Arrays;

/**
 * A cache that forgets what was used least recently, in front of keys of which few are asked for often (Zipf's law). A
 * miss makes an entry, its key and its value; a hit only the answer, which is garbage at once.
 */
final class CacheWorkload extends Workload {
    /** {@code struct { key string; value []byte; older, newer *entry }}. */
    private static final GoType ENTRY = new GoType("main.entry", 56, 8, 56);

    private static final int KEY_BYTES = 20;

    private final int capacity;
    private final AliasTable popularity;
    private final SizeMix sizes;
    private final int answerBytes;

    private final int entryType;
    private final int keyType;
    private final int valueType;

    /** By key: ids of what is cached (entry −1: not cached), and its neighbours in order of use. */
    private final int[] entry;

    private final int[] name;
    private final int[] value;
    private final int[] older;
    private final int[] newer;

    private GoMap map;
    private int cached;
    private int newest;
    private int oldest;

    CacheWorkload(Arguments arguments) {
        super(arguments);
        capacity = arguments.positive("entries");
        int keys = arguments.positive("keys");
        if (capacity > keys) {
            throw new IllegalArgumentException("cache: entries cannot be more than keys (" + keys + ")");
        }
        double skew = arguments.number("skew");
        double[] weights = new double[keys];
        for (int k = 0; k < keys; k++) {
            weights[k] = StrictMath.pow(k + 1.0, -skew);
        }
        popularity = new AliasTable(weights);
        sizes = SizeMix.parse(arguments.text("sizes"));
        answerBytes = (int) Math.min(Integer.MAX_VALUE, arguments.bytes("answer"));
        entryType = program.type(ENTRY);
        keyType = program.type(GoType.RAW);
        valueType = program.type(GoType.UINT8);
        entry = new int[keys];
        name = new int[keys];
        value = new int[keys];
        older = new int[keys];
        newer = new int[keys];
    }

    @Override
    protected void begin() {
        Arrays.fill(entry, -1);
        newest = -1;
        oldest = -1;
        cached = 0;
        map = GoMap.make(program, go, rng, GoType.STRING, new GoType("*main.entry", 8, 8, 8), 0);
    }

    @Override
    protected boolean step() {
        if (procs > 1) {
            program.on(rng.below(procs));
        }
        int key = popularity.draw(rng);
        if (entry[key] >= 0) {
            unlink(key);
        } else {
            if (cached == capacity) {
                evict(oldest);
            }
            name[key] = program.alloc(KEY_BYTES, keyType);
            value[key] = program.alloc(sizes.draw(rng), valueType);
            entry[key] = program.alloc(ENTRY.sizeBytes(), entryType);
            map.put(key);
            cached++;
        }
        linkNewest(key);
        program.free(program.alloc(answerBytes, valueType));
        return true;
    }

    private void evict(int key) {
        unlink(key);
        map.remove(key);
        program.free(entry[key]);
        program.free(value[key]);
        program.free(name[key]);
        entry[key] = -1;
        cached--;
    }

    private void unlink(int key) {
        if (older[key] >= 0) {
            newer[older[key]] = newer[key];
        } else {
            oldest = newer[key];
        }
        if (newer[key] >= 0) {
            older[newer[key]] = older[key];
        } else {
            newest = older[key];
        }
    }

    private void linkNewest(int key) {
        older[key] = newest;
        newer[key] = -1;
        if (newest >= 0) {
            newer[newest] = key;
        } else {
            oldest = key;
        }
        newest = key;
    }
}
