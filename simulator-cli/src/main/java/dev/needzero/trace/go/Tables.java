package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TypeTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of one generation: strings, stacks and types. Ids are valid within their generation only; a type is
 * recognised across generations by its address. Texts and stacks stay bytes in the generation's chunks until somebody asks
 * for one.
 */
final class Tables {
    private static final int MAX_TEXT_BYTES = 1 << 16;
    private static final int MAX_FRAMES = 1 << 12;
    private static final int MAX_TYPES = 1 << 20;
    private static final int MIN_TYPES_BY_ID = 128;

    private static final byte[] CREDIT = ascii("runtime.deductSweepCredit");
    private static final byte[] SWEEP_ONE = ascii("runtime.sweepone");
    private static final byte[] RECLAIM = ascii("runtime.(*mheap).reclaim");
    private static final byte[] HEAP_ALLOC = ascii("runtime.(*mheap).alloc");
    private static final byte[] CACHE_SPAN = ascii("runtime.(*mcentral).cacheSpan");
    private static final byte[] READ = ascii("syscall.read");
    private static final byte[] PREAD = ascii("syscall.pread");
    private static final byte[] SCAVENGE = ascii("runtime.bgscavenge");
    private static final byte[] SWEEP = ascii("runtime.bgsweep");
    private static final byte[] PROGRAM_GC = ascii("runtime.GC");
    private static final byte[] FREE_OS_MEMORY = ascii("runtime/debug.FreeOSMemory");
    private static final byte[] FREE_OS_MEMORY_LINKED = ascii("runtime/debug.freeOSMemory");
    private static final byte[] SINCE_124_SMALL = ascii("runtime.mallocgcSmall");
    private static final byte[] SINCE_124_LARGE = ascii("runtime.mallocgcLarge");

    private static final byte[] GOPARK = ascii("runtime.gopark");
    /** In {@code proc.go}, gopark's call stands in line 424 in 1.23 and 435 in 1.24. */
    private static final int GOPARK_LINE_SINCE_124 = 430;

    // What a stack means, once it was looked at: negative, so that it is told from a place, and these bits.
    private static final long LOOKED_AT = Long.MIN_VALUE;
    private static final int SWEEP_REASON_MASK = 3;
    private static final int GC_REASON_SHIFT = 2;
    private static final int WORKER_SHIFT = 4;
    private static final int SYSCALL_SHIFT = 6;
    private static final List<Worker> WORKERS = List.of(Worker.values());
    private static final List<Syscall> SYSCALLS = List.of(Syscall.values());

    /** A goroutine of the runtime that moves memory, found by its stack. */
    enum Worker {
        NONE,
        SCAVENGER,
        SWEEPER,
        /** A goroutine of the program that waits in runtime.GC() and sweeps meanwhile. */
        PROGRAM
    }

    /** System calls by which a recorder asks the kernel. */
    enum Syscall {
        OTHER,
        READ,
        PREAD
    }

    private final Batches batches;
    private final Cursor cursor;
    private final Cursor frames;
    private final IdTable strings = new IdTable();
    private final IdTable stacks = new IdTable();
    private final IdTable types = new IdTable();
    private final TypeTable typeTable;
    private final Map<Long, Integer> typeByAddress = new HashMap<>();
    private int[] typesById = new int[MIN_TYPES_BY_ID];
    private int typesByIdFilled;
    private boolean since124;
    private boolean parksAsIn123;

