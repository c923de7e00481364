package dev.needzero.trace.nzt;

import dev.needzero.trace.EventBatch;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An EVENTS block's payload, turned into batches. Columns are decoded one after the other: times for the whole batch,
 * then run by run the columns of the run's lane.
 */
final class EventsDecoder {
    private static final int MAX_PAIRS = 1 << 15;
    private static final int MAX_LANES = 256;

    private static final VarHandle EIGHT_KINDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EIGHT_ONES = 0x0101010101010101L;

    private final ZstdDecompressor decompressor = new ZstdDecompressor();
    private final Section.Unpacker runs = new Section.Unpacker(decompressor);
    private final Times times = new Times(decompressor);
    private final List<Lane> lanes = new ArrayList<>();
    private final IdPrediction ids = new IdPrediction();

    private final NumberStream numbers = new NumberStream();

    private int pairs;
    private byte[] pairLane = new byte[16];
    private Lane[] laneOfPair = new Lane[0];
    private int[] pairProc = new int[16];
    private short[] procs = new short[16];
    private int[] runPair = new int[256];
    private int[] runLength = new int[256];
    private int runCount;
    private int run;
    private int leftOfRun;
    private int laneCount;
    private int left;
    private int typesKnown;
    private long earliestNanos;
    private long latestNanos;
    private long sourceEvents;

    /** What stands at the payload's head: enough to know whether the rest is needed. */
    private record Head(long timeBefore, long nextFresh) {}

    /** Takes a payload; {@link #typesKnown} says how many types it refers to. */
    void load(byte[] payload, int offset, int length, int events) throws DamagedBlockException {
        ByteSource in = new ByteSource(payload, offset, length);
        left = 0;
        Head head = readHead(in);
        readPairs(in);
        int[] eventsOfLane = readRuns(in, events);
        times.load(in, events, head.timeBefore);
        laneCount = in.count(MAX_LANES, "lanes");
        for (int lane = 0; lane < eventsOfLane.length; lane++) {
            if (eventsOfLane[lane] > 0 != lane < laneCount) {
                throw new DamagedBlockException(
                        "lane " + lane + " of " + laneCount + " has " + eventsOfLane[lane] + " events");
            }
        }
        for (int lane = 0; lane < laneCount; lane++) {
            if (lane == lanes.size()) {
                lanes.add(new Lane(decompressor));
            }
            lanes.get(lane).load(in, eventsOfLane[lane], procs.length, typesKnown);
        }
        if (laneOfPair.length < pairs) {
            laneOfPair = new Lane[pairs];
        }
        for (int pair = 0; pair < pairs; pair++) {
            laneOfPair[pair] = lanes.get(pairLane[pair] & 0xff);
        }
        if (in.remaining() != 0) {
            throw new DamagedBlockException(in.remaining() + " bytes behind the last lane");
        }
        ids.startBlock(head.nextFresh);
        left = events;
        run = -1;
        leftOfRun = 0;
    }

    private Head readHead(ByteSource in) throws DamagedBlockException {
        long timeBefore = in.sv();
        earliestNanos = in.sv();
        latestNanos = earliestNanos + in.uv();
        typesKnown = in.count(Integer.MAX_VALUE, "types");
        sourceEvents = in.uv();
        return new Head(timeBefore, in.uv());
    }

    private void readPairs(ByteSource in) throws DamagedBlockException {
        pairs = in.count(MAX_PAIRS, "pairs of lane and proc");
        if (pairs == 0) {
            throw new DamagedBlockException("no pairs of lane and proc");
        }
        if (pairLane.length < pairs) {
            pairLane = new byte[pairs];
            pairProc = new int[pairs];
        }
        for (int i = 0; i < pairs; i++) {
            pairLane[i] = (byte) in.u8();
            pairProc[i] = in.count(Short.MAX_VALUE, "as a proc's index");
        }
        int procCount = in.count(Short.MAX_VALUE + 1, "procs");
        procs = new short[procCount];
        for (int i = 0; i < procCount; i++) {
            procs[i] = (short) in.count(Short.MAX_VALUE, "as a proc's number");
        }
        for (int i = 0; i < pairs; i++) {
            if (pairProc[i] >= procCount) {
                throw new DamagedBlockException("proc index " + pairProc[i] + " of " + procCount);
            }
        }
    }

