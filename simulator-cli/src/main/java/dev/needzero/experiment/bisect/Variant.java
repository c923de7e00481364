package dev.needzero.experiment.bisect;

import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.workload.LanguageHistory;
import java.util.List;

/**
 * What one twin is.
 *
 * @param behaviours what its runtime does
 * @param language the Go version that a generated program is built with; null for a trace, which has its program's
 */
public record Variant(Behaviours behaviours, String language) {
    /** The same with some changes made, in their order. */
    Variant with(List<Change> changes) {
        Variant variant = this;
        for (Change change : changes) {
            variant = variant.with(change);
        }
        return variant;
    }

    Variant with(Change change) {
        Behaviours changed = behaviours;
        String built = language;
        for (Change.Part part : change.parts()) {
            if (part.made() != null) {
                changed = changed.with(part.behaviour(), part.made());
            } else if (part.behaviour() != null) {
                changed = changed.with(part.behaviour(), part.to());
            } else {
                built = withLanguage(built, part.from(), part.to());
            }
        }
        return new Variant(changed, built);
    }

    /** A language with what another version brought: that version's own, if nothing between was left out. */
    private static String withLanguage(String language, String before, String version) {
        boolean isNext = !language.contains("+")
                && LanguageHistory.steps().stream()
                        .map(step -> Changes.order(step.version()))
                        .noneMatch(at -> at > Changes.endOrder(language) && at <= Changes.order(before));
        return isNext ? version : language + "+" + version;
    }

    /** What it does, all told: two variants with the same are the same twin. */
    String identity() {
        StringBuilder all = new StringBuilder(String.valueOf(language));
        for (Behaviour b : Behaviour.values()) {
            all.append(' ').append(behaviours.value(b));
        }
        return all.toString();
    }
}
