package dev.needzero.workload;

import dev.needzero.runtime.Origin;
import java.util.List;

/**
 * What changed between Go versions in the language's own requests: the same program, built anew, allocates differently. A
 * recorded trace has its program's; a generated one can be built with any.
 */
public final class LanguageHistory {
    /**
     * What a version brought.
     *
     * @param version the first that has it, as in 1.24
     * @param what in a few words
     */
    public record Step(String version, String what, Origin origin) {}

    private static final List<Step> STEPS = List.of(
            new Step(
                    "1.22",
                    "slices with pointers leave room for the header; maps fill to 6.5 entries a bucket, not 6",
                    new Origin("e3585c6757", 0, 66737, "allocation headers by default (38ac7c41aa)")),
            new Step("1.23", "a channel's header holds a timer", new Origin("", 0, 37196, "timers that are collected")),
            new Step(
                    "1.24",
                    "maps are Swiss tables",
                    new Origin("99d60c24e2", 0, 54766, "Swiss tables for maps (2ae059ccaf)")),
            new Step(
                    "1.25",
                    "full Swiss tables drop tombstones before they grow",
                    new Origin("05ed8a00e0", 0, 0, "prune tombstones in maps before growing")),
            new Step(
                    "1.26",
                    "slices begin in a buffer on the stack",
                    new Origin("", 0, 0, "slices that escape later begin on the stack")));

    private LanguageHistory() {}

    /** Oldest first. */
    public static List<Step> steps() {
        return STEPS;
    }
}
