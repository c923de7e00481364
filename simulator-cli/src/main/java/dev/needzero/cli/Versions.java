package dev.needzero.cli;

import dev.needzero.runtime.Behaviours;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code 1.23,1.24} and {@code 1.23..1.27}. */
final class Versions {
    private Versions() {}

    /** The versions that a list names, ranges written out; a name that is not known is passed on as it stands. */
    static List<String> expand(String list) {
        List<String> versions = new ArrayList<>();
        for (String part : list.split(",")) {
            String item = part.strip();
            int dots = item.indexOf("..");
            List<String> known = Behaviours.versions();
            int from = dots < 0 ? -1 : known.indexOf(item.substring(0, dots));
            int to = dots < 0 ? -1 : known.indexOf(item.substring(dots + 2));
            if (from >= 0 && to >= from) {
                versions.addAll(known.subList(from, to + 1));
            } else {
                versions.add(item);
            }
        }
        return versions;
    }
}
