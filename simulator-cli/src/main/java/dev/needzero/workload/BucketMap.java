package dev.needzero.workload;

import java.util.Arrays;

/**
 * A Go map up to 1.23: 2^B buckets of eight, chains of overflow buckets, and an array twice as long that is moved to a
 * bucket or two at a time while the old one is kept.
 *
 * <p>Go: {@code runtime/map.go}, {@code hmap}, go1.23. Left out: iterators, which would keep evacuated buckets.
 */
final class BucketMap extends GoMap {
    private static final int EXTRA_BYTES = 24;
    private static final int SLICE_BYTES = 24;
    /** From here on, overflow buckets come with the array, one for every sixteen buckets. */
    private static final int PREALLOCATE_FROM_B = 4;
    /** Overflow buckets are counted exactly below this B, by sampling from there on. */
    private static final int SAMPLED_FROM_B = 16;
    /** Evacuated buckets are skipped this many at a time. */
    private static final int SKIPPED_PER_EVACUATION = 1024;

    private static final GoType BMAP_POINTER = new GoType("*runtime.bmap", 8, 8, 8);

    private final GoType bucket;
    private final int bucketType;
    private final int extraType;
    private final int sliceType;
    private final int slicePartType;

    private int extraId = -1;
    private Buckets now;
    /** What is being moved out of; null when not growing. */
    private Buckets old;

    private int b;
    private int overflows;
    /** Old buckets below this one are all evacuated. */
    private int evacuatedBelow;

    BucketMap(Program program, GoLanguage go, Rng rng, GoType key, GoType elem, long hint) {
        super(program, go, rng, key, elem);
        GoType k = inside(key);
        GoType e = inside(elem);
        GoType link = k.noscan() && e.noscan() ? new GoType("uintptr", 8, 8, 0) : BMAP_POINTER;
        bucket = GoType.struct(
                "map.bucket[" + key.name() + "]" + elem.name(),
                GoType.UINT8.times("tophash", SLOTS),
                k.times("keys", SLOTS),
                e.times("elems", SLOTS),
                link);
        bucketType = program.type(bucket);
        extraType = program.type(new GoType("runtime.mapextra", EXTRA_BYTES, 8, EXTRA_BYTES));
        sliceType = program.type(new GoType("[]*runtime.bmap", SLICE_BYTES, 8, 8));
        slicePartType = program.type(BMAP_POINTER);
        program.alloc(HEADER_BYTES, program.type(new GoType("runtime.hmap", HEADER_BYTES, 8, HEADER_BYTES)));
        while (overloaded(hint, b)) {
            b++;
        }
        if (b > 0) {
            now = makeBuckets();
        }
    }

    @Override
    protected boolean insert(long hash) {
        if (now == null) {
            now = makeBuckets();
        }
        while (true) {
            int first = (int) hash & now.base - 1;
            growWork(first);
            int emptyAt = -1;
            int last = first;
            for (int at = first; at >= 0; at = now.next[at]) {
                last = at;
                for (int i = at * SLOTS; i < at * SLOTS + SLOTS; i++) {
                    if (now.cells[i] == hash) {
                        return false;
                    }
                    if (now.cells[i] == EMPTY && emptyAt < 0) {
                        emptyAt = i;
                    }
                }
            }
            if (old == null && (overloaded(count + 1, b) || tooManyOverflows())) {
                grow();
                continue; // the array is another one now
            }
            if (emptyAt < 0) {
                emptyAt = addOverflow(last) * SLOTS;
            }
            now.cells[emptyAt] = hash;
            count++;
            return true;
        }
    }

    @Override
    protected boolean delete(long hash) {
        if (now == null) {
            return false;
        }
        int first = (int) hash & now.base - 1;
        growWork(first);
        for (int at = first; at >= 0; at = now.next[at]) {
            for (int i = at * SLOTS; i < at * SLOTS + SLOTS; i++) {
                if (now.cells[i] == hash) {
                    now.cells[i] = EMPTY;
                    count--;
                    return true;
                }
            }
        }
        return false;
    }

    private boolean overloaded(long n, int b) {
        return n > SLOTS && n > go.mapLoadHalves() * ((1L << b) / 2);
    }

    private boolean tooManyOverflows() {
        return overflows >= 1 << Math.min(b, SAMPLED_FROM_B - 1);
    }

    private Buckets makeBuckets() {
        int base = 1 << b;
        int n = base;
        if (b >= PREALLOCATE_FROM_B) {
            n += 1 << b - PREALLOCATE_FROM_B;
            long bytes = n * bucket.sizeBytes();
            long rounded = go.roundUpSize(bytes, bucket.noscan());
            if (rounded != bytes) {
                n = Math.toIntExact(rounded / bucket.sizeBytes());
            }
        }
        Buckets made = new Buckets(base, n, program.alloc(n * bucket.sizeBytes(), bucketType));
        if (n > base) {
            makeExtra();
        }
        return made;
    }