    /** Returns how many events belong to each lane. */
    private int[] readRuns(ByteSource in, int events) throws DamagedBlockException {
        runs.read(in, events * NumberStream.MAX_BYTES);
        numbers.reset(runs.array(), runs.length());
        int[] eventsOfLane = new int[MAX_LANES];
        int pairBits = pairBits(pairs);
        int pairMask = (1 << pairBits) - 1;
        int total = 0;
        runCount = 0;
        while (numbers.hasMore()) {
            if (runCount == runPair.length) {
                runPair = Arrays.copyOf(runPair, runCount * 2);
                runLength = Arrays.copyOf(runLength, runCount * 2);
            }
            long number = numbers.unsigned();
            int pair = (int) number & pairMask;
            int length = (int) Math.min(Block.MAX_EVENTS, number >>> pairBits) + 1;
            if (length > events - total || pair >= pairs) {
                throw new DamagedBlockException(
                        "a run of " + length + " events of pair " + pair + " where " + (events - total) + " are left");
            }
            runPair[runCount] = pair;
            runLength[runCount++] = length;
            eventsOfLane[pairLane[pair] & 0xff] += length;
            total += length;
        }
        if (total != events) {
            throw new DamagedBlockException("runs of " + total + " events, expected " + events);
        }
        return eventsOfLane;
    }

    /** Bits that a run gives to its pair. */
    static int pairBits(int pairs) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(pairs - 1);
    }

    int left() {
        return left;
    }

    /** Forgets what is left. */
    void drop() {
        left = 0;
    }

    int typesKnown() {
        return typesKnown;
    }

    long earliestNanos() {
        return earliestNanos;
    }

    long latestNanos() {
        return latestNanos;
    }

    /** Events that the source's reader had decoded by this block's end. */
    long sourceEvents() {
        return sourceEvents;
    }

    /** Appends as many events as are left and fit, at most {@code limit}. */
    void decode(EventBatch batch, int limit) throws DamagedBlockException {
        int from = batch.size;
        int to = from + Math.min(Math.min(left, limit), EventBatch.CAPACITY - from);
        times.decode(batch.timeNanos, from, to);
        boolean oneProc = procs.length == 1;
        if (oneProc) {
            Arrays.fill(batch.proc, from, to, procs[0]);
        }
        byte[] kind = batch.kind;
        int lastLongStore = kind.length - Long.BYTES;
        for (int i = from; i < to; ) {
            if (leftOfRun == 0) {
                leftOfRun = runLength[++run];
            }
            int end = Math.min(to, i + leftOfRun);
            int pair = runPair[run];
            int procIndex = pairProc[pair];
            Lane lane = laneOfPair[pair];
            if (!oneProc) {
                Arrays.fill(batch.proc, i, end, procs[procIndex]);
            }
            // Most runs are short: eight kinds at once, those too many are the next run's to overwrite.
            if (end - i <= Long.BYTES && i <= lastLongStore) {
                EIGHT_KINDS.set(kind, i, lane.kind() * EIGHT_ONES);
            } else {
                Arrays.fill(kind, i, end, lane.kind());
            }
            lane.decode(batch, i, end, procIndex, ids);
            leftOfRun -= end - i;
            i = end;
        }
        left -= to - from;
        if (left == 0) {
            checkConsumed();
        }
        batch.size = to;
    }

    private void checkConsumed() throws DamagedBlockException {
        times.checkConsumed();
        for (int lane = 0; lane < laneCount; lane++) {
            lanes.get(lane).checkConsumed();
        }
    }
}