    Tables(Batches batches, TypeTable typeTable) {
        this.batches = batches;
        this.typeTable = typeTable;
        this.cursor = new Cursor(batches);
        this.frames = new Cursor(batches);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    // ---- filling

    void beginGeneration() {
        strings.clear();
        stacks.clear();
        types.clear();
    }

    void readStrings(long payload) throws BadInputException {
        Cursor in = cursor.open(payload);
        in.expect(EventType.STRINGS, "a string table");
        while (in.hasMore()) {
            in.expect(EventType.STRING, "a string");
            long id = in.readNumber();
            long text = in.readText(MAX_TEXT_BYTES);
            strings.add(id, text);
            since124 |= startsWith(text, SINCE_124_SMALL) || startsWith(text, SINCE_124_LARGE);
        }
    }

    void readStacks(long payload) throws BadInputException {
        Cursor in = cursor.open(payload);
        in.expect(EventType.STACKS, "a stack table");
        while (in.hasMore()) {
            in.expect(EventType.STACK, "a stack");
            long id = in.readNumber();
            long place = in.rest();
            int count = in.readCount("a number of frames", MAX_FRAMES);
            in.skipNumbers(4 * count);
            stacks.add(id, place);
        }
    }

    void readTypes(long payload) throws BadInputException {
        Cursor in = cursor.open(payload);
        in.expect(0, "a type table");
        while (in.hasMore()) {
            long id = in.readNumber();
            long address = in.readNumber();
            long sizeBytes = in.readNumber();
            long pointerBytes = in.readNumber();
            long name = in.readText(MAX_TEXT_BYTES);
            Integer known = typeByAddress.get(address);
            if (known == null) {
                if (sizeBytes < 0 || pointerBytes < 0) {
                    throw in.damage("a type of " + Long.toUnsignedString(sizeBytes) + " bytes");
                }
                if (typeTable.size() >= MAX_TYPES) {
                    throw in.damage("more than " + MAX_TYPES + " types");
                }
                known = typeTable.add(new TypeTable.Type(
                        text(name),
                        sizeBytes,
                        pointerBytes,
                        pointerBytes == 0 ? TypeTable.Pointers.NO : TypeTable.Pointers.YES,
                        true));
                typeByAddress.put(address, known);
            }
            types.add(id, known);
        }
    }

    /** To be called when the generation's tables are read, before the first look-up. */
    void seal() {
        strings.seal();
        stacks.seal();
        types.seal();
        int wanted = MIN_TYPES_BY_ID + 2 * types.size();
        if (typesById.length < wanted) {
            typesById = new int[wanted];
            typesByIdFilled = 0;
        }
        typesByIdFilled = types.copyTo(typesById, typesByIdFilled);
    }

    // ---- asking

    /** Indices into the trace's type table by id, for ids below its length (at least 128); others: {@link #type}. */
    int[] typesById() {
        return typesById;
    }

    /** The type's index in the trace's table; 0 when there is none. */
    int type(long id) {
        return (int) types.get(id);
    }

    /**
     * Whether 1.24 or a later version wrote the trace; 1.24 calls its format 1.23. Two things tell: functions that 1.24
     * introduced, in this generation or one before, and else the line of a function that every sleeping goroutine is in.
     */
    boolean isSince124() throws BadInputException {
        if (!since124 && !parksAsIn123) {
            long gopark = idOfGopark();
            for (int i = 0; i < stacks.size() && gopark != 0 && !since124 && !parksAsIn123; i++) {
                long stack = stacks.valueAt(i);
                if (stack > 0) {
                    lookForGopark(stack, gopark);
                }
            }
        }
        return since124;
    }

    private long idOfGopark() {
        for (int i = 0; i < strings.size(); i++) {
            if (Batches.length(strings.valueAt(i)) == GOPARK.length && startsWith(strings.valueAt(i), GOPARK)) {
                return strings.idAt(i);
            }
        }
        return 0;
    }

    private void lookForGopark(long stack, long gopark) throws BadInputException {
        Cursor in = frames.open(stack);
        int count = in.readCount("a number of frames", MAX_FRAMES);
        for (int i = 0; i < count; i++) {
            in.readNumber();
            long function = in.readNumber();
            in.readNumber();
            long line = in.readNumber();
            if (function == gopark) {
                since124 |= line >= GOPARK_LINE_SINCE_124;
                parksAsIn123 |= line < GOPARK_LINE_SINCE_124;
            }
        }
    }

    /** Where the bytes of a string lie; 0 for an id that the table does not have. */
    long stringPlace(long id) {
        return strings.get(id);
    }

    String string(long id) {
        long place = strings.get(id);
        return place == 0 ? "" : text(place);
    }

    private String text(long place) {
        return new String(batches.bytesAt(place), Batches.index(place), Batches.length(place), StandardCharsets.UTF_8);
    }

    boolean stringEquals(long id, byte[] text) {
        long place = strings.get(id);
        return place != 0 && Batches.length(place) == text.length && startsWith(place, text);
    }

    private boolean startsWith(long place, byte[] prefix) {
        int from = Batches.index(place);
        return Batches.length(place) >= prefix.length
                && Arrays.equals(batches.bytesAt(place), from, from + prefix.length, prefix, 0, prefix.length);
    }

    /** One of {@link Kind}'s SWEEP_BY constants: why a sweep with this stack took place. */
    int sweepReason(long stack) throws BadInputException {
        long found = stacks.get(stack);
        // Sweeps come from tens of thousands of different stacks, deep ones, and their innermost frames tell.
        return found > 0 ? look(found, true) & SWEEP_REASON_MASK : (int) found & SWEEP_REASON_MASK;
    }

    /** One of {@link Kind}'s GC_BY constants: why a collection with this stack began. */
    int gcReason(long stack) throws BadInputException {
        return (meaning(stack) >> GC_REASON_SHIFT) & 3;
    }

    /** Whose stack this is. */
    Worker worker(long stack) throws BadInputException {
        return WORKERS.get((meaning(stack) >> WORKER_SHIFT) & 3);
    }

    /** The system call that a goroutine with this stack makes. */
    Syscall syscall(long stack) throws BadInputException {
        return SYSCALLS.get(meaning(stack) >> SYSCALL_SHIFT & 3);
    }

    private int meaning(long stack) throws BadInputException {
        long found = stacks.get(stack);
        if (found > 0) {
            found = LOOKED_AT | look(found, false);
            stacks.replace(stack, found);
        }
        return (int) found;
    }

    /**
     * Frames come innermost first; the innermost that tells why a span is swept decides.
     *
     * @param forSweepOnly whether the rest need not be looked at once that is known
     */
    private int look(long stack, boolean forSweepOnly) throws BadInputException {
        Cursor in = frames.open(stack);
        int sweep = Kind.SWEEP_BY_UNKNOWN;
        int gc = Kind.GC_BY_PACER;
        Worker worker = Worker.NONE;
        Syscall syscall = Syscall.OTHER;
        int count = in.readCount("a number of frames", MAX_FRAMES);
        for (int i = 0; i < count; i++) {
            in.readNumber();
            long function = in.readNumber();
            in.readNumber();
            in.readNumber();
            if (sweep == Kind.SWEEP_BY_UNKNOWN) {
                sweep = sweepReasonOf(function);
                if (forSweepOnly && sweep != Kind.SWEEP_BY_UNKNOWN) {
                    return sweep;
                }
            }
            if (stringEquals(function, FREE_OS_MEMORY) || stringEquals(function, FREE_OS_MEMORY_LINKED)) {
                gc = Kind.GC_BY_FREE_OS_MEMORY;
            } else if (stringEquals(function, PROGRAM_GC) && gc == Kind.GC_BY_PACER) {
                gc = Kind.GC_BY_PROGRAM;
                worker = Worker.PROGRAM;
            } else if (stringEquals(function, SCAVENGE)) {
                worker = Worker.SCAVENGER;
            } else if (stringEquals(function, SWEEP)) {
                worker = Worker.SWEEPER;
            } else if (stringEquals(function, READ)) {
                syscall = Syscall.READ;
            } else if (stringEquals(function, PREAD)) {
                syscall = Syscall.PREAD;
            }
        }
        return sweep
                | (gc << GC_REASON_SHIFT)
                | (WORKERS.indexOf(worker) << WORKER_SHIFT)
                | (SYSCALLS.indexOf(syscall) << SYSCALL_SHIFT);
    }

    private int sweepReasonOf(long function) {
        if (stringEquals(function, CREDIT) || stringEquals(function, SWEEP_ONE)) {
            return Kind.SWEEP_BY_CREDIT;
        }
        if (stringEquals(function, RECLAIM) || stringEquals(function, HEAP_ALLOC)) {
            return Kind.SWEEP_BY_RECLAIM;
        }
        return stringEquals(function, CACHE_SPAN) ? Kind.SWEEP_BY_CACHE_SPAN : Kind.SWEEP_BY_UNKNOWN;
    }
}
