package dev.needzero.experiment;

import dev.needzero.gc.Pacer;
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
    private int[] foundDead = new int[16];
    private int ended;
    private int reason;
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
        if (marks > 0 && (marks < BEFORE || ended == 0)) {
            marksToLive.get(object >>> CHUNK_SHIFT)[object & CHUNK - 1] = (short) marks;
            foundDead[ended]++;
        }
    }

    private void begin(int why, long nanos) {
        addBegin(ordinal);
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
        if (ended == foundDead.length) {
            foundDead = Arrays.copyOf(foundDead, ended * 2);
        }
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

    /** How many objects a recorded mark found dead. */
    int foundDead(int mark) {
        return mark < foundDead.length ? foundDead[mark] : 0;
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

    /**
     * What the program allocates while a collector with as much processor time reads one byte: in each recorded cycle from
     * how fast it allocated before, how slowly while marking, and how long that took. 0 where no cycle tells.
     */
    double allocPerScannedByte() {
        DoubleArrayList found = new DoubleArrayList();
        long since = 0;
        for (Cycle c : cycles) {
            double before = (double) (c.liveAtBegin - c.liveBefore) / Math.max(1, c.beginNanos - since);
            double nanos = Math.max(1, c.endNanos - c.beginNanos);
            since = c.endNanos;
            if (before <= 0 || c.liveAtEnd < c.liveAtBegin || c.marked <= 0) {
                continue;
            }
            double share = Math.min(0.95, (c.liveAtEnd - c.liveAtBegin) / nanos / before);
            found.add(before * nanos * (1 - share) / (c.marked + rootBytes()));
        }
        return Math.max(0, median(found));
    }

    /** How long a mark takes at most, in nanoseconds for each byte that it reads; 0 where no cycle tells. */
    double markNanosPerByte() {
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
