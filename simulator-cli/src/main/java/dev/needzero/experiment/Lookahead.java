package dev.needzero.experiment;

import dev.needzero.gc.MarkPhase;
import dev.needzero.gc.Pacer;
import dev.needzero.heap.SpanClass;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import it.unimi.dsi.fastutil.doubles.DoubleArrayList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a first reading of a Go trace tells of its future: which recorded cycle swept each object, and how the recorded
 * program and its collector paced each other. Objects are named by their ordinal: how many the trace showed up to them,
 * those of the snapshot included, counted from 1.
 *
 * <p>Two bytes an object: how many marks begin between its birth and the sweep that freed it.
 */
public final class Lookahead {
    /** Death unknown: no recorded cycle swept the object. */
    static final int NEVER = 0;
    /** Dead before the trace: the sweep that freed it belongs to a cycle before it. */
    static final int BEFORE = 0xffff;

    private static final int CHUNK_SHIFT = 20;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    /** Goals beyond this come from no collector percentage. */
    private static final long NO_GOAL_BYTES = 1L << 62;

    /** A recorded collection; heapLive in bytes, times in nanoseconds. */
    record Cycle(
            int beginOrdinal,
            int reason,
            long beginNanos,
            long endNanos,
            long goalBefore,
            long markedBefore,
            long liveBefore,
            long liveAtBegin,
            long liveAtEnd,
            long marked) {

        /** Whether it began below the pacer's lowest trigger: the program asked for it, or two minutes had passed. */
        boolean forced() {
            if (reason != Kind.GC_BY_PACER || goalBefore < 0) {
                return reason != Kind.GC_BY_PACER;
            }
            double lower = markedBefore + (goalBefore - markedBefore) * 0.7;
            return liveAtBegin < lower * 0.9;
        }
    }

    private final List<short[]> marksToLive = new ArrayList<>();
    private final List<Cycle> cycles = new ArrayList<>();
    private final List<long[]> markedAndGoal = new ArrayList<>();
    private final RecordedSpans spans = new RecordedSpans();
    private int ordinal;
    private long events;

    // The reading's state.
    private int[] begins = new int[16];
    private int begun;
    private final List<int[]> foundDead = new ArrayList<>();
    private int ended;
    private int reason;
    private int latestEndOrdinal;
    private final DeathRates dying = new DeathRates();
    private long beginNanos;
    private long liveAtBegin;
    private long live = -1;
    private long previousLive = -1;
    private long marked;
    private long goal = -1;
    private long firstGoal = -1;
    private long firstLive = -1;
    private long snapshotBytes;
    private int procs = 1;

    private Lookahead() {}

    /**
     * Reads a Go trace from end to end.
     *
     * @param progress told of bytes read now and then; null for none
     */
    static Lookahead of(String trace, Consumer<TraceReader> progress) throws IOException {
        Lookahead l = new Lookahead();
        try (TraceReader reader = Replays.open(trace)) {
            EventBatch batch = new EventBatch();
            while (reader.next(batch)) {
                l.look(batch);
                if (progress != null) {
                    progress.accept(reader);
                }
            }
        }
        l.goOnDying();
        return l;
    }

    private void look(EventBatch batch) {
        for (int i = 0; i < batch.size; i++) {
            long a = batch.a[i];
            switch (batch.kind[i]) {
                case Kind.OBJECT_ALLOC -> born(a);
                case Kind.OBJECT_FREE -> freed(a);
                case Kind.OBJECT -> {
                    born(a);
                    RecordedSpan r = spans.at(a);
                    snapshotBytes += r == null ? 0 : r.slotBytes();
                }
                case Kind.SPAN, Kind.SPAN_ALLOC -> {
                    Claims.span(events + i, a, batch.b[i], batch.c[i]);
                    RecordedSpan r = spans.add(a, (int) batch.b[i], batch.c[i]);
                    r.ordinalOf = r.spanClass < 0 ? null : new int[r.nelems];
                }
                case Kind.SPAN_FREE -> {
                    RecordedSpan r = spans.at(a);
                    if (r != null) {
                        spans.remove(r);
                    }
                }
                case Kind.GC_BEGIN -> begin(batch.c[i], batch.timeNanos[i]);
                case Kind.GC_END -> end(batch.timeNanos[i]);
                case Kind.HEAP_ALLOC -> {
                    previousLive = live;
                    live = a;
                    firstLive = firstLive < 0 ? a : firstLive;
                }
                // With GOGC=off a trace shows 0 from 1.25 on, before it the largest memory limit less its headroom.
                case Kind.HEAP_GOAL -> goal(a == 0 ? Long.MAX_VALUE : a);
                case Kind.PROCS_CHANGE -> procs = (int) a;
                default -> {} // what tells nothing of the future
            }
        }
        events += batch.size;
    }

