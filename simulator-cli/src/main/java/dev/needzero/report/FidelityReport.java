package dev.needzero.report;

import dev.needzero.experiment.Differences;
import dev.needzero.experiment.Fidelity.Score;
import dev.needzero.experiment.PageCause;
import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What {@code fidelity} says: a line a recording and all of them together, then what the differing pages hold. */
public final class FidelityReport {
    private final List<Score> scores;

    public FidelityReport(List<Score> scores) {
        this.scores = List.copyOf(scores);
    }

    public Table table() {
        Table table = new Table();
        table.row(
                "recording",
                "under",
                "spans same",
                "objects same",
                "pages agree, least",
                "RSS off, worst",
                "worst in bytes",
                "RSS off, mean",
                "metrics equal");
        for (Score s : scores) {
            if (s.failure() != null) {
                table.row(s.name(), s.go(), "failed: " + s.failure().getMessage());
            } else {
                table.row(
                        s.name(),
                        s.go(),
                        share(s.spansSame(), s.spans()),
                        share(s.objectsSame(), s.objects()),
                        percent(s.leastPagesPercent()),
                        percent(s.worstRssErrorPercent()),
                        ByteSize.format(s.worstRssErrorBytes()),
                        percent(s.meanRssErrorPercent()),
                        s.metrics() == 0 ? "-" : s.metricsEqual() + "/" + s.metrics());
            }
        }
        table.row(totals());
        return table;
    }

    /** What lies on the pages on which twin and kernel differ, in all recordings together. */
    public Table causes() {
        Differences all = new Differences();
        long heapPages = 0;
        for (Score s : answered()) {
            all.add(s.differences());
            heapPages += s.heapPages();
        }
        Table table = new Table();
        table.row("differing pages hold", "because of", "too many", "missing", "of all pages", "most in", "there");
        for (PageCause cause : PageCause.values()) {
            if (all.pages(cause) > 0) {
                Score most = most(cause);
                table.row(
                        cause.what(),
                        cause.why(),
                        String.format(Locale.ROOT, "%,d", all.tooMany(cause)),
                        String.format(Locale.ROOT, "%,d", all.missing(cause)),
                        share(all.pages(cause), heapPages),
                        most.name(),
                        share(most.differences().pages(cause), most.heapPages()));
            }
        }
        return table;
    }

    private Score most(PageCause cause) {
        return answered().stream()
                .filter(s -> s.heapPages() > 0)
                .max(Comparator.comparingDouble(s -> (double) s.differences().pages(cause) / s.heapPages()))
                .orElseThrow();
    }

    private String[] totals() {
        List<Score> answered = answered();
        long metrics = answered.stream().mapToLong(Score::metrics).sum();
        long equal = answered.stream().mapToLong(Score::metricsEqual).sum();
        return new String[] {
            "all " + scores.size(),
            "",
            share(
                    answered.stream().mapToLong(Score::spansSame).sum(),
                    answered.stream().mapToLong(Score::spans).sum()),
            share(
                    answered.stream().mapToLong(Score::objectsSame).sum(),
                    answered.stream().mapToLong(Score::objects).sum()),
            percent(least(Score::leastPagesPercent)),
            percent(worst()),
            ByteSize.format(
                    answered.stream().mapToLong(Score::worstRssErrorBytes).max().orElse(0)),
            percent(mean()),
            equal + "/" + metrics
        };
    }

    private List<Score> answered() {
        return scores.stream().filter(s -> s.failure() == null).toList();
    }

    private double least(ToDoubleFunction<Score> percent) {
        return answered().stream()
                .mapToDouble(percent)
                .filter(x -> x >= 0)
                .min()
                .orElse(-1);
    }

    private double worst() {
        return answered().stream()
                .mapToDouble(Score::worstRssErrorPercent)
                .max()
                .orElse(-1);
    }

    private double mean() {
        return answered().stream()
                .mapToDouble(Score::meanRssErrorPercent)
                .filter(x -> x >= 0)
                .average()
                .orElse(-1);
    }

    private static String share(long same, long all) {
        return all == 0 ? "-" : VerificationReport.percent(same, all);
    }

    private static String percent(double percent) {
        return percent < 0 ? "-" : String.format(Locale.ROOT, "%.3f %%", percent);
    }

    public Map<String, Object> toJson() {
        List<Object> recordings = new ArrayList<>();
        for (Score s : scores) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("recording", s.name());
            one.put("go", s.go());
            one.put("sameRun", s.sameRun());
            one.put("spans", s.spans());
            one.put("spansSame", s.spansSame());
            one.put("objects", s.objects());
            one.put("objectsSame", s.objectsSame());
            one.put("leastPagesPercent", orNull(s.leastPagesPercent()));
            one.put("worstRssErrorPercent", orNull(s.worstRssErrorPercent()));
            one.put("worstRssErrorBytes", s.worstRssErrorBytes());
            one.put("meanRssErrorPercent", orNull(s.meanRssErrorPercent()));
            one.put("metrics", s.metrics());
            one.put("metricsEqual", s.metricsEqual());
            one.put("heapPages", s.heapPages());
            one.put("differences", s.differences().toJson());
            one.put("failure", s.failure() == null ? null : s.failure().getMessage());
            recordings.add(one);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("recordings", recordings);
        Differences all = new Differences();
        answered().forEach(s -> all.add(s.differences()));
        json.put("heapPages", answered().stream().mapToLong(Score::heapPages).sum());
        json.put("differences", all.toJson());
        json.put("leastPagesPercent", orNull(least(Score::leastPagesPercent)));
        json.put("worstRssErrorPercent", orNull(worst()));
        json.put("meanRssErrorPercent", orNull(mean()));
        return json;
    }

    private static Double orNull(double percent) {
        return percent < 0 ? null : percent;
    }
}
