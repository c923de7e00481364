package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import dev.needzero.units.Units;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a Go execution trace, one generation at a time: its batches are held as bytes until its tables are known, then the
 * threads' streams are merged by time straight into columns.
 *
 * <p>Events of one thread are never reordered; an event's time is the greater of its own and its predecessor's on that
 * thread (a dense run of events makes a batch's clock run ahead of the next batch's). Format: {@code go-runtime-model.md}
 * §10.
 */
final class GoTraceReader implements TraceReader {
    private static final long NO_GOROUTINE = -1;
    private static final long MAX_PAGES = 1L << 31 - 1;

    private final TraceInput input;
    private final Batches batches;
    private final TypeTable typeTable = new TypeTable();
    private final Long2IntOpenHashMap typeByAddress = new Long2IntOpenHashMap();
    private final List<String> strings = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<MStream> streams = new ArrayList<>();

    private Batches.Batch lookahead;
    private Tables tables;
    private TraceInfo info;
    private long firstTicks = Long.MIN_VALUE;
    private long nanosPerTick;
    private long base = -1; // minPageHeapAddr
    private long baseDelta; // its distance from the 64 MiB boundary below
    private long events;
    /** Spans alive, by offset; kept only for 1.23, whose tracer can lose an allocation. */
    private final LongOpenHashSet liveSpans = new LongOpenHashSet();

    private final List<long[]> lostSpans = new ArrayList<>();

    /**
     * A checkpoint's mark that was read but not delivered yet. What it marks is read by the same goroutine, which takes a
     * while; meanwhile others run. So it stands before the next thing that goroutine does.
     */
    private long[] pendingMark;

    private long pendingGoroutine = NO_GOROUTINE;
    private int markedSyscalls;
    private int markedOther;

