package dev.needzero.experiment;

import dev.needzero.gc.Pacer;
import java.util.Locale;

/**
 * Who collects garbage, and under which settings.
 *
 * @param simulated the twin's own collector decides, not the recorded one
 * @param gogc {@code GOGC} as a percentage, {@link Pacer#OFF}, or {@link #AS_RECORDED}
 * @param memoryLimitBytes {@code GOMEMLIMIT}; {@link Long#MAX_VALUE} for none
 * @param freeOsMemoryEveryNanos how often the program calls debug.FreeOSMemory, by the trace's clock; 0 for never
 * @param procs number of Ps ({@code GOMAXPROCS}); 0 for as many as recorded
 * @param deaths when objects are taken to have died
 * @param trace where the trace is read a first time for what becomes of its objects; null where it need not be
 * @param timings how many runs are tried that differ by the chance moments of the collector's turns; the one whose resident
 *     memory at the end is the middle one counts. 1: one alone, by the medians
 * @param timing the run chosen among them
 */
public record GcSettings(
        boolean simulated,
        int gogc,
        long memoryLimitBytes,
        long freeOsMemoryEveryNanos,
        int procs,
        Death deaths,
        String trace,
        int timings,
        Timing timing) {
    /** How many timings are tried if nothing else is said: enough for a median. */
    public static final int TIMINGS = 9;

    /** GOGC as the recording's goals tell it, else 100. */
    public static final int AS_RECORDED = -2;

    /** The recorded collector; where there is none, the twin's own at GOGC=100. */
    public static final GcSettings RECORDED =
            new GcSettings(false, AS_RECORDED, Long.MAX_VALUE, 0, 0, Death.EVEN, null, 1, Timing.MEDIANS);

    static final int DEFAULT_GOGC = 100;

    /** When, between the last mark that an object survived and the one that found it dead, it is taken to have died. */
    public enum Death {
        /** Just before the mark that found it dead. */
        LATE,
        /** Right after its birth, or after the last mark that it survived. */
        EARLY,
        /** One after another in the order of birth, evenly over the time between the two marks. */
        EVEN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The twin's own collector, as recorded otherwise. */
    public static GcSettings simulated(String trace) {
        return new GcSettings(true, AS_RECORDED, Long.MAX_VALUE, 0, 0, Death.EVEN, trace, TIMINGS, Timing.MEDIANS);
    }

    /** The same with one timing. */
    GcSettings with(Timing one) {
        return new GcSettings(simulated, gogc, memoryLimitBytes, freeOsMemoryEveryNanos, procs, deaths, trace, 1, one);
    }

    /**
     * One run among several that differ by chance.
     *
     * @param number it draws by this; 0: by the medians
     * @param among how many were tried
     * @param leastRssBytes the least resident memory that one of them ended with
     * @param mostRssBytes the most
     */
    public record Timing(int number, int among, long leastRssBytes, long mostRssBytes) {
        public static final Timing MEDIANS = new Timing(0, 1, 0, 0);

        /** One of its own. */
        static Timing of(int number) {
            return new Timing(number, 1, 0, 0);
        }
    }
}
