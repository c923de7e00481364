package dev.needzero.report;

import dev.needzero.experiment.Metric;
import dev.needzero.experiment.bisect.Bisection;
import dev.needzero.experiment.bisect.Change;
import dev.needzero.experiment.bisect.Shares;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.ByteSize;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A {@link Bisection} as {@code git bisect} would tell it, and as JSON. */
public final class BisectionReport {
    /** Another change that moved the figure by this share of the whole is worth a word. */
    private static final double NOTEWORTHY = 0.1;

    /** Shares from here on are told as multiples. */
    private static final int MANY_TIMES = 10;

    private final Bisection bisection;
    private final Metric metric;
    private final boolean judged;

    private BisectionReport(Bisection bisection, boolean judged) {
        this.bisection = bisection;
        this.metric = bisection.question().metric();
        this.judged = judged;
    }

    /**
     * Prints the search.
     *
     * @param judged whether the user called one version good and the other bad
     */
    public static void print(Bisection bisection, boolean judged, PrintWriter out) {
        new BisectionReport(bisection, judged).print(out);
    }

    private void print(PrintWriter out) {
        Bisection.Question question = bisection.question();
        String good = label(question.good());
        String bad = label(question.bad());
        Table ends = new Table();
        ends.row(metric.name(), word(true) + " " + good, word(false) + " " + bad);
        ends.row("", figure(bisection.goodFigure()), figure(bisection.badFigure()));
        ends.print(out);
        if (!bisection.differs()) {
            out.print("\n" + metric.name() + " does not rise from " + good + " to " + bad + ": it is the same. "
                    + (bisection.changes().isEmpty()
                            ? "The twin knows no difference between the two.\n"
                            : "None of the " + bisection.changes().size() + " change(s) between them moves it"
                                    + (hidden()
                                            ? " alone; some do, and others take it back (--all shows them).\n"
                                            : ".\n")));
            shares(out);
            return;
        }
        if (judged && bisection.terms() == Bisection.Terms.OLD_AND_NEW) {
            out.print("\n" + metric.name() + " does not rise from " + good + " to " + bad
                    + ", it falls. The change that brought it down is sought, in git's terms \"old\" and \"new\".\n");
        }
        int n = bisection.changes().size();
        out.print("\n" + n + (n == 1 ? " change lies" : " changes lie") + " between the two.\n\n");
        for (Bisection.Try t : bisection.tries()) {
            tried(t, out);
        }
        culprit(out);
        others(out);
        shares(out);
    }

    private boolean hidden() {
        for (int i = 0; i < bisection.changes().size(); i++) {
            if (bisection.rise(i) != 0) {
                return true;
            }
        }
        return false;
    }

    private void tried(Bisection.Try t, PrintWriter out) {
        out.print("Bisecting: " + t.left() + (t.left() == 1 ? " change" : " changes")
                + " left to test after this (roughly " + t.roughly() + (t.roughly() == 1 ? " step" : " steps") + ")\n");
        out.print("[" + t.change().origin().name() + "] " + t.change().origin().subject() + version(t.change()) + "\n");
        out.print(verdict(t.likeNewer()) + "  " + figure(t.figure()) + "\n");
    }

    private void culprit(PrintWriter out) {
        Change change = bisection.changes().get(bisection.culprit());
        out.print(change.origin().name() + " is the first " + verdict(true) + " change\n\n");
        boolean told = !change.origin().subject().equals(change.origin().name());
        out.print(told ? "    " + change.origin().subject() + "\n" : "");
        String where = where(change);
        out.print(where.isEmpty() ? "" : "    " + where + "\n");
        out.print(told || !where.isEmpty() ? "\n" : "");
        Table parts = new Table();
        for (Bisection.PartRise part : bisection.parts()) {
            parts.row("    " + part.part().what(), values(part.part()), signed(part.rise()), share(part.rise()));
        }
        parts.print(out);
        long rise = bisection.rise(bisection.culprit());
        out.print("\nIt takes " + metric.name() + " from "
                + figure(bisection.figureAfter(bisection.culprit()) - rise) + " to "
                + figure(bisection.figureAfter(bisection.culprit())) + " and explains " + share(rise) + " of the "
                + (bisection.wholeRise() > 0 ? "rise" : "fall") + " (" + signed(rise) + " of "
                + signed(bisection.wholeRise()) + ").\n");
    }

