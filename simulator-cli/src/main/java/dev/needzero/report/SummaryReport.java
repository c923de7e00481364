package dev.needzero.report;

import dev.needzero.experiment.Histogram;
import dev.needzero.experiment.Lifetimes;
import dev.needzero.experiment.TraceSummary;
import dev.needzero.experiment.TraceSummary.Amount;
import dev.needzero.experiment.TraceSummary.TypeUse;
import dev.needzero.trace.Kind;
import dev.needzero.units.ByteSize;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** What {@code info} says of a trace. */
public final class SummaryReport {
    private static final int TYPES_SHOWN = 10;

    private final String trace;
    private final TraceSummary summary;

    public SummaryReport(String trace, TraceSummary summary) {
        this.trace = trace;
        this.summary = summary;
    }

    public void print(PrintWriter out) {
        Table head = new Table().leftAligned();
        head.row("trace", trace);
        head.row(
                "format",
                summary.info().format()
                        + (summary.info().goVersion() == null
                                ? ""
                                : ", recorded by Go " + summary.info().goVersion()));
        head.row(
                "time",
                String.format(Locale.ROOT, "%.3f s", summary.spanNanos() / 1e9) + " on " + summary.procs() + " P"
                        + (summary.procs() == 1 ? "" : "s"));
        head.row("events", count(summary.events()));
        boolean placed = summary.info().placed();
        if (placed) {
            head.row(
                    "at its head",
                    amount(summary.snapshotSpans(), "spans") + ", " + amount(summary.snapshotObjects(), "objects")
                            + ", " + amount(summary.snapshotStacks(), "stacks"));
        }
        head.row("allocated", amount(summary.allocated(), "objects"));
        head.row(
                "live at most",
                ByteSize.format(summary.livePeakBytes()) + (placed ? ", the dead not yet swept included" : ""));
        head.row("never freed", count(summary.lifetimes().survivors()) + " of the objects allocated");
        if (placed) {
            head.row("collections", count(summary.events(Kind.GC_END)));
        }
        head.row("large with pointers", share(summary.largeScan()) + ": these Go 1.24 clears, fresh memory or not");
        head.row("large without", share(summary.largeNoscan()));
        if (summary.largeUnknown().count() > 0) {
            head.row("large, not known", share(summary.largeUnknown()));
        }
        head.row("checkpoints", count(summary.events(Kind.CHECKPOINT)));
        head.print(out);

        out.print("\nevents by kind\n");
        Table kinds = new Table();
        kindCounts().forEach((name, n) -> {
            if (n > 0) {
                kinds.row("  " + name, count(n));
            }
        });
        kinds.print(out);

        printHistograms(out);

        out.print("\ntypes by bytes allocated\n");
        Table types = new Table();
        List<TypeUse> uses = withUntyped();
        for (TypeUse use : uses.subList(0, Math.min(TYPES_SHOWN, uses.size()))) {
            Amount a = use.allocated();
            types.row("  " + shortened(use.name()), ByteSize.format(a.bytes()), count(a.count()));
        }
        types.print(out);
        if (uses.size() > TYPES_SHOWN) {
            out.print("  and " + (uses.size() - TYPES_SHOWN) + " more\n");
        }

        out.print("\nnot in it\n");
        for (String gap : gaps()) {
            out.print("  " + gap + "\n");
        }
    }

    private void printHistograms(PrintWriter out) {
        Lifetimes lives = summary.lifetimes();
        histogram(
                out,
                "objects by size" + (summary.info().placed() ? " of their slot" : "") + ", each line up to the next",
                lives.sizes(),
                ByteSize::format);
        String death = summary.info().exactFrees() ? "" : "; a free is the sweep, at the collection after the death";
        histogram(out, "lifetimes in bytes allocated meanwhile" + death, lives.inBytes(), ByteSize::format);
        if (summary.spanNanos() > 0) {
            histogram(out, "lifetimes in time" + death, lives.inNanos(), SummaryReport::time);
        }
    }

    private static void histogram(PrintWriter out, String title, Histogram histogram, LongFunction<String> from) {
        if (histogram.count() > 0) {
            out.print("\n" + title + "\n");
            Table table = new Table();
            Bars.add(table, histogram, from);
            table.print(out);
        }
    }

    /** Three figures and a unit of time. */
    static String time(long nanos) {
        String[] units = {"ns", "µs", "ms", "s"};
        double value = nanos;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || value >= 100 ? "%.0f %s" : "%.3g %s", value, units[unit]);
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private static String amount(Amount a, String what) {
        return count(a.count()) + " " + what + " (" + ByteSize.format(a.bytes()) + ")";
    }

    private String share(Amount a) {
        double percent = summary.allocated().bytes() == 0
                ? 0
                : 100.0 * a.bytes() / summary.allocated().bytes();
        return amount(a, "objects") + String.format(Locale.ROOT, ", %.1f %% of all bytes", percent);
    }