    GoTraceReader(TraceInput input) throws IOException {
        this.input = input;
        this.batches = new Batches(input);
        lookahead = batches.next();
        if (lookahead == null || !loadGeneration()) {
            throw new BadInputException(
                    input.name(), "byte 16: the trace ends before its first batch is whole; nothing to replay");
        }
        if (base < 0) {
            throw batches.noAllocations();
        }
        String version = "1." + batches.version();
        if (batches.version() == 23
                && (tables.mentions("runtime.mallocgcSmall") || tables.mentions("runtime.mallocgcLarge"))) {
            version = "1.24";
        }
        info = new TraceInfo("go-trace", true, version, base - baseDelta, baseDelta, false);
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public boolean next(EventBatch out) throws IOException {
        out.size = 0;
        for (long[] lost : lostSpans) {
            out.add(Kind.LOST_SPAN, 0, 0, lost[0], lost[1], 0);
        }
        lostSpans.clear();
        try {
            while (out.size < EventBatch.CAPACITY) {
                if (!decode(out) && !loadGeneration()) {
                    break;
                }
                if (!lostSpans.isEmpty()) {
                    break; // they stand before the generation that was just loaded
                }
            }
        } catch (Cursor.Damage e) {
            throw damaged(e);
        }
        if (out.size == 0 && pendingMark != null) {
            deliverMark(out);
        }
        return out.size > 0 || !lostSpans.isEmpty() && next(out);
    }

    private BadInputException damaged(Cursor.Damage e) {
        return new BadInputException(input.name(), e.getMessage());
    }

    // ---- a generation

    private boolean loadGeneration() throws IOException {
        if (lookahead == null) {
            return false;
        }
        long generation = lookahead.generation();
        tables = new Tables();
        List<Batches.Batch> timed = new ArrayList<>();
        for (; lookahead != null && lookahead.generation() == generation; lookahead = batches.next()) {
            try {
                sort(lookahead, timed);
            } catch (Cursor.Damage e) {
                throw new BadInputException(
                        input.name(), "byte " + lookahead.offset() + ": damaged batch: " + e.getMessage());
            }
        }
        if (lookahead != null && lookahead.generation() < generation) {
            throw new BadInputException(
                    input.name(),
                    "byte " + lookahead.offset() + ": generation " + lookahead.generation() + " after " + generation
                            + "; generations only go up");
        }
        if (batches.truncated() != null && lookahead == null) {
            warnings.add(batches.truncated());
        }
        for (MStream stream : streams) {
            stream.batches.clear();
        }
        for (Batches.Batch batch : timed) {
            stream(batch.m()).batches.add(batch);
            if (firstTicks == Long.MIN_VALUE || Long.compareUnsigned(batch.time(), firstTicks) < 0 && events == 0) {
                firstTicks = batch.time();
            }
        }
        if (tables.ticksPerSecond() > 0) {
            nanosPerTick = Math.max(1, 1_000_000_000L / tables.ticksPerSecond());
        } else if (nanosPerTick == 0) {
            nanosPerTick = 64;
        }
        for (MStream stream : streams) {
            stream.begin();
        }
        if (batches.version() == 23) {
            long[] mark = pendingMark;
            long goroutine = pendingGoroutine;
            findLostSpans();
            pendingMark = mark;
            pendingGoroutine = goroutine;
        }
        return true;
    }

    private void sort(Batches.Batch batch, List<Batches.Batch> timed) throws Cursor.Damage {
        byte[] payload = batch.payload();
        if (payload.length == 0) {
            return;
        }
        Cursor in = new Cursor(payload);
        if (batch.experiment() != 0) {
            if (batch.experiment() != 1) {
                return; // another experiment's data
            }
            if (payload[0] == 1) {
                in.skip(1);
                base = in.uvarint();
                long pageBytes = in.uvarint();
                if (pageBytes != Units.PAGE_BYTES || base < 0) {
                    throw in.damage("pages of " + pageBytes + " bytes; expected " + Units.PAGE_BYTES);
                }
                baseDelta = base & (1L << Units.ARENA_SHIFT) - 1;
            } else {
                tables.readTypes(in, typeByAddress, typeTable);
            }
            return;
        }
        switch (payload[0]) {
            case 4 -> tables.readStrings(in);
            case 2 -> tables.readStacks(in);
            case 6 -> {} // CPU samples
            case 8 -> {
                in.skip(1);
                tables.setFrequency(in.uvarint());
            }
            case 50 -> {
                in.skip(1);
                in.expect(8, "a frequency");
                tables.setFrequency(in.uvarint());
            }
            default -> timed.add(batch);
        }
    }

    private MStream stream(long m) {
        for (MStream s : streams) {
            if (s.m == m) {
                return s;
            }
        }
        MStream s = new MStream(m);
        streams.add(s);
        return s;
    }

    /** Runs ahead through the generation's span events to find frees of spans that nobody was seen to allocate. */
    private void findLostSpans() throws IOException {
        long eventsBefore = events;
        int stringsBefore = strings.size();
        EventBatch scratch = new EventBatch();
        try {
            do {
                scratch.size = 0;
                boolean more = decode(scratch);
                for (int i = 0; i < scratch.size; i++) {
                    byte kind = scratch.kind[i];
                    if (kind == Kind.SPAN || kind == Kind.SPAN_ALLOC) {
                        liveSpans.add(scratch.a[i]);
                    } else if (kind == Kind.SPAN_FREE && !liveSpans.remove(scratch.a[i])) {
                        long pages = 1;
                        while (pages < 4 && !liveSpans.contains(scratch.a[i] + pages * Units.PAGE_BYTES)) {
                            pages++;
                        }
                        lostSpans.add(new long[] {scratch.a[i], pages});
                    }
                }
                if (!more) {
                    break;
                }
            } while (true);
        } catch (Cursor.Damage e) {
            throw damaged(e);
        }
        if (!lostSpans.isEmpty()) {
            warnings.add(
                    lostSpans.size() + " span(s) were freed whose allocation the tracer of Go 1.23 lost; inferred");
        }
        events = eventsBefore;
        pendingMark = null;
        while (strings.size() > stringsBefore) {
            strings.remove(strings.size() - 1);
        }
        for (MStream stream : streams) {
            stream.begin();
        }
    }

    // ---- merging and decoding

    /** One thread's events of the generation. */
    private static final class MStream {
        final long m;
        final List<Batches.Batch> batches = new ArrayList<>();
        int batch;
        byte[] data;
        int at;
        long ticks; // of the last event in this batch
        long nextTime; // of the event at `at`; MAX_VALUE: none left
        long lastTime;
        int proc = -1;
        long goroutine = NO_GOROUTINE;
        long startedNanos;

        MStream(long m) {
            this.m = m;
        }

        void begin() {
            batch = 0;
            data = null;
            if (batches.isEmpty()) {
                nextTime = Long.MAX_VALUE;
            } else {
                open();
                lastTime = Long.MIN_VALUE;
                nextTime = Long.MIN_VALUE; // peeked at by the first run
            }
        }

        private void open() {
            Batches.Batch b = batches.get(batch);
            data = b.payload();
            at = 0;
            ticks = b.time();
        }

        /** Goes on to the next batch; false when there is none. */
        boolean advance() {
            if (++batch >= batches.size()) {
                nextTime = Long.MAX_VALUE;
                data = null;
                return false;
            }
            open();
            return true;
        }
    }

    /** Adds events until the batch is full (true) or the generation is over (false). */
    private boolean decode(EventBatch out) throws Cursor.Damage {
        while (out.size < EventBatch.CAPACITY) {
            MStream first = null;
            long second = Long.MAX_VALUE;
            for (int i = 0; i < streams.size(); i++) {
                MStream s = streams.get(i);
                if (s.nextTime == Long.MAX_VALUE) {
                    continue;
                }
                if (first == null || s.nextTime < first.nextTime) {
                    if (first != null) {
                        second = first.nextTime;
                    }
                    first = s;
                } else {
                    second = Math.min(second, s.nextTime);
                }
            }
            if (first == null) {
                return false;
            }
            try {
                run(first, second, out);
            } catch (ArrayIndexOutOfBoundsException e) {
                throw new Cursor.Damage(
                        "byte " + first.batches.get(first.batch).offset() + ": damaged batch: it ends inside an event");
            }
        }
        return true;
    }

    private static Cursor.Damage damage(MStream s, String problem) {
        return new Cursor.Damage("byte " + s.batches.get(s.batch).offset() + ": damaged batch: " + problem);
    }

    /** Delivers a thread's events up to the time at which another thread is due. */
    private void run(MStream s, long until, EventBatch out) throws Cursor.Damage {
        byte[] d = s.data;
        int at = s.at;
        long ticks = s.ticks;
        long last = s.lastTime;
        long delta = baseDelta;
        long count = 0;
        int proc = Math.max(0, s.proc);
        boolean marked = pendingMark != null;
        while (true) {
            if (at >= d.length) {
                if (!s.advance()) {
                    break;
                }
                d = s.data;
                at = 0;
                ticks = s.ticks;
                continue;
            }
            if (out.size == EventBatch.CAPACITY) {
                s.nextTime = last == Long.MIN_VALUE ? s.nextTime : last;
                break;
            }
            int start = at;
            int type = d[at++] & 0xff;
            long dt = d[at++];
            if (dt < 0) {
                dt &= 0x7f;
                int shift = 7;
                byte b;
                do {
                    b = d[at++];
                    dt |= (long) (b & 0x7f) << shift;
                    shift += 7;
                } while (b < 0 && shift < 70);
            }
            long time = Math.max(ticks + dt, last);
            if (time > until) {
                at = start;
                s.nextTime = time;
                break;
            }
            ticks += dt;
            last = time;
            count++;
            int nargs = type < ARGS.length ? ARGS[type] : -1;
            if (nargs < 0) {
                throw damage(s, "event type " + type + " is not known");
            }
            long a = 0;
            if (nargs > 0) {
                a = d[at++];
                if (a < 0) {
                    a &= 0x7f;
                    int shift = 7;
                    byte b;
                    do {
                        b = d[at++];
                        a |= (long) (b & 0x7f) << shift;
                        shift += 7;
                    } while (b < 0 && shift < 70);
                }
            }
            long nanos = (time - firstTicks) * nanosPerTick;
            if (marked && s.goroutine == pendingGoroutine && movesOn(type)) {
                marked = false;
                if (out.size >= EventBatch.CAPACITY - 1) {
                    at = start;
                    ticks -= dt;
                    count--;
                    s.nextTime = time;
                    deliverMark(out);
                    break;
                }
                deliverMark(out);
            }
            if (type == HEAP_OBJECT_FREE) {
                out.add(Kind.OBJECT_FREE, proc, nanos, delta + (a << 3), 0, 0);
                continue;
            }
            long b1 = 0;
            if (nargs > 1) {
                b1 = d[at++];
                if (b1 < 0) {
                    b1 &= 0x7f;
                    int shift = 7;
                    byte b;
                    do {
                        b = d[at++];
                        b1 |= (long) (b & 0x7f) << shift;
                        shift += 7;
                    } while (b < 0 && shift < 70);
                }
            }
            if (type == HEAP_OBJECT_ALLOC) {
                out.add(Kind.OBJECT_ALLOC, proc, nanos, delta + (a << 3), 0, tables.type(b1));
                continue;
            }
            long c = 0;
            for (int i = 2; i < nargs; i++) {
                long v = 0;
                int shift = 0;
                byte b;
                do {
                    b = d[at++];
                    v |= (long) (b & 0x7f) << shift;
                    shift += 7;
                } while (b < 0 && shift < 70);
                if (i == 2) {
                    c = v;
                }
            }
            if (type < 128) {
                other(s, type, a, b1, c, proc, nanos, out);
                proc = Math.max(0, s.proc);
                marked = pendingMark != null;
            } else {
                allocFree(s, type, a, b1, c, proc, nanos, out);
            }
        }
        s.at = at;
        s.ticks = ticks;
        s.lastTime = last;
        events += count;
    }

    private void allocFree(MStream s, int type, long a, long b, long c, int proc, long nanos, EventBatch out)
            throws Cursor.Damage {
        switch (type) {
            case 128, 129 -> {
                if (b <= 0 || b >= MAX_PAGES || (c & 1) == 0 && c >>> 2 > 67 || c > 1 << 10) {
                    throw damage(s, "a span of " + Long.toUnsignedString(b) + " pages of kind " + c);
                }
                byte kind = type == 128 ? Kind.SPAN : Kind.SPAN_ALLOC;
                out.add(kind, proc, nanos, baseDelta + (a << Units.PAGE_SHIFT), b, (int) c);
            }
            case 130 -> out.add(Kind.SPAN_FREE, proc, nanos, baseDelta + (a << Units.PAGE_SHIFT), 0, 0);
            case 131 -> out.add(Kind.OBJECT, proc, nanos, baseDelta + (a << 3), 0, tables.type(b));
            case 134, 135 -> {
                if (b > 0 && b < 48) {
                    byte kind = type == 134 ? Kind.STACK : Kind.STACK_ALLOC;
                    out.add(kind, proc, nanos, baseDelta + (a << 11), 1L << b - 1, 0);
                }
            }
            case 136 -> out.add(Kind.STACK_FREE, proc, nanos, baseDelta + (a << 11), 0, 0);
            default -> throw damage(s, "event type " + type + " is not known");
        }
    }

    private void other(MStream s, int type, long a, long b, long c, int proc, long nanos, EventBatch out) {
        switch (type) {
            case 9 -> out.add(Kind.PROCS_CHANGE, proc, nanos, a, 0, 0);
            case 10 -> {
                s.proc = (int) (a & 0x7fff);
                out.add(Kind.PROC_START, s.proc, nanos, 0, 0, 0);
            }
            case 11 -> {
                out.add(Kind.PROC_STOP, proc, nanos, 0, 0, 0);
                s.proc = -1;
            }
            case 13 -> {
                if (b == 1) { // running
                    s.proc = (int) (a & 0x7fff);
                }
            }
            case 16, 45, 46 -> {
                s.goroutine = a;
                s.startedNanos = nanos;
            }
            case 17, 18, 24 -> s.goroutine = NO_GOROUTINE;
            case 19, 20 -> {
                switch (tables.worker(b)) {
                    case SCAVENGER -> out.add(Kind.SCAVENGER_RAN, proc, nanos, nanos - s.startedNanos, 0, 0);
                    case SWEEPER_YIELDING -> out.add(Kind.SWEEPER_RAN, proc, nanos, SWEEP_BATCH_SPANS, 0, 0);
                    case SWEEPER -> {
                        if (type == GO_BLOCK) {
                            out.add(Kind.SWEEPER_RAN, proc, nanos, -1, 0, 0);
                        }
                    }
                    default -> {}
                }
                s.goroutine = NO_GOROUTINE;
            }
            case 25, 48 -> {
                if (c == 2 || c == 3) { // running or in a system call
                    for (MStream other : streams) {
                        if (other.m == b) {
                            other.goroutine = a;
                        }
                    }
                }
            }
            case 26 -> out.add(Kind.STW_BEGIN, proc, nanos, 0, 0, (int) a);
            case 27 -> out.add(Kind.STW_END, proc, nanos, 0, 0, 0);
            case 29 -> out.add(Kind.GC_BEGIN, proc, nanos, a, 0, tables.gcReason(b));
            case 30 -> out.add(Kind.GC_END, proc, nanos, a, 0, 0);
            case 32 -> out.add(Kind.SWEEP_BEGIN, proc, nanos, 0, 0, tables.sweepReason(a));
            case 33 -> out.add(Kind.SWEEP_END, proc, nanos, a, b, 0);
            case 37 -> out.add(Kind.HEAP_ALLOC, proc, nanos, a, 0, 0);
            case 38 -> out.add(Kind.HEAP_GOAL, proc, nanos, a, 0, 0);
            case 44 -> userLog(s, tables.string(b), tables.string(c), proc, nanos, out);
            default -> {} // scheduling that moves no memory
        }
    }

    private static final byte[] WRITE_KEY = "needzero.write".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CHECKPOINT_KEY = "needzero.checkpoint".getBytes(StandardCharsets.UTF_8);

    /**
     * Whether the goroutine that set a mark is seen to go on with its own work. Reading the state it marks is system
     * calls; an allocation or two before the first of them belong to it.
     */
    private boolean movesOn(int type) {
        if (type == SYSCALL_BEGIN) {
            markedSyscalls++;
            return false;
        }
        return MOVES_ON[type] && (markedSyscalls > 0 || ++markedOther > MAX_BEFORE_SYSCALL);
    }

    private void deliverMark(EventBatch out) {
        out.add(Kind.CHECKPOINT, (int) pendingMark[0], pendingMark[1], pendingMark[2], 0, (int) pendingMark[3]);
        pendingMark = null;
    }

    private void userLog(MStream s, byte[] key, byte[] value, int proc, long nanos, EventBatch out) {
        if (java.util.Arrays.equals(key, WRITE_KEY)) {
            String[] parts = new String(value, StandardCharsets.UTF_8).split(" ");
            try {
                long address = Long.parseUnsignedLong(parts[0].substring(2), 16);
                out.add(Kind.WRITE, proc, nanos, address - base + baseDelta, Long.parseLong(parts[1]), 0);
            } catch (RuntimeException e) {
                warn("a needzero.write mark is not \"0xADDRESS BYTES\": " + new String(value, StandardCharsets.UTF_8));
            }
        } else if (java.util.Arrays.equals(key, CHECKPOINT_KEY)) {
            String text = new String(value, StandardCharsets.UTF_8);
            int space = text.indexOf(' ');
            try {
                long n = Long.parseLong(space < 0 ? text : text.substring(0, space));
                strings.add(space < 0 ? "" : text.substring(space + 1));
                if (s.goroutine == NO_GOROUTINE) {
                    out.add(Kind.CHECKPOINT, proc, nanos, n, 0, strings.size() - 1);
                } else {
                    pendingMark = new long[] {proc, nanos, n, strings.size() - 1};
                    pendingGoroutine = s.goroutine;
                    markedSyscalls = 0;
                    markedOther = 0;
                }
            } catch (NumberFormatException e) {
                warn("a needzero.checkpoint mark is not \"NUMBER NAME\": " + text);
            }
        }
    }

    private void warn(String warning) {
        if (warnings.size() < 20) {
            warnings.add(warning);
        }
    }

    private static final int GO_BLOCK = 20;
    /** Spans that the background sweeper sweeps before it gives way. */
    private static final int SWEEP_BATCH_SPANS = 10;

    private static final int SYSCALL_BEGIN = 22;
    private static final int MAX_BEFORE_SYSCALL = 4;
    private static final int HEAP_OBJECT_ALLOC = 132;
    private static final int HEAP_OBJECT_FREE = 133;

    /** Arguments after the time of each event type, §10.3; -1: not an event of a timed batch. */
    private static final byte[] ARGS = new byte[137];

    static {
        java.util.Arrays.fill(ARGS, (byte) -1);
        int[] from9 = {
            2, 2, 0, 3, 2, 3, 1, 2, 0, 0, 2, 2, 3, 2, 0, 0, 3, 2, 0, 1, 2, 1, 1, 1, 2, 1, 1, 0, 1, 1, 1, 4, 2, 3, 3, 4,
            2, 2, 3, 4
        };
        for (int i = 0; i < from9.length; i++) {
            ARGS[9 + i] = (byte) from9[i];
        }
        int[] from128 = {3, 3, 1, 2, 2, 1, 2, 2, 1};
        for (int i = 0; i < from128.length; i++) {
            ARGS[128 + i] = (byte) from128[i];
        }
    }

    /** Event types by which a goroutine shows that it goes on with its own work: not system calls, not the scheduler. */
    private static final boolean[] MOVES_ON = new boolean[137];

    static {
        for (int type : new int[] {14, 15, 17, 20, 21, 29, 35, 40, 41, 42, 43, 44, 47, 128, 129, 131, 132, 135, 136}) {
            MOVES_ON[type] = true;
        }
    }

    @Override
    public TypeTable types() {
        return typeTable;
    }

    @Override
    public String string(int index) {
        return strings.get(index);
    }

    @Override
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    @Override
    public long eventsDecoded() {
        return events;
    }

    @Override
    public long bytesRead() {
        return input.storedBytesRead();
    }

    @Override
    public long bytesTotal() {
        return input.storedBytes();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
