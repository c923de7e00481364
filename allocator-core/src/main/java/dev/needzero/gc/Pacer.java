package dev.needzero.gc;

/**
 * When a collection begins and how large the heap may grow until then, from what the last one found alive.
 *
 * <p>Go: {@code runtime/mgcpacer.go}, {@code gcControllerState}; {@code go-runtime-model.md} §7.1. Simplified: marking
 * takes no time, so the trigger is its upper bound; stacks and globals count nothing; no memory limit.
 */
public final class Pacer {
    /** {@code GOGC=off}. */
    public static final int OFF = -1;

    private static final long HEAP_MINIMUM_BYTES = 4L << 20;
    private static final long SWEEP_DISTANCE_BYTES = 1L << 20;

    private final int gogc;
    private long goalBytes;
    private long triggerBytes;

    /**
     * @param gogc percentage of growth, as in {@code GOGC}; {@link #OFF} for none
     * @throws IllegalArgumentException for another negative number
     */
    public Pacer(int gogc) {
        if (gogc < 0 && gogc != OFF) {
            throw new IllegalArgumentException("GOGC=" + gogc + ": expected a percentage of 0 or more, or off");
        }
        this.gogc = gogc;
        commit(0);
    }

    /** A collection found this much alive. */
    public void commit(long markedBytes) {
        if (gogc == OFF) {
            goalBytes = Long.MAX_VALUE;
            triggerBytes = Long.MAX_VALUE;
            return;
        }
        long sweepTrigger = markedBytes == 0 ? 0 : markedBytes + SWEEP_DISTANCE_BYTES;
        long goal = Math.max(markedBytes + markedBytes * gogc / 100, HEAP_MINIMUM_BYTES * gogc / 100);
        goal = Math.max(goal, sweepTrigger);
        long step = (goal - markedBytes) / 64;
        long lower = Math.max(sweepTrigger, markedBytes + step * 45);
        long upper = markedBytes + step * 61;
        if (goal > HEAP_MINIMUM_BYTES) {
            upper = Math.max(upper, goal - HEAP_MINIMUM_BYTES);
        }
        goalBytes = goal;
        triggerBytes = Math.max(lower, upper);
    }

    public long goalBytes() {
        return goalBytes;
    }

    /** Whether a heap of this much, counted as Go's heapLive, starts a collection. */
    public boolean triggers(long heapLiveBytes) {
        return heapLiveBytes >= triggerBytes;
    }
}
