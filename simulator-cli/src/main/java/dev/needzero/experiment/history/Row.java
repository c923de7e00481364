package dev.needzero.experiment.history;

/**
 * One ratio of a story.
 *
 * @param what whose figure is held against what
 * @param above the figure above the line
 * @param below the figure below it
 * @param whyNot why the ratio cannot lie within what was observed, or what else one must know of it; empty for nothing
 */
public record Row(String what, Figure above, Figure below, Observed observed, String whyNot) {
    Row(String what, Figure above, Figure below, Observed observed) {
        this(what, above, below, observed, "");
    }
}
