package dev.needzero.trace.heaptrack;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import dev.needzero.trace.unplaced.CTypes;
import dev.needzero.trace.unplaced.LineScanner;
import dev.needzero.trace.unplaced.Notes;
import dev.needzero.trace.unplaced.TextReader;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.IOException;

/**
 * Lines of a letter and hexadecimal numbers, file versions 1 to 3: {@code a SIZE TRACE} introduces a kind of allocation,
 * {@code + KIND} makes one, {@code - KIND} frees one, {@code c} is the clock in milliseconds, {@code R} resident pages;
 * {@code s}, {@code i}, {@code t} are the dictionary behind TRACE, {@code I} the page size.
 *
 * <p>A free names the kind, not the object: the youngest of that kind is taken. They are alike in size and site, so all
 * that can differ is which of several places becomes free. The type of an object is the function that asked for it.
 */
final class HeaptrackReader extends TextReader {
    private static final int MAX_VERSION = 3;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int NONE = -1;

    private final Notes.Counter unknownLines =
            notes().counter("lines of a kind that this reader does not know: passed over");
    private final Notes.Counter damagedStamps = notes().counter("time stamps before the one they follow: passed over");
    private final SiteNames sites = new SiteNames();
    private final Object2IntOpenHashMap<String> typeByFunction = new Object2IntOpenHashMap<>();
    private final LongArrayList sizeOfKind = new LongArrayList();
    private final IntArrayList typeOfKind = new IntArrayList();
    /** The youngest live object of each kind; each object then points at the next older one. */
    private final IntArrayList youngestOfKind = new IntArrayList();

    private final IntArrayList nextOlder = new IntArrayList();

    private long version;
    private long osPageBytes = 4096;
    private long millis;
    private boolean attached;

    HeaptrackReader(TraceInput input) {
        super(unplaced(HeaptrackFormat.NAME), input);
        typeByFunction.defaultReturnValue(NONE);
        notes().fact(CTypes.NO_POINTER_MAP);
        notes().fact("a free names an allocation's size and site, not the object: the youngest such object is taken");
        notes().fact("whether an allocation came from malloc or from calloc is not recorded: taken for malloc");
        notes().fact("threads are not recorded: all events are put on one");
        at(0, 0);
    }

    @Override
    protected void parse(LineScanner line) throws IOException {
        int mode = line.peek();
        if (mode < 0 || mode == '#' || mode == ' ') {
            return;
        }
        line.skip();
        line.take(' ');
        if (version == 0 && mode != 'v') {
            throw line.bad(
                    "found a line of kind '" + (char) mode + "' before the version line (v), expected that first");
        }
        switch (mode) {
            case '+' -> allocateOne(line);
            case '-' -> freeOne(line);
            case 'c' -> clock(line);
            case 'R' -> event(Kind.RSS_SAMPLE, residentBytes(line), 0, 0);
            case 'a' -> addKind(line);
            case 's' -> sites.addString(version >= 3 ? line.text(number(line, "length"), "string") : line.rest());
            case 't' -> addTrace(line);
            case 'i' -> addInstruction(line);
            case 'I' -> systemInfo(line);
            case 'v' -> version(line);
            case 'A' -> attach();
            case 'X', 'S' -> {
                // The command and embedded suppressions say nothing of memory.
            }
            case 'x', 'm' -> throw line.bad("this is heaptrack's raw data; interpret it first (heaptrack --interpret)");
            default -> unlessBinary(line, mode);
        }
    }

    private void unlessBinary(LineScanner line, int mode) throws BadInputException {
        if (mode < ' ' || mode > '~') {
            throw line.bad("found byte " + mode + " where a line's letter should be: not heaptrack data");
        }
        unknownLines.increment();
    }

    private void version(LineScanner line) throws IOException {
        long heaptrackVersion = number(line, "heaptrack's version");
        // Before 1.0.0 the program's version doubled as the file's; that layout is now called 1.
        version = line.atEnd() ? (heaptrackVersion == 0x010200 ? 1 : 0) : number(line, "file version");
        if (version < 1 || version > MAX_VERSION) {
            throw line.bad("file version " + version + ", expected 1 to " + MAX_VERSION
                    + " (open and save it with a heaptrack of this decade, or extend the reader)");
        }
    }

