package dev.needzero.gc;

/**
 * How much the recorded background scavenger got done in its runs, as far as their lengths tell. It works in steps for a
 * millisecond, unless it reaches its goal before that; so
 *
 * <ul>
 *   <li>a full run is longer than a millisecond by half of its last step in the mean, which hints at what steps take;
 *   <li>a run cut short has reached the goal: how much there was to give back on the way is known then, and how long it took.
 * </ul>
 *
 * <p>Speeds are relative to {@link ReleaseCost}: 1.2 takes 1.2 times as long.
 */
final class ScavengePace {
    /** The scavenger works for this long before it sleeps, unless it runs out of work. */
    static final long FULL_RUN_NANOS = 1_000_000;
    /** A run is longer than that if it gave anything back; else it was woken too early and went to sleep again. */
    private static final long SHORTEST_RUN_NANOS = 5000;
    /** What is beyond that is too long for a last step, even of a huge page: the thread did not run, and the clock went on. */
    private static final long GREATEST_EXCESS_NANOS = 150_000;
    /** What counts of an excess at most: the machine did something else in the meantime. */
    private static final double EXCESS_CAP_NANOS = 40_000;
    /** Of a run, what is not spent on steps. */
    private static final double AROUND_NANOS = 6000;
    /** How much the usual speed weighs against runs that reached their goal: as much as this long on the way. */
    private static final double USUAL_NANOS = 5e6;

    // Variances, as shares of the speed: of machines; of an excess as a hint, for one run and for ever so many.
    private static final double MACHINE_VARIANCE = 0.05;
    private static final double EXCESS_VARIANCE = 1.0 / 3;
    private static final double HINT_VARIANCE = 0.1;
    /** Later runs tell more of what is now. */
    private static final double KEPT_A_RUN = 0.95;

    private static final double KEPT_A_WAY = 0.5;

    private double runs;
    private double excessNanos;
    private double halfStepNanos;

    private double seenNanos;
    private double seenUsualNanos;

    // Since the scavenger last had a goal to reach.
    private int fullRuns;
    private boolean stalled;
    private double wayNanos;
    private double wayUsualNanos;

    /** Whether a run was too short for one madvise, though it slept on and did not wait to be woken. */
    static boolean isTooShort(long nanos) {
        return nanos > 0 && nanos < SHORTEST_RUN_NANOS;
    }

    /** How long a run of this length worked, as far as is known. */
    static long workedNanos(long nanos) {
        // A thread that did not run for a while began its last step at any time before that.
        return nanos < FULL_RUN_NANOS ? nanos : isStall(nanos) ? FULL_RUN_NANOS / 2 : FULL_RUN_NANOS;
    }

    /** The same at the usual speed. */
    double usualNanos(long nanos) {
        return workedNanos(nanos) / speed();
    }

    private static boolean isStall(long nanos) {
        return nanos > FULL_RUN_NANOS + GREATEST_EXCESS_NANOS;
    }

    private double speed() {
        double prior = 1;
        if (runs > 0 && halfStepNanos > 0) {
            double hint = Math.max(0.3, Math.min(3, (excessNanos - runs * AROUND_NANOS) / halfStepNanos));
            double weight = 1 / (EXCESS_VARIANCE / runs + HINT_VARIANCE);
            prior = (1 / MACHINE_VARIANCE + weight * hint) / (1 / MACHINE_VARIANCE + weight);
        }
        return (USUAL_NANOS * prior + seenNanos) / (USUAL_NANOS + seenUsualNanos);
    }

    /** Whether full runs have brought it nearer to a goal that it had not reached when it last slept. */
    boolean onTheWay() {
        return fullRuns > 0;
    }

    /**
     * A run is over.
     *
     * @param usualNanos what the twin's part in it takes at the usual speed
     * @param lastStepUsualNanos the same of its last step
     */
    void ran(long nanos, double usualNanos, double lastStepUsualNanos) {
        boolean full = nanos >= FULL_RUN_NANOS;
        stalled |= isStall(nanos);
        fullRuns += full ? 1 : 0;
        wayNanos += Math.max(0, nanos - AROUND_NANOS);
        wayUsualNanos += usualNanos;
        if (full && !isStall(nanos) && lastStepUsualNanos > 0) {
            runs = runs * KEPT_A_RUN + 1;
            excessNanos = excessNanos * KEPT_A_RUN + Math.min(nanos - FULL_RUN_NANOS, EXCESS_CAP_NANOS);
            halfStepNanos = halfStepNanos * KEPT_A_RUN + lastStepUsualNanos / 2;
        }
    }

    /** The goal is reached. */
    void arrived() {
        if (fullRuns > 0 && !stalled && wayUsualNanos > 0) {
            seenNanos = seenNanos * KEPT_A_WAY + wayNanos;
            seenUsualNanos = seenUsualNanos * KEPT_A_WAY + wayUsualNanos;
        }
        newGoal();
    }

    /** There is another goal. */
    void newGoal() {
        fullRuns = 0;
        stalled = false;
        wayNanos = 0;
        wayUsualNanos = 0;
    }
}
