package dev.needzero.report;

import dev.needzero.report.ReportData.Run;
import java.util.List;
import java.util.Locale;

/** A report's first sentences: how the runs differ in resident memory, and whether Go itself would have noticed. */
final class Headline {
    private Headline() {}

    static String of(ReportData data) {
        List<Run> runs = data.runs();
        Run first = runs.get(0);
        if (runs.size() == 1) {
            return first.label() + " peaks at " + bytes(peak(first.samples().rssBytes())) + " resident and ends at "
                    + bytes(last(first.samples().rssBytes())) + ".";
        }
        Run most = runs.stream()
                .skip(1)
                .max((a, b) -> Long.compare(Math.abs(gap(first, a)), Math.abs(gap(first, b))))
                .orElseThrow();
        long base = last(first.samples().rssBytes());
        long end = last(most.samples().rssBytes());
        long goBase = last(first.samples().goHeapBytes());
        long goEnd = last(most.samples().goHeapBytes());
        return most.label() + " ends with " + bytes(end) + " resident, " + difference(base, end) + " " + first.label()
                + " (" + bytes(base) + "). Go's own metrics put the two " + percent(goBase, goEnd) + " apart ("
                + bytes(goEnd) + " and " + bytes(goBase) + ").";
    }

    private static long gap(Run first, Run other) {
        return last(other.samples().rssBytes()) - last(first.samples().rssBytes());
    }

    private static String difference(long was, long is) {
        if (was == 0) {
            return is == 0 ? "the same as" : "more than";
        }
        if (was == is) {
            return "the same as";
        }
        return percent(was, is) + (is > was ? " more" : " less") + " than";
    }

    private static String percent(long was, long is) {
        double share = was == 0 ? 0 : Math.abs(100.0 * (is - was) / was);
        return String.format(Locale.ROOT, "%.1f%%", share);
    }

    private static long peak(long[] values) {
        long peak = 0;
        for (long value : values) {
            peak = Math.max(peak, value);
        }
        return peak;
    }

    private static long last(long[] values) {
        return values.length == 0 ? 0 : values[values.length - 1];
    }

    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
