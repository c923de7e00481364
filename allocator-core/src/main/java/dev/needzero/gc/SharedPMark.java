package dev.needzero.gc;

import java.util.Arrays;

/**
 * A mark phase on a P that program and collector share: there is no worker that marks all the time, so it is the program's
 * assists that mark, and a worker whenever the goroutine's time slice is over.
 *
 * <pre>
 *   |  program: allocates a little, marks 64 KiB, allocates …   | worker |  program, on credit  | program, assisting …
 *   begin                                              slice ends        |
 *                                              worker has had 3/10 of the time
 * </pre>
 *
 * <p>Where in a slice the mark begins decides how much the worker does, and with it how much the program allocates and what
 * the pacer learns. Nothing in a trace tells it, so {@value #PHASES} places are tried, evenly spread. Bytes and nanoseconds.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code startCycle}, {@code revise}; {@code runtime/mgcmark.go}, {@code gcAssistAlloc},
 * {@code pollFractionalWorkerExit}; {@code runtime/proc.go}, {@code sysmon}, {@code retake}.
 */
final class SharedPMark {
    private static final int PHASES = 20;
    /** The monitor looks this often: once to see a goroutine run, and once more to end its slice. */
    private static final double LOOK_NANOS = 10e6;
    /** A worker begins while it had less than this of the time since the mark began … */
    private static final double WORKER_SHARE = MarkPhase.BACKGROUND_SHARE;
    /** … and goes on until it had more than this. */
    private static final double WORKER_STOPS = 1.2 * WORKER_SHARE;
    /** An assist marks at least this much. */
    private static final double ASSIST_BYTES = 64 << 10;

    /** Past the goal a cycle is to end by this much above it. */
    private static final double MOST_OVERSHOOT = 1.1;

    private static final double LEAST_REMAINING_BYTES = 1000;

    private final double workBytes;
    private final double expectedBytes;
    private final double mostBytes;
    private final double beginBytes;
    private final double goalBytes;
    private final double markNanosPerByte;
    private final double allocBytesPerNano;
    private double[] allocated;
    private double[] consMark;

    /**
     * @param workBytes what there is to read
     * @param expectedBytes what there was to read last time
     * @param mostBytes what there would be to read if all objects were alive
     * @param beginBytes the heap as the mark begins
     * @param goalBytes what it shall be when all is marked
     */
    SharedPMark(
            double workBytes,
            double expectedBytes,
            double mostBytes,
            double beginBytes,
            double goalBytes,
            double markNanosPerByte,
            double allocBytesPerNano) {
        this.workBytes = workBytes;
        this.expectedBytes = expectedBytes;
        this.mostBytes = mostBytes;
        this.beginBytes = beginBytes;
        this.goalBytes = goalBytes;
        this.markNanosPerByte = markNanosPerByte;
        this.allocBytesPerNano = allocBytesPerNano;
    }

    /**
     * Marks at every place of a slice.
     *
     * @param youngNanos how long there has been a monitor, for the first cycle, in which the program waits for the workers to
     *     be there and so begins a new slice; negative for others
     */
    void markEverywhere(long youngNanos) {
        allocated = new double[PHASES];
        consMark = new double[PHASES];
        for (int i = 0; i < PHASES; i++) {
            mark(i, firstSliceNanos((i + 0.5) / PHASES, youngNanos));
        }
        Arrays.sort(allocated);
        Arrays.sort(consMark);
    }

    /** Marks at one place, from 0 to 1. */
    void markAt(double place, long youngNanos) {
        allocated = new double[1];
        consMark = new double[1];
        mark(0, firstSliceNanos(place, youngNanos));
    }

    /** A young monitor looks at once, then ever less often: about as often as it doubled its age. */
    private static double firstSliceNanos(double place, long youngNanos) {
        return youngNanos < 0 ? place * 2 * LOOK_NANOS : LOOK_NANOS + place * Math.min(LOOK_NANOS, youngNanos / 2.0);
    }

    private void mark(int phase, double firstSliceNanos) {
        double marked = 0;
        double credit = 0;
        double allocatedBytes = 0;
        double now = 0;
        double assistNanos = 0;
        double workerNanos = 0;
        double sliceEnds = firstSliceNanos;
        while (marked < workBytes) {
            double owedPerByte = owedPerAllocatedByte(marked, allocatedBytes);
            double bytes = Math.min(ASSIST_BYTES / owedPerByte, (sliceEnds - now) * allocBytesPerNano);
            allocatedBytes += bytes;
            now += bytes / allocBytesPerNano;
            double owed = bytes * owedPerByte;
            double paid = Math.min(owed, credit);
            credit -= paid;
            owed = Math.min(owed - paid, workBytes - marked);
            marked += owed;
            assistNanos += owed * markNanosPerByte;
            now += owed * markNanosPerByte;
            if (now >= sliceEnds) {
                if (workerNanos < WORKER_SHARE * now) {
                    double turn = (WORKER_STOPS * now - workerNanos) / (1 - WORKER_STOPS);
                    double byWorker = Math.min(turn / markNanosPerByte, workBytes - marked);
                    marked += byWorker;
                    credit += byWorker;
                    workerNanos += byWorker * markNanosPerByte;
                    now += byWorker * markNanosPerByte;
                }
                sliceEnds += Math.ceil((now - sliceEnds) / LOOK_NANOS + 1e-9) * LOOK_NANOS + LOOK_NANOS;
            }
        }
        allocated[phase] = allocatedBytes;
        consMark[phase] = MarkPhase.consMark(workBytes, allocatedBytes, MarkPhase.BACKGROUND_SHARE + assistNanos / now);
    }

    /** How much has to be marked for a byte to be allocated, so that the heap meets its goal when all is marked. */
    private double owedPerAllocatedByte(double marked, double allocatedBytes) {
        double expected = expectedBytes;
        double goal = goalBytes;
        double live = beginBytes + allocatedBytes;
        if (marked > expected) {
            // More is alive than last time: the goal is put off as if everything were, yet at most to its double.
            goal = Math.min(beginBytes + (goal - beginBytes) / expected * mostBytes, 2 * goal);
            expected = mostBytes;
        }
        if (live > goal) {
            goal *= MOST_OVERSHOOT;
            expected = mostBytes;
        }
        return Math.max(expected - marked, LEAST_REMAINING_BYTES) / Math.max(goal - live, 1);
    }

    /** What the program allocates before all is marked. */
    long allocatedBytes() {
        return (long) allocated[allocated.length / 2];
    }

    /** What the pacer learns, at each place of the slice; ascending. */
    double[] consMark() {
        return consMark;
    }
}