    private void born(long address) {
        ordinal = Math.incrementExact(ordinal);
        if ((ordinal & CHUNK - 1) == 0 || marksToLive.isEmpty()) {
            marksToLive.add(new short[CHUNK]);
        }
        RecordedSpan r = spans.at(address);
        if (r == null || r.ordinalOf == null) {
            return;
        }
        int slot = r.slotAt(address);
        if (slot >= r.nelems) {
            return;
        }
        if (r.takenBits != null) {
            if ((r.takenBits[slot >>> 6] >>> slot & 1) != 0) {
                return; // a tiny object inside a block that exists
            }
            r.takenBits[slot >>> 6] |= 1L << slot;
        }
        r.ordinalOf[slot] = ordinal;
        dying.born(r.spanClass);
    }

    private void freed(long address) {
        RecordedSpan r = spans.at(address);
        if (r == null || r.ordinalOf == null) {
            return;
        }
        int slot = r.slotAt(address);
        if (slot >= r.nelems || r.ordinalOf[slot] == 0) {
            return;
        }
        if (r.takenBits != null) {
            r.takenBits[slot >>> 6] &= ~(1L << slot);
        }
        int object = r.ordinalOf[slot];
        r.ordinalOf[slot] = 0;
        int marks = ended == 0 ? BEFORE : ended - begunBefore(object);
        dying.found(r.spanClass, marks == 1);
        if (marks > 0 && (marks < BEFORE || ended == 0)) {
            marksToLive.get(object >>> CHUNK_SHIFT)[object & CHUNK - 1] = (short) marks;
            countDead(ended, r.spanClass);
        }
    }

    private void begin(int why, long nanos) {
        addBegin(ordinal);
        dying.markBegins();
        reason = why;
        beginNanos = nanos;
        liveAtBegin = live;
    }

    private void addBegin(int at) {
        if (begun == begins.length) {
            begins = Arrays.copyOf(begins, begun * 2);
        }
        begins[begun++] = at;
    }

    private void end(long nanos) {
        if (begun == ended) {
            addBegin(0); // marking was under way when the trace began
            beginNanos = 0;
            liveAtBegin = firstLive;
        }
        cycles.add(new Cycle(
                begins[ended],
                reason,
                beginNanos,
                nanos,
                goal,
                marked,
                ended == 0 ? firstLive : marked,
                liveAtBegin,
                previousLive,
                live));
        ended++;
        latestEndOrdinal = ordinal;
        marked = live;
    }

    private void goal(long bytes) {
        goal = bytes;
        if (firstGoal < 0) {
            firstGoal = bytes;
        }
        if (ended > markedAndGoal.size()) {
            markedAndGoal.add(new long[] {marked, bytes});
        }
    }

    /**
     * What no recorded mark found dead does not live for ever: until the trace's end, where one more mark is supposed, its
     * kind goes on dying as it did before the last mark whose sweep is recorded whole.
     */
    private void goOnDying() {
        int swept = begun > ended || reason != Kind.GC_BY_PACER || !unsweptIsLeft() ? ended : ended - 1;
        if (swept < 1) {
            return;
        }
        double births = Math.max(1, beginOrdinal(swept) - beginOrdinal(swept - 1));
        if (swept == begun) {
            dying.markBegins();
        }
        addBegin(ordinal);
        spans.forEach(r -> {
            for (int slot = 0; r.ordinalOf != null && slot < r.nelems; slot++) {
                if (r.ordinalOf[slot] != 0) {
                    goOnDying(r.ordinalOf[slot], r.spanClass, swept, births);
                }
            }
        });
    }

