package dev.needzero.report;

import dev.needzero.experiment.Histogram;
import dev.needzero.units.ByteSize;
import java.util.Locale;
import java.util.function.LongFunction;

/** A histogram in characters: a line a bucket, the longest bar for the fullest one; one line for many empty ones. */
final class Bars {
    private static final int WIDTH = 32;
    /** One to eight eighths of a character. */
    private static final String EIGHTHS = "▏▎▍▌▋▊▉█";

    private Bars() {}

    /**
     * Adds a line a bucket: from where it counts, its bar, its count and share, the bytes behind it.
     *
     * @param from how a bucket's first value is written
     */
    static void add(Table table, Histogram histogram, LongFunction<String> from) {
        long most = 1;
        for (int b = histogram.lowest(); b <= histogram.highest(); b++) {
            most = Math.max(most, histogram.count(b));
        }
        for (int b = histogram.lowest(); b <= histogram.highest(); b++) {
            long n = histogram.count(b);
            if (n == 0 && histogram.count(b - 1) == 0) {
                continue;
            }
            if (n == 0 && histogram.count(b + 1) == 0) {
                table.row("  …");
                continue;
            }
            table.row(
                    "  " + from.apply(Histogram.from(b)),
                    padded(bar(n, most)),
                    String.format(Locale.ROOT, "%,d", n),
                    String.format(Locale.ROOT, "%.1f %%", 100.0 * n / histogram.count()),
                    ByteSize.format(histogram.weight(b)));
        }
    }

    /** Something is never drawn as nothing. */
    private static String bar(long n, long most) {
        long eighths = n == 0 ? 0 : Math.max(1, Math.round(8.0 * WIDTH * n / most));
        String whole = EIGHTHS.substring(7).repeat((int) (eighths / 8));
        int rest = (int) (eighths % 8);
        return rest == 0 ? whole : whole + EIGHTHS.charAt(rest - 1);
    }

    private static String padded(String bar) {
        return bar + " ".repeat(WIDTH - bar.length());
    }
}
