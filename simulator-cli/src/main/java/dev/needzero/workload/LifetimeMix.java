package dev.needzero.workload;

/**
 * Lifetimes with weights, counted in allocations: {@code exp:1000}, {@code fixed:100}, {@code uniform:10-1000},
 * {@code pareto:10:1.2} (least, then shape), {@code forever}; several with weights as in {@code exp:100@95,forever@5}.
 */
final class LifetimeMix {
    /** A lifetime that no trace outlasts. */
    static final long FOREVER = Long.MAX_VALUE;

    /** The exponential law's quantiles, at steps of one in this many. */
    private static final int QUANTILES = 4096;

    private static final double[] EXPONENTIAL = new double[QUANTILES];
    private static final double MAX_LIFETIME = 1e15;

    static {
        for (int i = 0; i < QUANTILES; i++) {
            EXPONENTIAL[i] = -StrictMath.log(1 - (double) i / QUANTILES);
        }
    }

    private enum Law {
        EXP,
        FIXED,
        UNIFORM,
        PARETO,
        FOREVER
    }

    private final Law[] laws;
    /** Mean; value; least; least. */
    private final double[] first;
    /** Unused; unused; greatest; one over the shape. */
    private final double[] second;

    private final AliasTable table;

    private LifetimeMix(Law[] laws, double[] first, double[] second, double[] weights) {
        this.laws = laws;
        this.first = first;
        this.second = second;
        table = new AliasTable(weights);
    }

    static LifetimeMix parse(String text) {
        String[] entries = text.split(",", -1);
        Law[] laws = new Law[entries.length];
        double[] first = new double[entries.length];
        double[] second = new double[entries.length];
        double[] weights = new double[entries.length];
        double sum = 0;
        for (int i = 0; i < entries.length; i++) {
            int at = entries[i].indexOf('@');
            weights[i] = at < 0 ? 1 : Weights.parse("life", entries[i], entries[i].substring(at + 1));
            sum += weights[i];
            String[] words = (at < 0 ? entries[i] : entries[i].substring(0, at)).split("[:-]", -1);
            laws[i] = law(words, entries[i]);
            first[i] = words.length > 1 ? number(words[1], entries[i]) : 0;
            second[i] = words.length > 2 ? number(words[2], entries[i]) : 0;
            if (laws[i] == Law.PARETO) {
                second[i] = 1 / second[i];
            }
            if (laws[i] == Law.UNIFORM && second[i] < first[i]) {
                throw wrong(entries[i], null);
            }
        }
        if (sum <= 0) {
            throw new IllegalArgumentException("life: the weights are all 0");
        }
        return new LifetimeMix(laws, first, second, weights);
    }

    private static Law law(String[] words, String entry) {
        Law law = switch (words[0] + words.length) {
            case "exp2" -> Law.EXP;
            case "fixed2" -> Law.FIXED;
            case "uniform3" -> Law.UNIFORM;
            case "pareto3" -> Law.PARETO;
            case "forever1" -> Law.FOREVER;
            default -> null;
        };
        if (law == null) {
            throw wrong(entry, null);
        }
        return law;
    }

    private static double number(String text, String entry) {
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && value <= MAX_LIFETIME) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(entry, e);
        }
        throw wrong(entry, null);
    }

    private static IllegalArgumentException wrong(String entry, Exception cause) {
        return new IllegalArgumentException(
                "life: \"" + entry
                        + "\" is not a lifetime (expected exp:MEAN, fixed:N, uniform:FROM-TO, pareto:LEAST:SHAPE"
                        + " or forever, counted in allocations, with @WEIGHT where there are several)",
                cause);
    }

    /** How many allocations on an object dies, at least 1; or {@link #FOREVER}. */
    long draw(Rng rng) {
        int i = table.draw(rng);
        double life = switch (laws[i]) {
            case EXP -> first[i] * exponential(rng);
            case FIXED -> first[i];
            case UNIFORM -> first[i] + rng.unit() * (second[i] - first[i] + 1);
            case PARETO -> first[i] * StrictMath.pow(1 - rng.unit(), -second[i]);
            case FOREVER -> Double.MAX_VALUE;
        };
        return life > MAX_LIFETIME ? FOREVER : Math.max(1, (long) life);
    }

    /**
     * Exponential with mean 1, between quantiles by a straight line. What lies beyond the last quantile is that quantile
     * and another draw: the exponential law has no memory.
     */
    private static double exponential(Rng rng) {
        double beyond = 0;
        while (true) {
            long bits = rng.next();
            int i = (int) (bits >>> Long.SIZE - 12);
            if (i < QUANTILES - 1) {
                double part = (bits & 0xffffffffL) * 0x1p-32;
                return beyond + EXPONENTIAL[i] + part * (EXPONENTIAL[i + 1] - EXPONENTIAL[i]);
            }
            beyond += EXPONENTIAL[QUANTILES - 1];
        }
    }
}
