package dev.needzero.workload;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;

/**
 * A Go map, as far as its memory is concerned: it holds hashes where Go holds keys and elements, places them as Go does,
 * and says what it allocates and lets go.
 *
 * <p>Go seeds each map's hash at random. Here the seed comes from the workload's, and the hash is a bijection of the key,
 * so that equal hashes are equal keys. Keys or elements above 128 bytes lie outside, one object each.
 */
abstract class GoMap {
    /** A hash slot that is empty, and (Swiss tables) one that was deleted; no key hashes to them. */
    static final long EMPTY = 0;

    static final long DELETED = 1;

    /** Slots of a bucket or group. */
    static final int SLOTS = 8;

    static final int HEADER_BYTES = 48;
    private static final int MAX_INSIDE_BYTES = 128;

    protected final Program program;
    protected final GoLanguage go;
    protected final Rng rng;
    protected long count;

    private final long hashSeed;
    private final GoType key;
    private final GoType elem;
    private final int keyType;
    private final int elemType;
    /** Objects outside, by hash: key's id in the upper half, element's in the lower. */
    private final Long2LongOpenHashMap outside;

    protected GoMap(Program program, GoLanguage go, Rng rng, GoType key, GoType elem) {
        this.program = program;
        this.go = go;
        this.rng = rng;
        this.key = key;
        this.elem = elem;
        hashSeed = rng.next();
        keyType = program.type(key);
        elemType = program.type(elem);
        outside = isOutside(key) || isOutside(elem) ? new Long2LongOpenHashMap() : null;
    }

    /** make(map[K]V, hint), escaping to the heap. */
    static GoMap make(Program program, GoLanguage go, Rng rng, GoType key, GoType elem, long hint) {
        return go.swissMaps()
                ? new SwissMap(program, go, rng, key, elem, hint)
                : new BucketMap(program, go, rng, key, elem, hint);
    }

    /** {@code m[key] = …}; whether the key is new. */
    final boolean put(long keyNumber) {
        long hash = hash(keyNumber);
        if (!insert(hash)) {
            return false;
        }
        if (outside != null) {
            long keyId = isOutside(key) ? program.alloc(key.sizeBytes(), keyType) : -1;
            long elemId = isOutside(elem) ? program.alloc(elem.sizeBytes(), elemType) : -1;
            outside.put(hash, keyId << 32 | elemId & 0xffffffffL);
        }
        return true;
    }

    /** {@code delete(m, key)}; whether it was there. */
    final boolean remove(long keyNumber) {
        long hash = hash(keyNumber);
        if (!delete(hash)) {
            return false;
        }
        if (outside != null) {
            long ids = outside.remove(hash);
            program.free((int) (ids >> 32));
            program.free((int) ids);
        }
        return true;
    }

    final long size() {
        return count;
    }

    protected abstract boolean insert(long hash);

    protected abstract boolean delete(long hash);

    /** The type that stands for a key or element within a bucket or group. */
    protected static GoType inside(GoType type) {
        return isOutside(type) ? new GoType("*" + type.name(), GoType.WORD_BYTES, GoType.WORD_BYTES, 8) : type;
    }

    private static boolean isOutside(GoType type) {
        return type.sizeBytes() > MAX_INSIDE_BYTES;
    }

    private long hash(long keyNumber) {
        long hash = Rng.mix(keyNumber + hashSeed);
        return hash == EMPTY || hash == DELETED ? hash + 2 : hash;
    }
}