    private void makeExtra() {
        if (extraId < 0) {
            extraId = program.alloc(EXTRA_BYTES, extraType);
        }
    }

    private int addOverflow(int after) {
        Buckets to = now;
        int added;
        if (to.spare < to.inArray) {
            added = to.spare++;
        } else {
            added = to.addSeparate(program.alloc(bucket.sizeBytes(), bucketType));
        }
        if (b < SAMPLED_FROM_B || (rng.next() & (1L << b - SAMPLED_FROM_B + 1) - 1) == 0) {
            overflows++;
        }
        if (bucket.noscan()) {
            // No pointer within a bucket keeps the chain alive: a slice of all overflow buckets does.
            makeExtra();
            keepAlive(to);
        }
        to.next[after] = added;
        return added;
    }

    private void keepAlive(Buckets of) {
        if (of.sliceId < 0) {
            of.sliceId = program.alloc(SLICE_BYTES, sliceType);
        }
        if (of.kept == of.keptCapacity) {
            long capacity = go.grownCapacity(of.kept + 1L, of.keptCapacity, BMAP_POINTER);
            int part = program.alloc(capacity * BMAP_POINTER.sizeBytes(), slicePartType);
            program.free(of.slicePartId);
            of.slicePartId = part;
            of.keptCapacity = Math.toIntExact(capacity);
        }
        of.kept++;
    }

    private void grow() {
        if (overloaded(count + 1, b)) {
            b++; // else as many again: it is the overflow chains that have grown too long
        }
        old = now;
        now = makeBuckets();
        evacuatedBelow = 0;
        overflows = 0;
    }

    /** Moves the old bucket that is about to be used, and one more. */
    private void growWork(int first) {
        if (old != null) {
            evacuate(first & old.base - 1);
            if (old != null) {
                evacuate(evacuatedBelow);
            }
        }
    }

    private void evacuate(int from) {
        Buckets source = old;
        if (!source.evacuated[from]) {
            source.evacuated[from] = true;
            int lowLast = from;
            int highLast = from + source.base;
            int lowUsed = 0;
            int highUsed = 0;
            boolean doubling = now.base > source.base;
            int at = from;
            while (at >= 0) {
                for (int i = at * SLOTS; i < at * SLOTS + SLOTS; i++) {
                    long hash = source.cells[i];
                    if (hash == EMPTY) {
                        continue;
                    }
                    if (doubling && (hash & source.base) != 0) {
                        if (highUsed == SLOTS) {
                            highLast = addOverflow(highLast);
                            highUsed = 0;
                        }
                        now.cells[highLast * SLOTS + highUsed++] = hash;
                    } else {
                        if (lowUsed == SLOTS) {
                            lowLast = addOverflow(lowLast);
                            lowUsed = 0;
                        }
                        now.cells[lowLast * SLOTS + lowUsed++] = hash;
                    }
                }
                int next = source.next[at];
                if (at >= source.inArray && !bucket.noscan()) {
                    program.free(source.separateId[at - source.inArray]);
                }
                at = next;
            }
        }
        if (from == evacuatedBelow) {
            int stop = Math.min(source.base, evacuatedBelow + 1 + SKIPPED_PER_EVACUATION);
            do {
                evacuatedBelow++;
            } while (evacuatedBelow < stop && source.evacuated[evacuatedBelow]);
            if (evacuatedBelow == source.base) {
                drop(source);
                old = null;
            }
        }
    }

    private void drop(Buckets gone) {
        program.free(gone.arrayId);
        if (bucket.noscan()) {
            for (int i = 0; i < gone.separate; i++) {
                program.free(gone.separateId[i]);
            }
            program.free(gone.slicePartId);
            program.free(gone.sliceId);
        }
    }

    /** An array of buckets, those allocated with it for overflow, and those allocated one by one later. */
    private static final class Buckets {
        final int base;
        final int inArray;
        final int arrayId;
        final boolean[] evacuated;
        /** The next overflow bucket allocated with the array that is free. */
        int spare;

        int separate;
        int[] separateId = new int[16];
        long[] cells;
        /** The overflow bucket after each bucket, or -1. */
        int[] next;

        int sliceId = -1;
        int slicePartId = -1;
        int kept;
        int keptCapacity;

        Buckets(int base, int inArray, int arrayId) {
            this.base = base;
            this.inArray = inArray;
            this.arrayId = arrayId;
            evacuated = new boolean[base];
            spare = base;
            cells = new long[inArray * SLOTS];
            next = new int[inArray];
            Arrays.fill(next, -1);
        }

        int addSeparate(int id) {
            int at = inArray + separate;
            if (separate == separateId.length) {
                separateId = Arrays.copyOf(separateId, 2 * separate);
            }
            if (at == next.length) {
                int longer = at + Math.max(16, at / 4);
                cells = Arrays.copyOf(cells, longer * SLOTS);
                next = Arrays.copyOf(next, longer);
                Arrays.fill(next, at, longer, -1);
            }
            separateId[separate++] = id;
            return at;
        }
    }
}