    private void goOnDying(int object, int spanClass, int swept, double births) {
        int before = begunBefore(object);
        for (int mark = Math.max(swept, before) + 1; mark <= begun; mark++) {
            double length = (beginOrdinal(mark) - beginOrdinal(mark - 1)) / births;
            double chance = 1 - Math.pow(1 - dying.rate(spanClass, mark == before + 1), length);
            if (mark == ended) {
                chance = dying.notYetFound(spanClass, mark == before + 1, chance);
            }
            if (DeathRates.falls(object, mark, chance)) {
                marksToLive.get(object >>> CHUNK_SHIFT)[object & CHUNK - 1] = (short) (mark - before);
                countDead(mark, spanClass);
                return;
            }
        }
    }

    /** Whether more is left at the trace's end of what there was at the last mark than it found alive. */
    private boolean unsweptIsLeft() {
        long[] left = {0};
        spans.forEach(r -> {
            for (int slot = 0; r.ordinalOf != null && slot < r.nelems; slot++) {
                left[0] += r.ordinalOf[slot] != 0 && r.ordinalOf[slot] <= latestEndOrdinal ? r.slotBytes() : 0;
            }
        });
        return left[0] > marked * 1.02;
    }

    // ---- deaths

    /** Marks that begin between an object's birth and the sweep that freed it; {@link #NEVER}, {@link #BEFORE}. */
    int marksToLive(long object) {
        return marksToLive.get((int) (object >>> CHUNK_SHIFT))[(int) object & CHUNK - 1] & 0xffff;
    }

    /** How many recorded marks had begun when an object was born. */
    int begunBefore(long object) {
        int at = Arrays.binarySearch(begins, 0, begun, (int) object);
        if (at < 0) {
            return -at - 1;
        }
        while (at > 0 && begins[at - 1] == object) {
            at--;
        }
        return at;
    }

    /** The last object born before a recorded mark began; marks count from 1, 0 is the trace's beginning. */
    int beginOrdinal(int mark) {
        return mark == 0 ? 0 : mark > begun ? Integer.MAX_VALUE : begins[mark - 1];
    }

    private void countDead(int mark, int spanClass) {
        while (foundDead.size() <= mark) {
            foundDead.add(new int[SpanClass.COUNT]);
        }
        foundDead.get(mark)[spanClass]++;
    }

    /** How many objects of a recorded span class a recorded mark found dead. */
    int foundDead(int mark, int spanClass) {
        return mark < foundDead.size() ? foundDead.get(mark)[spanClass] : 0;
    }

    // ---- pacing

    /** The recorded collections that ended, in order. */
    List<Cycle> cycles() {
        return cycles;
    }

    /** GOMAXPROCS as last recorded. */
    int procs() {
        return procs;
    }

    /** GOGC as the goals tell it: by how much they grow with what was marked. 100 where they do not tell. */
    int gogc() {
        if (firstGoal >= NO_GOAL_BYTES) {
            return Pacer.OFF;
        }
        long[] least = null;
        long[] most = null;
        for (long[] pair : markedAndGoal) {
            if (pair[1] >= NO_GOAL_BYTES) {
                return Pacer.OFF;
            }
            least = least == null || pair[0] < least[0] ? pair : least;
            most = most == null || pair[0] > most[0] ? pair : most;
        }
        if (least == null || most[0] - least[0] < most[0] / 10) {
            return GcSettings.DEFAULT_GOGC;
        }
        long percent = Math.round(100.0 * (most[1] - least[1]) / (most[0] - least[0])) - 100;
        return percent >= 1 && percent <= 10_000 ? (int) percent : GcSettings.DEFAULT_GOGC;
    }

    /** Whether some goal lay below what GOGC allows: a memory limit was set. */
    boolean limited() {
        int gogc = gogc();
        for (long[] pair : markedAndGoal) {
            if (gogc > 0 && pair[1] < pair[0] + (pair[0] + rootBytes()) * gogc / 100 * 0.9) {
                return true;
            }
        }
        return false;
    }

