package dev.needzero.experiment.bisect;

import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.Origin;
import java.util.List;

/**
 * A commit, as far as the twin can tell: everything that it changed.
 *
 * @param version the first with it, as in 1.24; empty where no version made the change
 */
public record Change(String version, Origin origin, List<Part> parts) {
    /**
     * One thing that the commit changed.
     *
     * @param behaviour what the runtime does; null for what the language asks of it
     * @param what for people: the behaviour's key, or what is different about the language
     * @param from the value before; of the language, the Go version that the program was built with
     * @param to the value after
     * @param made who has the value after, where it was set by hand; else null
     */
    public record Part(Behaviour behaviour, String what, String from, String to, Behaviours made) {
        Part(Behaviour behaviour, String what, String from, String to) {
            this(behaviour, what, from, to, null);
        }
    }

    /** A change of one of its parts alone. */
    Change only(Part part) {
        return new Change(version, origin, List.of(part));
    }
}