    /** Changes beside the culprit that moved the figure, too. */
    private void others(PrintWriter out) {
        Table table = new Table();
        boolean any = false;
        for (int i = 0; i < bisection.changes().size(); i++) {
            long rise = bisection.rise(i);
            if (i != bisection.culprit()
                    && Math.abs(rise) >= NOTEWORTHY * Math.abs(bisection.wholeRise())
                    && rise != 0) {
                Change change = bisection.changes().get(i);
                table.row("    " + change.origin().name() + version(change), signed(rise), share(rise));
                any = true;
            }
        }
        if (any) {
            out.print(
                    "On the way it also moved with" + (bisection.shares() == null ? " (--all tells more)" : "") + "\n");
            table.print(out);
        }
    }

    private void shares(PrintWriter out) {
        Shares shares = bisection.shares();
        if (shares == null || shares.rows().isEmpty()) {
            return;
        }
        out.print("\n");
        Table table = new Table();
        table.row("change", "Go", "alone", "", "among the others", "", "interaction");
        for (Shares.Row row : shares.rows()) {
            Change change = row.change();
            table.row(
                    label(change),
                    change.version(),
                    signed(row.alone()),
                    share(row.alone()),
                    signed(row.last()),
                    share(row.last()),
                    signed(row.interaction()));
        }
        table.row(
                "all, summed",
                "",
                signed(shares.aloneSummed()),
                share(shares.aloneSummed()),
                "",
                "",
                signed(shares.interaction()));
        table.row("all, together", "", signed(shares.together()), share(shares.together()));
        table.print(out);
        out.print(
                "\nAlone: what the change does to the older version by itself. Among the others: what the newer version\n"
                        + "would be without it, the difference. Interaction: what it does only because of the others.\n");
    }

    private static String label(Change change) {
        String what =
                String.join(", ", change.parts().stream().map(Change.Part::what).toList());
        String name = change.origin().name();
        return name.equals(change.origin().subject()) ? what : name + " " + what;
    }

    private static String where(Change change) {
        List<String> where = new ArrayList<>();
        if (!change.version().isEmpty()) {
            where.add("Go " + change.version());
        }
        if (change.origin().changeList() > 0) {
            where.add("CL " + change.origin().changeList());
        }
        if (change.origin().issue() > 0) {
            where.add("golang/go#" + change.origin().issue());
        }
        return String.join(", ", where);
    }

    private static String version(Change change) {
        return change.version().isEmpty() ? "" : " (" + change.version() + ")";
    }

    private static String values(Change.Part part) {
        return part.behaviour() == null
                ? "built with " + part.to() + " instead of " + part.from()
                : part.from() + " → " + part.to();
    }

    /** What a version is called that is like the newer end, or like the older. */
    private String verdict(boolean newer) {
        if (!judged || bisection.terms() == Bisection.Terms.OLD_AND_NEW) {
            return newer ? "new" : "old";
        }
        return newer == bisection.goodIsOlder() ? "bad" : "good";
    }

    private String word(boolean good) {
        return judged ? good ? "good" : "bad" : good ? "old" : "new";
    }

    private static String label(Behaviours behaviours) {
        StringBuilder label = new StringBuilder(behaviours.version());
        behaviours
                .settings()
                .forEach((key, value) ->
                        label.append(' ').append(key).append('=').append(value));
        return label.toString();
    }

    private String figure(long value) {
        return metric.isBytes() ? ByteSize.format(value) : String.format(Locale.ROOT, "%,d", value);
    }

    private String signed(long value) {
        return value == 0 ? "0" : (value > 0 ? "+" : "-") + figure(Math.abs(value));
    }

    private String share(long part) {
        if (bisection.wholeRise() == 0 || part == 0) {
            return "";
        }
        double share = (double) part / bisection.wholeRise();
        return Math.abs(share) < MANY_TIMES
                ? String.format(Locale.ROOT, "%.1f %%", 100 * share).replace("-0.0 %", "0.0 %")
                : String.format(Locale.ROOT, "%.0f×", share);
    }

