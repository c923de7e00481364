package dev.needzero.experiment.bisect;

import dev.needzero.experiment.Metric;
import dev.needzero.experiment.Replays;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The search for the change that explains a metric's rise, or its fall, between two versions.
 *
 * <p>As {@code git bisect} does with commits: the history between the two is halved until two neighbours remain of which
 * one is like the one end and the other like the other. A figure is like the end that it is nearer to.
 */
public final class Bisection {
    /**
     * What is asked.
     *
     * @param trace a path, or a workload's specification
     * @param good the version that is as it should be
     * @param bad the version that is not
     * @param all whether every change is to be held against the others, too
     */
    public record Question(
            String trace, Behaviours good, Behaviours bad, Metric metric, boolean all, Replays.Settings settings) {}

    /** How a version between the two ends is called that is like one of them. */
    public enum Terms {
        /** The user's own words hold: the bad end has the higher figure. */
        GOOD_AND_BAD,
        /** The figure is not higher at the end called bad: the ends are the old and the new one, as in git's own terms. */
        OLD_AND_NEW
    }

    /**
     * One version tried.
     *
     * @param change the last change that it has
     * @param left how many changes are left to test after it
     * @param roughly in about how many steps
     * @param likeNewer whether it is like the newer end
     */
    public record Try(Change change, int left, int roughly, long figure, boolean likeNewer) {}

    /** A part of the culprit, made alone on what was before it. */
    public record PartRise(Change.Part part, long rise) {}

    private final Question question;
    private final boolean goodIsOlder;
    private final long goodFigure;
    private final long badFigure;
    private final List<Change> changes;
    private final List<Long> figures;
    private final List<Try> tries;
    private final int culprit;
    private final List<PartRise> parts;
    private final Shares shares;
    private final List<String> warnings;
    private final int twins;

    private Bisection(Question question, List<Change> changes, Variant older, boolean goodIsOlder, Twins twins) {
        this.question = question;
        this.goodIsOlder = goodIsOlder;
        this.changes = changes;
        this.figures = new ArrayList<>();
        for (int made = 0; made <= changes.size(); made++) {
            figures.add(twins.figure(older.with(changes.subList(0, made))));
        }
        this.goodFigure = goodIsOlder ? figures.get(0) : last(figures);
        this.badFigure = goodIsOlder ? last(figures) : figures.get(0);
        this.tries = new ArrayList<>();
        this.culprit = goodFigure == badFigure ? -1 : search();
        this.parts = culprit < 0 ? List.of() : parts(older, twins);
        this.shares = question.all() ? Shares.of(twins, older, changes) : null;
        this.warnings = twins.warnings();
        this.twins = twins.count();
    }

    /**
     * Asks the twins.
     *
     * @param opener opens a trace as the user wants it read
     * @param progress told of bytes read now and then
     */
    public static Bisection run(Question question, Opener opener, Consumer<TraceReader> progress) throws IOException {
        boolean generated = Workloads.isSpec(question.trace()) && !languageIsGiven(question.trace());
        Variant good = variant(question.good(), generated);
        Variant bad = variant(question.bad(), generated);
        boolean goodIsOlder = Changes.endOrder(question.good().version())
                <= Changes.endOrder(question.bad().version());
        Variant older = goodIsOlder ? good : bad;
        List<Change> changes = Changes.between(older, goodIsOlder ? bad : good);
        Twins twins = new Twins(question.trace(), question.settings(), opener, question.metric());
        for (int made = 0; made <= changes.size(); made++) {
            Variant before = older.with(changes.subList(0, made));
            twins.want(before);
            if (made < changes.size() && changes.get(made).parts().size() > 1) {
                for (Change.Part part : changes.get(made).parts()) {
                    twins.want(before.with(changes.get(made).only(part)));
                }
            }
        }
        if (question.all()) {
            Shares.want(twins, older, changes);
        }
        twins.run(progress);
        return new Bisection(question, changes, older, goodIsOlder, twins);
    }

    /** Opens the trace of this name. */
    public interface Opener {
        TraceReader open(String trace) throws IOException;
    }

    private static boolean languageIsGiven(String trace) {
        return trace.matches(".*[?&]go=.*");
    }

    private static Variant variant(Behaviours behaviours, boolean generated) {
        String[] version = behaviours.version().split("\\.");
        return new Variant(behaviours, generated ? version[0] + "." + version[1] : null);
    }

    private static long last(List<Long> figures) {
        return figures.get(figures.size() - 1);
    }

    /** Halves the history; the last change of the first version that is like the newer end is the culprit. */
    private int search() {
        int older = 0;
        int newer = changes.size();
        while (newer - older > 1) {
            int candidates = newer - older;
            int middle = older + candidates / 2;
            boolean likeNewer = isLikeNewer(figures.get(middle));
            tries.add(new Try(
                    changes.get(middle - 1),
                    candidates - candidates / 2 - 1,
                    stepsFor(candidates),
                    figures.get(middle),
                    likeNewer));
            if (likeNewer) {
                newer = middle;
            } else {
                older = middle;
            }
        }
        return newer - 1;
    }

    private boolean isLikeNewer(long figure) {
        return Math.abs(figure - last(figures)) < Math.abs(figure - figures.get(0));
    }

    /** About how many more tries so many candidates take after this one: the logarithm, rounded to the likelier side. */
    static int stepsFor(int candidates) {
        if (candidates < 3) {
            return 0;
        }
        int whole = 31 - Integer.numberOfLeadingZeros(candidates);
        int power = 1 << whole;
        return power < 3 * (candidates - power) ? whole : whole - 1;
    }

    private List<PartRise> parts(Variant older, Twins twins) {
        Variant before = older.with(changes.subList(0, culprit));
        Change change = changes.get(culprit);
        List<PartRise> rises = new ArrayList<>();
        for (Change.Part part : change.parts()) {
            rises.add(new PartRise(part, twins.figure(before.with(change.only(part))) - twins.figure(before)));
        }
        return rises;
    }

    public Question question() {
        return question;
    }

    /** Whether the good version is the older of the two: what is sought is what broke it, else what mended it. */
    public boolean goodIsOlder() {
        return goodIsOlder;
    }

    public Terms terms() {
        return badFigure > goodFigure ? Terms.GOOD_AND_BAD : Terms.OLD_AND_NEW;
    }

    public long goodFigure() {
        return goodFigure;
    }

    public long badFigure() {
        return badFigure;
    }

    /** The changes between the two versions, oldest first. */
    public List<Change> changes() {
        return changes;
    }

    /** What a change did to the figure when it was made in its turn. */
    public long rise(int change) {
        return figures.get(change + 1) - figures.get(change);
    }

    /** The figure with this change and all before it made. */
    public long figureAfter(int change) {
        return figures.get(change + 1);
    }

    /** The newer version's figure less the older's. */
    public long wholeRise() {
        return last(figures) - figures.get(0);
    }

    public List<Try> tries() {
        return tries;
    }

    /** Whether the two versions differ in the metric at all. */
    public boolean differs() {
        return culprit >= 0;
    }

    /** The index of the change that is to blame, or to thank; -1 when the metric is the same in both. */
    public int culprit() {
        return culprit;
    }

    /** What the culprit's parts do one by one. */
    public List<PartRise> parts() {
        return parts;
    }

    /** Every change held against the others, or null when that was not asked. */
    public Shares shares() {
        return shares;
    }

    /** How many different twins were run. */
    public int twins() {
        return twins;
    }

    public List<String> warnings() {
        return warnings;
    }
}
