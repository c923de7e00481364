package dev.needzero.cli;

import dev.needzero.runtime.Behaviours;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads {@code 1.23,1.24} and {@code 1.23..1.27}. */
final class Versions {
    private Versions() {}

    /**
     * The versions that a list names, ranges written out; a name that is not known is passed on as it stands.
     *
     * @throws ParameterException for a range that runs backwards, and where a version is missing
     */
    static List<String> expand(String list, CommandSpec spec) {
        List<String> versions = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            String item = part.strip();
            if (item.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--go " + list + ": a version is missing; expected a list as in 1.23,1.24");
            }
            int dots = item.indexOf("..");
            List<String> known = Behaviours.versions();
            int from = dots < 0 ? -1 : known.indexOf(item.substring(0, dots));
            int to = dots < 0 ? -1 : known.indexOf(item.substring(dots + 2));
            if (from >= 0 && to >= 0 && to < from) {
                throw new ParameterException(spec.commandLine(), "--go " + item + ": runs backwards");
            }
            if (from >= 0 && to >= from) {
                versions.addAll(known.subList(from, to + 1));
            } else {
                versions.add(item);
            }
        }
        return versions;
    }
}