    /** The stable JSON form. */
    public static Map<String, Object> toJson(Bisection bisection) {
        return new BisectionReport(bisection, true).json();
    }

    private Map<String, Object> json() {
        Bisection.Question question = bisection.question();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trace", question.trace());
        json.put("metric", metric.name());
        json.put("unit", metric.unit());
        json.put("touch", question.settings().touch().toString());
        json.put("good", end(question.good(), bisection.goodFigure()));
        json.put("bad", end(question.bad(), bisection.badFigure()));
        json.put("rises", bisection.badFigure() > bisection.goodFigure());
        json.put("twins", bisection.twins());
        List<Object> changes = new ArrayList<>();
        for (int i = 0; i < bisection.changes().size(); i++) {
            Map<String, Object> one = change(bisection.changes().get(i));
            one.put("figureAfter", bisection.figureAfter(i));
            one.put("rise", bisection.rise(i));
            changes.add(one);
        }
        json.put("changes", changes);
        List<Object> steps = new ArrayList<>();
        for (Bisection.Try t : bisection.tries()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("change", t.change().origin().name());
            one.put("left", t.left());
            one.put("roughly", t.roughly());
            one.put("figure", t.figure());
            one.put("verdict", verdict(t.likeNewer()));
            steps.add(one);
        }
        json.put("steps", steps);
        json.put("culprit", bisection.differs() ? culpritJson() : null);
        json.put("shares", bisection.shares() == null ? null : sharesJson(bisection.shares()));
        json.put("warnings", bisection.warnings());
        return json;
    }

    private static Map<String, Object> end(Behaviours behaviours, long figure) {
        Map<String, Object> end = new LinkedHashMap<>();
        end.put("go", behaviours.version());
        end.put("settings", behaviours.settings());
        end.put("figure", figure);
        return end;
    }

    private static Map<String, Object> change(Change change) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", change.origin().name());
        json.put(
                "commit",
                change.origin().commit().isEmpty() ? null : change.origin().commit());
        json.put(
                "changeList",
                change.origin().changeList() == 0 ? null : change.origin().changeList());
        json.put("issue", change.origin().issue() == 0 ? null : change.origin().issue());
        json.put("subject", change.origin().subject());
        json.put("version", change.version().isEmpty() ? null : change.version());
        json.put("parts", change.parts().stream().map(BisectionReport::part).toList());
        return json;
    }

    private static Map<String, Object> part(Change.Part part) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("behaviour", part.behaviour() == null ? null : part.behaviour().key());
        json.put("what", part.what());
        json.put("from", part.from());
        json.put("to", part.to());
        return json;
    }

    private Map<String, Object> culpritJson() {
        Map<String, Object> json = change(bisection.changes().get(bisection.culprit()));
        long rise = bisection.rise(bisection.culprit());
        json.put("verdict", "first " + verdict(true));
        json.put("figureBefore", bisection.figureAfter(bisection.culprit()) - rise);
        json.put("figureAfter", bisection.figureAfter(bisection.culprit()));
        json.put("rise", rise);
        json.put("share", (double) rise / bisection.wholeRise());
        List<Object> parts = new ArrayList<>();
        for (Bisection.PartRise p : bisection.parts()) {
            Map<String, Object> one = part(p.part());
            one.put("rise", p.rise());
            parts.add(one);
        }
        json.put("parts", parts);
        return json;
    }

    private static Map<String, Object> sharesJson(Shares shares) {
        Map<String, Object> json = new LinkedHashMap<>();
        List<Object> rows = new ArrayList<>();
        for (Shares.Row row : shares.rows()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("change", row.change().origin().name());
            one.put("alone", row.alone());
            one.put("amongTheOthers", row.last());
            one.put("interaction", row.interaction());
            rows.add(one);
        }
        json.put("rows", rows);
        json.put("aloneSummed", shares.aloneSummed());
        json.put("together", shares.together());
        json.put("interaction", shares.interaction());
        return json;
    }
}
