package dev.needzero.trace.nzt;

import dev.needzero.trace.Kind;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;

/** Collects up to a block of events and writes them as {@link EventsDecoder} reads them. */
final class EventsEncoder {
    private static final int KINDS = 128;
    private static final int MAX_PAIRS = 1 << 15;

    private final boolean placed;
    private final SpanClasses spans = new SpanClasses();
    private final IdPrediction ids = new IdPrediction();
    private final TimesEncoder times = new TimesEncoder();
    private final LaneEncoder[] laneOfKind = new LaneEncoder[KINDS];
    private final Section.Packer packer = new Section.Packer();

    private final byte[] kind = new byte[Block.MAX_EVENTS];
    private final short[] proc = new short[Block.MAX_EVENTS];
    private final long[] a = new long[Block.MAX_EVENTS];
    private final long[] b = new long[Block.MAX_EVENTS];
    private final int[] c = new int[Block.MAX_EVENTS];
    private final long[] nanos = new long[Block.MAX_EVENTS];
    private int size;
    private Numbering pairs = new Numbering();
    private long timeBefore;
    private long nextFresh;

    EventsEncoder(boolean placed) {
        this.placed = placed;
    }

    int size() {
        return size;
    }

    /** Whether the block is to be written before the next event. */
    boolean isFull() {
        return size == Block.MAX_EVENTS || pairs.size() >= MAX_PAIRS;
    }

    void add(byte eventKind, short eventProc, long eventNanos, long valueA, long valueB, int valueC) {
        int i = size++;
        kind[i] = eventKind;
        proc[i] = eventProc;
        nanos[i] = eventNanos;
        a[i] = valueA;
        b[i] = valueB;
        c[i] = valueC;
        if (i == 0 || kind[i - 1] != eventKind || proc[i - 1] != eventProc) {
            pairs.of(pairKey(eventKind, eventProc));
        }
    }

    long earliestNanos() {
        long earliest = Long.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            earliest = Math.min(earliest, nanos[i]);
        }
        return size == 0 ? 0 : earliest;
    }

    long latestNanos() {
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < size; i++) {
            latest = Math.max(latest, nanos[i]);
        }
        return size == 0 ? 0 : latest;
    }

    /** Appends the block's payload and starts the next block. */
    void write(ByteSink out, int typesKnown, long sourceEvents) {
        out.sv(timeBefore);
        out.sv(earliestNanos());
        out.uv(latestNanos() - earliestNanos());
        out.uv(typesKnown);
        out.uv(sourceEvents);
        out.uv(nextFresh);

        Numbering procs = new Numbering();
        Numbering lanes = new Numbering();
        pairs = new Numbering();
        ByteSink pairTable = new ByteSink();
        ByteSink procTable = new ByteSink();
        IntArrayList runs = new IntArrayList();
        byte[] laneKinds = new byte[KINDS];
        ids.startBlock(nextFresh);
        for (int from = 0, to; from < size; from = to) {
            to = from + 1;
            while (to < size && kind[to] == kind[from] && proc[to] == proc[from]) {
                to++;
            }
            int procIndex = procs.of(proc[from]);
            if (procs.grew()) {
                procTable.uv(proc[from]);
            }
            int lane = lanes.of(kind[from]);
            laneKinds[lane] = kind[from];
            int pair = pairs.of(pairKey(kind[from], proc[from]));
            if (pairs.grew()) {
                pairTable.u8(lane);
                pairTable.uv(procIndex);
            }
            runs.add(pair);
            runs.add(to - from - 1);
            addRun(from, to, procIndex);
        }
        out.uv(pairs.size());
        out.bytes(pairTable.array(), 0, pairTable.size());
        out.uv(procs.size());
        out.bytes(procTable.array(), 0, procTable.size());
        writeRuns(out, runs);
        times.write(out, packer, nanos, size, timeBefore);
        out.uv(lanes.size());
        for (int lane = 0; lane < lanes.size(); lane++) {
            LaneEncoder encoder = laneOfKind[laneKinds[lane]];
            encoder.write(out, packer, procs.size());
            encoder.clear();
        }
        startNext();
    }

    private void writeRuns(ByteSink out, IntArrayList runs) {
        ByteSink numbers = new ByteSink();
        int pairBits = EventsDecoder.pairBits(pairs.size());
        for (int i = 0; i < runs.size(); i += 2) {
            NumberStream.writeUnsigned(numbers, ((long) runs.getInt(i + 1) << pairBits) | runs.getInt(i));
        }
        packer.write(out, numbers.array(), numbers.size());
    }

    private static int pairKey(byte kind, short proc) {
        return kind << 16 | proc & 0xffff;
    }

    /** Numbers values from 0 in the order in which they first come. */
    private static final class Numbering {
        private final Int2IntOpenHashMap numbers = new Int2IntOpenHashMap();
        private boolean grew;

        int of(int value) {
            int before = numbers.size();
            int number = numbers.computeIfAbsent(value, v -> before);
            grew = numbers.size() > before;
            return number;
        }

        /** Whether the value asked for last was new. */
        boolean grew() {
            return grew;
        }

        int size() {
            return numbers.size();
        }
    }

    private void addRun(int from, int to, int procIndex) {
        byte k = kind[from];
        LaneEncoder lane = laneOfKind[k];
        int base = k == Kind.ALLOC ? Lane.POP : k == Kind.FREE || k == Kind.WRITE && !placed ? Lane.RECENT : Lane.CHAIN;
        if (lane == null) {
            lane = new LaneEncoder(k, base);
            laneOfKind[k] = lane;
        }
        boolean object = k == Kind.OBJECT_ALLOC || k == Kind.OBJECT;
        for (int i = from; i < to; i++) {
            spans.see(k, a[i], b[i], c[i]);
            long guess = base == Lane.POP ? ids.pop() : base == Lane.RECENT ? ids.recent() : 0;
            lane.add(procIndex, object ? spans.kindClass(a[i]) : 0, a[i], guess, b[i], c[i]);
            if (base == Lane.POP) {
                ids.allocated(a[i]);
            } else if (k == Kind.FREE) {
                ids.freed(a[i]);
            }
        }
    }

    private void startNext() {
        timeBefore = size == 0 ? timeBefore : nanos[size - 1];
        nextFresh = ids.nextFresh();
        size = 0;
        pairs = new Numbering();
    }
}