    /** Stacks and globals, in bytes: what the goals hold beyond what was marked. 0 where they do not tell. */
    long rootBytes() {
        int gogc = gogc();
        if (gogc <= 0) {
            return 0;
        }
        DoubleArrayList found = new DoubleArrayList();
        for (long[] pair : markedAndGoal) {
            found.add((pair[1] - pair[0]) * 100.0 / gogc - pair[0]);
        }
        if (found.isEmpty() && firstGoal > 0) {
            found.add(firstGoal * 100.0 / gogc - 2.0 * Math.min(snapshotBytes, firstGoal / 2));
        }
        return (long) Math.max(0, median(found));
    }

    /** What the last collection before the trace had left alive, as the first goal tells. */
    long markedBefore() {
        int gogc = gogc();
        return gogc <= 0 || firstGoal < 0 ? 0 : Math.max(0, (firstGoal * 100 - rootBytes() * gogc) / (100 + gogc));
    }

    /** Bytes that the program allocates in a nanosecond of its own, about a time: what it did before the next recorded mark. */
    double allocBytesPerNano(long nanos) {
        double rate = 0;
        for (int i = 0; i < cycles.size(); i++) {
            double before = allocBytesPerNano(i);
            rate = before > 0 ? before : rate;
            if (rate > 0 && nanos <= cycles.get(i).endNanos) {
                break;
            }
        }
        return rate;
    }

    /** Bytes allocated in a nanosecond between a cycle's beginning and the end of the one before it. */
    private double allocBytesPerNano(int cycle) {
        Cycle c = cycles.get(cycle);
        long since = cycle == 0 ? 0 : cycles.get(cycle - 1).endNanos;
        return (double) (c.liveAtBegin - c.liveBefore) / Math.max(1, c.beginNanos - since);
    }

    /**
     * Processor time that marking a byte takes about a time, in nanoseconds: the next recorded mark's, but for the time in
     * which the program allocated meanwhile, slower than before. What lies far off what is usual in this trace
     * (the machine did something else) counts as half or twice as much as usual. 0 where no cycle tells.
     */
    double markNanosPerByte(long nanos) {
        double usual = markNanosPerByte();
        double found = usual;
        for (int i = 0; i < cycles.size(); i++) {
            double told = markNanosPerByte(i);
            found = told > 0 ? told : found;
            if (told > 0 && nanos <= cycles.get(i).endNanos) {
                break;
            }
        }
        return Math.min(2 * usual, Math.max(usual / 2, found));
    }

    /** The same as is usual in this trace. */
    double markNanosPerByte() {
        DoubleArrayList found = new DoubleArrayList();
        for (int i = 0; i < cycles.size(); i++) {
            double told = markNanosPerByte(i);
            if (told > 0) {
                found.add(told);
            }
        }
        return median(found);
    }

    /** Bytes usually allocated in the processor time in which the collector reads one. */
    double allocPerScannedByte() {
        DoubleArrayList found = new DoubleArrayList();
        for (int i = 0; i < cycles.size(); i++) {
            double told = markNanosPerByte(i);
            if (told > 0) {
                found.add(told * allocBytesPerNano(i));
            }
        }
        return median(found);
    }

    private double markNanosPerByte(int cycle) {
        Cycle c = cycles.get(cycle);
        double before = allocBytesPerNano(cycle);
        double nanos = Math.max(1, c.endNanos - c.beginNanos);
        if (before <= 0 || c.liveAtEnd < c.liveAtBegin || c.marked <= 0) {
            return 0;
        }
        double pace = procs == 1 ? before * MarkPhase.PACE_WHILE_MARKING : before;
        // A program that waits for other things than the processor is not the slower for the collector's quarter.
        double share = Math.min(
                procs == 1 ? 1 - MarkPhase.BACKGROUND_SHARE : 0.95, (c.liveAtEnd - c.liveAtBegin) / nanos / pace);
        return nanos * (1 - share) / (c.marked + rootBytes());
    }

    /** How long a mark takes at most, in nanoseconds for each byte that it reads; 0 where no cycle tells. */
    double longestMarkNanosPerByte() {
        double most = 0;
        for (Cycle c : cycles) {
            most = Math.max(most, (double) (c.endNanos - c.beginNanos) / Math.max(1, c.marked + rootBytes()));
        }
        return most;
    }

    private static double median(DoubleArrayList of) {
        if (of.isEmpty()) {
            return 0;
        }
        double[] sorted = of.toDoubleArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
