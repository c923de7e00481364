package dev.needzero.workload;

/**
 * A Go map from 1.24 on: one group of eight to begin with, then a table that doubles up to 1024 slots, then a directory of
 * such tables, each of which splits in two by itself.
 *
 * <p>Go: {@code internal/runtime/maps/map.go}, {@code Map}, go1.24. In growth the table's record is allocated before its
 * groups, and a longer directory after both halves of a split.
 */
final class SwissMap extends GoMap {
    private static final int TABLE_BYTES = 32;
    private static final int CONTROL_BYTES = 8;
    private static final GoType TABLE_POINTER = new GoType("*maps.table", 8, 8, 8);

    private final GoType group;
    private final int groupType;
    private final int tableType;
    private final int directoryType;

    /** The only group of a small map; unused once there is a directory. */
    private long[] small;

    private int smallId = -1;

    private SwissTable[] directory;
    private int directoryId = -1;
    private int globalDepth;

    SwissMap(Program program, GoLanguage go, Rng rng, GoType key, GoType elem, long hint) {
        super(program, go, rng, key, elem);
        GoType slot = GoType.struct("slot", inside(key), inside(elem));
        group = GoType.struct(
                "map.group[" + key.name() + "]" + elem.name(),
                new GoType("ctrl", CONTROL_BYTES, 8, 0),
                slot.times("slots", SLOTS));
        groupType = program.type(group);
        tableType = program.type(new GoType("maps.table", TABLE_BYTES, 8, 24));
        directoryType = program.type(TABLE_POINTER);
        program.alloc(HEADER_BYTES, program.type(new GoType("maps.Map", HEADER_BYTES, 8, 24)));
        if (hint > SLOTS) {
            makeFor(hint);
        }
    }

    private void makeFor(long hint) {
        long target = hint * SLOTS / 7;
        int tables = powerOfTwo((target + SwissTable.MAX_CAPACITY - 1) / SwissTable.MAX_CAPACITY);
        globalDepth = Integer.numberOfTrailingZeros(tables);
        directory = new SwissTable[tables];
        directoryId = program.alloc(tables * TABLE_POINTER.sizeBytes(), directoryType);
        for (int i = 0; i < tables; i++) {
            directory[i] = makeTable(powerOfTwo(Math.max(SLOTS, target / tables)), globalDepth);
        }
    }

    private static int powerOfTwo(long atLeast) {
        return atLeast <= 1 ? 1 : Math.toIntExact(Long.highestOneBit(atLeast - 1) << 1);
    }

    @Override
    protected boolean insert(long hash) {
        if (directory == null) {
            if (count < SLOTS) {
                return insertSmall(hash);
            }
            growToTable(); // even where the key is there already
        }
        while (true) {
            SwissTable table = tableFor(hash);
            int result = table.insert(hash, go.prunesTombstones());
            if (result != SwissTable.FULL) {
                count += result;
                return result == SwissTable.INSERTED;
            }
            grow(table, hash);
        }
    }

    private boolean insertSmall(long hash) {
        if (small == null) {
            small = new long[SLOTS];
            smallId = program.alloc(group.sizeBytes(), groupType);
        }
        int emptyAt = -1;
        for (int i = 0; i < SLOTS; i++) {
            if (small[i] == hash) {
                return false;
            }
            if (small[i] == EMPTY && emptyAt < 0) {
                emptyAt = i;
            }
        }
        small[emptyAt] = hash;
        count++;
        return true;
    }

    @Override
    protected boolean delete(long hash) {
        if (directory != null) {
            if (!tableFor(hash).delete(hash)) {
                return false;
            }
            count--;
            return true;
        }
        for (int i = 0; small != null && i < SLOTS; i++) {
            if (small[i] == hash) {
                small[i] = EMPTY;
                count--;
                return true;
            }
        }
        return false;
    }

    private int directoryIndex(long hash) {
        return globalDepth == 0 ? 0 : (int) (hash >>> Long.SIZE - globalDepth);
    }

    private SwissTable tableFor(long hash) {
        return directory[directoryIndex(hash)];
    }

    private SwissTable makeTable(int capacity, int localDepth) {
        int record = program.alloc(TABLE_BYTES, tableType);
        int groups = program.alloc(capacity / SLOTS * group.sizeBytes(), groupType);
        return new SwissTable(capacity, localDepth, record, groups);
    }

    private void growToTable() {
        SwissTable table = makeTable(2 * SLOTS, 0);
        for (long hash : small) {
            table.insert(hash, false);
        }
        directory = new SwissTable[] {table};
        directoryId = program.alloc(TABLE_POINTER.sizeBytes(), directoryType);
        program.free(smallId);
        small = null;
    }

    private void grow(SwissTable table, long hash) {
        if (2 * table.capacity <= SwissTable.MAX_CAPACITY) {
            SwissTable doubled = makeTable(2 * table.capacity, table.localDepth);
            move(table, doubled, doubled, 0);
            install(hash, table.localDepth, doubled, doubled);
        } else {
            int depth = table.localDepth + 1;
            SwissTable left = makeTable(SwissTable.MAX_CAPACITY, depth);
            SwissTable right = makeTable(SwissTable.MAX_CAPACITY, depth);
            move(table, left, right, 1L << Long.SIZE - depth);
            if (table.localDepth == globalDepth) {
                doubleDirectory();
            }
            install(hash, table.localDepth, left, right);
        }
        program.free(table.recordId);
        program.free(table.groupsId);
    }

    private static void move(SwissTable from, SwissTable left, SwissTable right, long rightBit) {
        for (long hash : from.slots()) {
            if (hash != EMPTY && hash != DELETED) {
                ((hash & rightBit) == 0 ? left : right).insert(hash, false);
            }
        }
    }

    private void doubleDirectory() {
        SwissTable[] doubled = new SwissTable[2 * directory.length];
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] = directory[i / 2];
        }
        int id = program.alloc(doubled.length * TABLE_POINTER.sizeBytes(), directoryType);
        program.free(directoryId);
        directoryId = id;
        directory = doubled;
        globalDepth++;
    }

    /** Puts two tables (or one, twice) in the place of the table that the hash led to at a local depth. */
    private void install(long hash, int localDepth, SwissTable left, SwissTable right) {
        int entries = 1 << globalDepth - localDepth;
        int first = directoryIndex(hash) & -entries;
        for (int i = 0; i < entries; i++) {
            directory[first + i] = i < (entries + 1) / 2 ? left : right;
        }
    }
}
