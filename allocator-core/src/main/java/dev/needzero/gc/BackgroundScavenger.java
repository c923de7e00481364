package dev.needzero.gc;

/**
 * Paces the scavenger where no recording tells when it ran. It works for a millisecond and then sleeps for as long as keeps
 * it at a hundredth of the processors; a proportional-integral controller finds out how long that is, beginning with a
 * second. It is woken when a sweep is over and when a cycle begins, and goes back to wait when there is nothing to do.
 *
 * <p>Go: {@code runtime/mgcscavenge.go}, {@code scavengerState}, {@code piController}; {@code go-runtime-model.md} §6.5. The
 * clock is the trace's; what a step costs is a rough figure of the machine's.
 */
public final class BackgroundScavenger {
    private static final long NOT_SLEEPING = -1;
    private static final double WORK_NANOS = 1e6;
    private static final double SHARE_OF_PROCESSORS = 0.01;

    // The controller: gain, integral and reset time constants, the output's bounds.
    private static final double KP = 0.3375;
    private static final double TI = 3.2e6;
    private static final double TT = 1e9;
    private static final double MIN_RATIO = 0.001;
    private static final double MAX_RATIO = 1000;

    private final Scavenger scavenger;
    private final MemoryLimit limit;
    private final int procs;

    private long wakeNanos = NOT_SLEEPING;
    private double sleepRatio = MIN_RATIO;
    private double integral;
    private double workedNanos;
    private long sleptFromNanos;

    /**
     * @param limit the memory limit that it also works towards
     * @param procs number of Ps, whose time it takes a hundredth of
     */
    public BackgroundScavenger(Scavenger scavenger, MemoryLimit limit, int procs) {
        this.scavenger = scavenger;
        this.limit = limit;
        this.procs = procs;
    }

    /** A sweep is over or a cycle begins. */
    public void wake(long nowNanos) {
        if (wakeNanos == NOT_SLEEPING) {
            work(nowNanos);
        }
    }

    /** The clock has got this far: the scavenger does what it would have done by now. */
    public void advance(long nowNanos) {
        while (wakeNanos != NOT_SLEEPING && wakeNanos <= nowNanos) {
            long slept = wakeNanos - sleptFromNanos;
            adjust(slept);
            long at = wakeNanos;
            wakeNanos = NOT_SLEEPING;
            work(at);
        }
    }

    private void work(long nowNanos) {
        workedNanos = 0;
        while (workedNanos < WORK_NANOS && (scavenger.aboveGoal() || limit.wantsBackground())) {
            double before = scavenger.nanos();
            long step = scavenger.step();
            workedNanos += scavenger.nanos() - before;
            if (step < Scavenger.STEP_BYTES) {
                break;
            }
        }
        if (workedNanos == 0) {
            return; // waits until it is woken
        }
        sleptFromNanos = nowNanos + (long) workedNanos;
        wakeNanos = sleptFromNanos + (long) (workedNanos / sleepRatio);
    }

    /** Every term is finite, for something was done before it slept: Go's way out of a failed controller has no use here. */
    private void adjust(long sleptNanos) {
        double period = sleptNanos + workedNanos;
        double error = SHARE_OF_PROCESSORS - workedNanos / (period * procs);
        double raw = KP * error + integral;
        double output = Math.max(MIN_RATIO, Math.min(MAX_RATIO, raw));
        integral += KP * period / TI * error + period / TT * (output - raw);
        sleepRatio = output;
    }
}
