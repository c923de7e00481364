package dev.needzero.experiment.history;

import java.util.Locale;

/**
 * A ratio as it was observed when the story happened, and how far it was spread.
 *
 * @param low the least ratio that fits what was observed; NaN when nobody measured one
 * @param high the greatest
 * @param text what was measured, in its own units
 * @param source who told it
 */
public record Observed(double low, double high, String text, String source) {
    /** A ratio that was told as a range, or follows from figures that bound it. */
    static Observed range(double low, double high, String text, String source) {
        return new Observed(low, high, text, source);
    }

    /** The ratio of two means over several runs: one standard deviation of each, carried over to the ratio. */
    static Observed means(double above, double aboveDeviation, double below, double belowDeviation, String source) {
        double ratio = above / below;
        double spread = ratio * Math.hypot(aboveDeviation / above, belowDeviation / below);
        return new Observed(
                ratio - spread,
                ratio + spread,
                String.format(
                        Locale.ROOT,
                        "%.1f ± %.1f MiB to %.1f ± %.1f MiB",
                        above,
                        aboveDeviation,
                        below,
                        belowDeviation),
                source);
    }

    /** Nobody measured it. */
    static Observed nothing(String text, String source) {
        return new Observed(Double.NaN, Double.NaN, text, source);
    }

    public boolean measured() {
        return !Double.isNaN(low);
    }

    boolean holds(double ratio) {
        return ratio >= low && ratio <= high;
    }
}
