package dev.needzero.gc;

/**
 * When a collection begins and how large the heap may grow until then. All in bytes; the trigger and the goal are measured
 * as Go's heapLive is.
 *
 * <p>At each mark termination {@link #commit} takes what was found alive and says:
 *
 * <pre>
 *   marked            lower        trigger   upper  goal
 *     |-----------------|------------|---------|-----|
 *                    7/10                   19/20
 * </pre>
 *
 * <p>The runway is what the program is expected to allocate while the next collection marks; the trigger lies that far below
 * the goal, within the bounds. A memory limit sets a goal of its own, and the lower of the two holds.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code gcControllerState}; {@code go-runtime-model.md} §7.1. The goal does not move
 * while a cycle runs.
 */
public final class Pacer {
    /** {@code GOGC=off}. */
    public static final int OFF = -1;

    /** The goal when nothing limits the heap: GOGC off and no memory limit. */
    private static final long NO_GOAL_BYTES = Long.MAX_VALUE;

    private static final long HEAP_MINIMUM_BYTES = 4L << 20;
    private static final long SWEEP_DISTANCE_BYTES = 1L << 20;
    private static final int LOWER_64THS = 45;
    private static final int UPPER_64THS = 61;

    private final int gogc;
    private final MemoryLimit limit;
    private final long rootBytes;
    private long goalBytes;
    private long triggerBytes;

    /**
     * @param gogc percentage of growth, as in {@code GOGC}; {@link #OFF} for none
     * @param limit what {@code GOMEMLIMIT} says
     * @param rootBytes stacks and globals, which the collector reads beside the heap and which the goal counts
     * @throws IllegalArgumentException for another negative number
     */
    public Pacer(int gogc, MemoryLimit limit, long rootBytes) {
        if (gogc < 0 && gogc != OFF) {
            throw new IllegalArgumentException("GOGC=" + gogc + ": expected a percentage of 0 or more, or off");
        }
        this.gogc = gogc;
        this.limit = limit;
        this.rootBytes = rootBytes;
        commit(0, 0);
    }

    /** No memory limit, nothing to read but the heap. */
    public Pacer(int gogc) {
        this(gogc, MemoryLimit.NONE, 0);
    }

    /**
     * A collection found this much alive.
     *
     * @param runwayBytes what the program is expected to allocate while the next one marks
     */
    public void commit(long markedBytes, long runwayBytes) {
        long sweepTrigger = markedBytes == 0 ? 0 : markedBytes + SWEEP_DISTANCE_BYTES;
        long goal = gogcGoal(markedBytes);
        long limitGoal = limit.goalBytes(markedBytes);
        long lowest = sweepTrigger;
        if (limitGoal < goal) {
            goal = limitGoal;
            lowest = 0;
        } else if (goal != NO_GOAL_BYTES) {
            goal = Math.max(goal, sweepTrigger);
        }
        goalBytes = goal;
        triggerBytes = goal == NO_GOAL_BYTES ? goal : trigger(markedBytes, goal, lowest, runwayBytes);
    }

    private long gogcGoal(long markedBytes) {
        if (gogc == OFF) {
            return NO_GOAL_BYTES;
        }
        return Math.max(markedBytes + (markedBytes + rootBytes) * gogc / 100, HEAP_MINIMUM_BYTES * gogc / 100);
    }

    private static long trigger(long markedBytes, long goal, long lowest, long runwayBytes) {
        if (markedBytes >= goal) {
            return goal;
        }
        long step = (goal - markedBytes) / 64;
        long lower = Math.max(lowest, markedBytes + step * LOWER_64THS);
        long upper = markedBytes + step * UPPER_64THS;
        if (goal > HEAP_MINIMUM_BYTES) {
            upper = Math.max(upper, goal - HEAP_MINIMUM_BYTES);
        }
        upper = Math.max(upper, lower);
        return Math.min(upper, Math.max(lower, runwayBytes > goal ? lower : goal - runwayBytes));
    }

    public long goalBytes() {
        return goalBytes;
    }

    public long triggerBytes() {
        return triggerBytes;
    }

    /** Stacks and globals, as the goal counts them. */
    public long rootBytes() {
        return rootBytes;
    }

    /** Whether a heap of this much, counted as Go's heapLive, starts a collection. */
    public boolean triggers(long heapLiveBytes) {
        return heapLiveBytes >= triggerBytes;
    }
}
