package dev.needzero.units;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte counts as people write them: {@code 64KiB}, {@code 1.5GiB}, {@code 4096}, {@code 1B}. Powers of two only. */
public final class ByteSize {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(B|KiB|MiB|GiB|TiB)?");

    private ByteSize() {}

    /**
     * Reads a byte count.
     *
     * @throws IllegalArgumentException with what was expected
     */
    public static long parse(String text) {
        return bytes(text, RoundingMode.UNNECESSARY);
    }

    /**
     * Reads an amount that was read off somewhere, as in {@code 1.33GiB}, to the nearest byte.
     *
     * @throws IllegalArgumentException with what was expected
     */
    public static long parseRounded(String text) {
        return bytes(text, RoundingMode.HALF_UP);
    }

    private static long bytes(String text, RoundingMode rounding) {
        Matcher m = FORM.matcher(text.trim());
        if (!m.matches()) {
            throw new IllegalArgumentException("size \"" + text
                    + "\" is not a byte count (expected a whole number, or a unit as in 16KiB: B, KiB, MiB, GiB, TiB)");
        }
        int power = 0;
        for (int u = 0; u < UNITS.length; u++) {
            if (UNITS[u].equals(m.group(2))) {
                power = u;
            }
        }
        try {
            return new BigDecimal(m.group(1))
                    .multiply(BigDecimal.valueOf(1L << 10 * power))
                    .setScale(0, rounding)
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("size \"" + text + "\" is not a whole number of bytes below 8 EiB");
        }
    }

    /** Three figures and a unit: {@code 1.04 GiB}, {@code 588 KiB}. */
    public static String format(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        int decimals = unit == 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        // As a format string would have it; but the first of those in a process takes longer than replaying 100,000
        // events.
        return BigDecimal.valueOf(value)
                        .setScale(decimals, RoundingMode.HALF_UP)
                        .toPlainString() + " " + UNITS[unit];
    }
}
