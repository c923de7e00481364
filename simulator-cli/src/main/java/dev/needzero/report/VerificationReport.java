package dev.needzero.report;

import dev.needzero.experiment.Placement;
import dev.needzero.experiment.Verification;
import dev.needzero.units.ByteSize;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What {@code verify} says: where twin and reality agree, and where they part. */
public final class VerificationReport {
    private static final int METRICS_SHOWN = 20;

    private final Verification result;

    public VerificationReport(Verification result) {
        this.result = result;
    }

    public void print(PrintWriter out) {
        out.print(String.format(
                        Locale.ROOT,
                        "%s under Go %s: %,d events in %.2f s%n",
                        result.trace(),
                        result.behaviours(),
                        result.events(),
                        result.seconds())
                .replace("\r\n", "\n"));
        if (result.sameRun()) {
            placement(out);
        } else {
            out.print(
                    "another run's truth: resident and mapped memory are compared; addresses and single pages are its own\n");
        }
        if (result.replay().inferredLimitBytes() >= 0) {
            out.print("memory limit inferred            about "
                    + ByteSize.format(result.replay().inferredLimitBytes())
                    + ": the heap goals leave the same beside all else, however much is alive\n");
        }
        out.print("\n");
        checkpoints(out);
        out.print("\n");
        metrics(out);
        if (result.replay().checks() > 0) {
            out.print("Note: the twin was held against its laws "
                    + result.replay().checks() + " times; they held.\n");
        }
        for (String warning : result.warnings()) {
            out.print("Note: " + warning + ".\n");
        }
    }

    private void placement(PrintWriter out) {
        Placement p = result.replay().placement();
        out.print("spans at the recorded address    " + share(p.spansSame(), p.spans()) + "\n");
        out.print("objects at the recorded address  " + share(p.objectsSame(), p.objects()) + "\n");
        out.print("first difference                 "
                + Objects.requireNonNullElse(p.firstDifference(), "none: every address is the recorded one") + "\n");
        if (p.inferredSpans() > 0) {
            out.print("inferred                         " + p.inferredSpans()
                    + " stack span(s): allocations that the tracer lost, seen by the pages passed over\n");
        }
        out.print("initial state                    the trace's snapshot, and the truth's line \"start\"\n");
    }

    private static String share(long same, long all) {
        return String.format(Locale.ROOT, "%,d of %,d (%s)", same, all, percent(same, all));
    }

    /** Rounded down, so that 100 % means all. */
    static String percent(long part, long all) {
        double percent = all == 0 ? 100 : Math.floor(100_000.0 * part / all) / 1000;
        return String.format(Locale.ROOT, "%.3f %%", percent);
    }

    private void checkpoints(PrintWriter out) {
        Table table = new Table();
        table.row(
                "checkpoint", "RSS", "really", "off by", "mapped", "really", "pages that agree", "too many", "missing");
        for (Verification.Row row : result.rows()) {
            boolean pages = row.heapPages() >= 0;
            long wrong = row.heapPages() - row.agreeingPages();
            long surplus = row.residentPages() - row.truthResidentPages();
            table.row(
                    row.twin().number() + " " + row.twin().name(),
                    ByteSize.format(row.twin().rssBytes()),
                    ByteSize.format(row.truth().rssBytes()),
                    signed(
                            row.twin().rssBytes() - row.truth().rssBytes(),
                            row.truth().rssBytes()),
                    ByteSize.format(row.twin().mappedBytes()),
                    ByteSize.format(row.truth().mappedBytes()),
                    pages ? percent(row.agreeingPages(), row.heapPages()) : "-",
                    pages ? Long.toString((wrong + surplus) / 2) : "-",
                    pages ? Long.toString((wrong - surplus) / 2) : "-");
        }
        table.print(out);
    }

    private static String signed(long bytes, long of) {
        if (bytes == 0) {
            return "0";
        }
        return String.format(
                Locale.ROOT, "%s%s (%+.2f %%)", bytes > 0 ? "+" : "", ByteSize.format(bytes), 100.0 * bytes / of);
    }

    private void metrics(PrintWriter out) {
        List<String[]> differing = new ArrayList<>();
        long compared = 0;
        for (Verification.Row row : result.rows()) {
            for (String name : row.commonMetrics()) {
                compared++;
                long twin = row.twin().metrics().get(name);
                long truth = row.truth().metrics().get(name);
                if (twin != truth) {
                    differing.add(new String[] {
                        row.twin().number() + " " + row.twin().name(),
                        name,
                        Long.toString(twin),
                        Long.toString(truth),
                        String.format(Locale.ROOT, "%+d", twin - truth)
                    });
                }
            }
        }
        if (differing.isEmpty()) {
            out.print("metrics: all " + compared + " values equal\n");
            return;
        }
        out.print("metrics: " + (compared - differing.size()) + " of " + compared + " values equal; these differ\n");
        Table table = new Table();
        table.row("checkpoint", "metric", "twin", "really", "off by");
        differing.stream().limit(METRICS_SHOWN).forEach(table::row);
        table.print(out);
        if (differing.size() > METRICS_SHOWN) {
            out.print("and " + (differing.size() - METRICS_SHOWN) + " more (--json has them all)\n");
        }
    }
}