    private void systemInfo(LineScanner line) throws IOException {
        long bytes = number(line, "page size");
        if (bytes < 512 || bytes > 1 << 30 || (bytes & (bytes - 1)) != 0) {
            throw line.bad("page size " + bytes + " is no power of two between 512 and 2^30");
        }
        osPageBytes = bytes;
    }

    /** heaptrack joined a running program: what was allocated before is unknown, and its totals begin here. */
    private void attach() {
        if (!attached) {
            notes().fact("heaptrack was attached to a running program: what it allocated before is missing");
        }
        attached = true;
    }

    private void addInstruction(LineScanner line) throws IOException {
        number(line, "address");
        number(line, "module");
        sites.addInstruction(line.atEnd() ? 0 : index(line, "function", sites.strings()));
    }

    private void addTrace(LineScanner line) throws IOException {
        int instruction = index(line, "instruction", sites.instructions());
        int parent = index(line, "parent trace", sites.traces());
        sites.addTrace(instruction, parent);
    }

    private void addKind(LineScanner line) throws IOException {
        long bytes = number(line, "size");
        if (bytes < 0 || bytes > MAX_OBJECT_BYTES) {
            throw line.bad("size 0x" + Long.toHexString(bytes) + " is more than an address space holds");
        }
        int trace = index(line, "trace", sites.traces());
        sizeOfKind.add(bytes);
        typeOfKind.add(type(sites.function(trace)));
        youngestOfKind.add(NONE);
    }

    private int type(String function) {
        String name = function == null ? "malloc" : function;
        int type = typeByFunction.getInt(name);
        if (type == NONE) {
            type = types().add(new TypeTable.Type(name, 0, 0, Pointers.UNKNOWN, false));
            typeByFunction.put(name, type);
        }
        return type;
    }

    private void allocateOne(LineScanner line) throws IOException {
        int kind = kind(line);
        int id = allocateUnnamed(sizeOfKind.getLong(kind), typeOfKind.getInt(kind));
        while (id >= nextOlder.size()) {
            nextOlder.add(NONE);
        }
        nextOlder.set(id, youngestOfKind.getInt(kind));
        youngestOfKind.set(kind, id);
    }

    private void freeOne(LineScanner line) throws IOException {
        int kind = kind(line);
        int id = youngestOfKind.getInt(kind);
        if (id == NONE) {
            unknownFree();
            return;
        }
        youngestOfKind.set(kind, nextOlder.getInt(id));
        releaseId(id);
    }

    private int kind(LineScanner line) throws IOException {
        long kind = number(line, "allocation");
        if (kind < 0 || kind >= sizeOfKind.size()) {
            throw line.bad("names allocation kind 0x" + Long.toHexString(kind) + ", but only " + sizeOfKind.size()
                    + " were introduced (a lines) before it");
        }
        return (int) kind;
    }

    private void clock(LineScanner line) throws IOException {
        long now = number(line, "time stamp");
        if (now < millis || now > Long.MAX_VALUE / NANOS_PER_MILLI) {
            damagedStamps.increment();
            return;
        }
        millis = now;
        at(0, now * NANOS_PER_MILLI);
    }

    private long residentBytes(LineScanner line) throws IOException {
        long osPages = number(line, "resident pages");
        if (osPages < 0 || osPages > MAX_OBJECT_BYTES / osPageBytes) {
            throw line.bad("0x" + Long.toHexString(osPages) + " resident pages are more than an address space holds");
        }
        return osPages * osPageBytes;
    }

    private int index(LineScanner line, String what, int known) throws IOException {
        long index = number(line, what);
        if (index < 0 || index > known) {
            throw line.bad(what + " 0x" + Long.toHexString(index) + " is not known yet (" + known + " are)");
        }
        return (int) index;
    }

    private static long number(LineScanner line, String what) throws IOException {
        long value = line.hex(what);
        line.take(' ');
        return value;
    }
}