    private static String shortened(String name) {
        return name.length() <= 60 ? name : name.substring(0, 59) + "…";
    }

    private List<TypeUse> withUntyped() {
        List<TypeUse> uses = new ArrayList<>(summary.types());
        if (summary.untyped().count() > 0) {
            uses.add(new TypeUse("(untyped: strings, slices grown by append)", summary.untyped()));
            uses.sort(
                    (x, y) -> Long.compare(y.allocated().bytes(), x.allocated().bytes()));
        }
        return uses;
    }

    private Map<String, Long> kindCounts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("span allocations", summary.events(Kind.SPAN_ALLOC));
        counts.put("span frees", summary.events(Kind.SPAN_FREE));
        counts.put("object allocations", summary.events(Kind.OBJECT_ALLOC));
        counts.put("object frees", summary.events(Kind.OBJECT_FREE));
        counts.put("stack allocations", summary.events(Kind.STACK_ALLOC));
        counts.put("stack frees", summary.events(Kind.STACK_FREE));
        counts.put("sweeps", summary.events(Kind.SWEEP_BEGIN));
        counts.put("allocations", summary.events(Kind.ALLOC));
        counts.put("frees", summary.events(Kind.FREE));
        counts.put("marks of the program's writes", summary.events(Kind.WRITE));
        counts.put("collections asked for", summary.events(Kind.FORCE_GC) + summary.events(Kind.FREE_OS_MEMORY));
        counts.put("resident memory observed", summary.events(Kind.RSS_SAMPLE));
        counts.put("starts and stops of Ps", summary.events(Kind.PROC_START) + summary.events(Kind.PROC_STOP));
        return counts;
    }

    private List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        if (summary.info().placed()) {
            gaps.add("requested sizes: an object counts with its whole slot");
            gaps.add("deaths: a free is a sweep, some time after the object died");
            gaps.add("page-cache fills, heap growth, releases to the system: the twin works them out");
        } else {
            if (summary.events(Kind.FREE) == 0 && summary.events(Kind.ALLOC) > 0) {
                gaps.add("deaths: nothing is ever freed");
            }
            if (summary.pointersUnknown().count() > 0) {
                gaps.add("a pointer map: of " + amount(summary.pointersUnknown(), "objects")
                        + " it is not known whether they hold pointers (--noscan says it)");
            }
            if (summary.spanNanos() == 0) {
                gaps.add("a clock: lifetimes can be told in bytes only");
            }
        }
        if (summary.events(Kind.WRITE) == 0) {
            gaps.add("what the program writes of its objects: touch rules say it (--touch)");
        }
        if (summary.events(Kind.CHECKPOINT) == 0) {
            gaps.add("checkpoints: nothing to verify against");
        }
        gaps.addAll(summary.warnings());
        return gaps;
    }

    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trace", trace);
        json.put("format", summary.info().format());
        json.put("go", summary.info().goVersion());
        json.put("events", summary.events());
        json.put("spanNanos", summary.spanNanos());
        json.put("procs", summary.procs());
        json.put("snapshotSpans", json(summary.snapshotSpans()));
        json.put("snapshotObjects", json(summary.snapshotObjects()));
        json.put("snapshotStacks", json(summary.snapshotStacks()));
        json.put("allocated", json(summary.allocated()));
        json.put("livePeakBytes", summary.livePeakBytes());
        json.put("neverFreed", summary.lifetimes().survivors());
        json.put("gcCycles", summary.events(Kind.GC_END));
        json.put("largeWithPointers", json(summary.largeScan()));
        json.put("largeWithoutPointers", json(summary.largeNoscan()));
        json.put("largeOfUnknownPointers", json(summary.largeUnknown()));
        json.put("checkpoints", summary.events(Kind.CHECKPOINT));
        json.put("sizes", json(summary.lifetimes().sizes()));
        json.put("lifetimesInBytes", json(summary.lifetimes().inBytes()));
        json.put("lifetimesInNanos", json(summary.lifetimes().inNanos()));
        json.put("eventsByKind", kindCounts());
        List<Object> types = new ArrayList<>();
        for (TypeUse use : withUntyped()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", use.name());
            one.putAll(json(use.allocated()));
            types.add(one);
        }
        json.put("types", types);
        json.put("missing", gaps());
        json.put("warnings", summary.warnings());
        return json;
    }

    /** Buckets that hold something: their first value, and the one that the next begins with. */
    private static List<Object> json(Histogram histogram) {
        List<Object> buckets = new ArrayList<>();
        for (int b = histogram.lowest(); b <= histogram.highest(); b++) {
            if (histogram.count(b) > 0) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("from", Histogram.from(b));
                one.put("below", Histogram.from(b + 1));
                one.put("count", histogram.count(b));
                one.put("bytes", histogram.weight(b));
                buckets.add(one);
            }
        }
        return buckets;
    }

    private static Map<String, Object> json(Amount a) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("count", a.count());
        json.put("bytes", a.bytes());
        return json;
    }
}
