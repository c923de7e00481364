package dev.needzero.trace;

/**
 * How far a compressed input may inflate before it is taken for a bomb: a small file that unpacks to something that
 * fills memory or never ends. Real traces inflate 3 to 20 times.
 *
 * @param ratio inflated bytes per stored byte; looked at only beyond {@link #FREE_BYTES}
 * @param inflatedBytes inflated bytes in all
 */
public record InflationLimit(long ratio, long inflatedBytes) {
    /** The first bytes are not held against the ratio, so that a short and very regular trace passes. */
    public static final long FREE_BYTES = 64L << 20;

    public static final InflationLimit DEFAULT = new InflationLimit(250, 1L << 40);
    /** System property; {@code unbounded} lifts the limit. */
    public static final String PROPERTY = "needzero.inflate";

    public static final InflationLimit NONE = new InflationLimit(Long.MAX_VALUE, Long.MAX_VALUE);

    /** The default, unless the system property lifts it. */
    public static InflationLimit current() {
        return "unbounded".equals(System.getProperty(PROPERTY)) ? NONE : DEFAULT;
    }

    /** What is wrong with this much inflation, or null if nothing. */
    public String objection(long stored, long inflated) {
        if (inflated > inflatedBytes) {
            return "inflates to more than " + inflatedBytes + " bytes";
        }
        if (inflated > FREE_BYTES && inflated / Math.max(1, stored) >= ratio) {
            return stored + " bytes inflate to " + inflated + " and more (more than " + ratio + " times)";
        }
        return null;
    }
}
