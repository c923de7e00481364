package dev.needzero.experiment.history;

import java.util.ArrayList;
import java.util.List;

/** All stories, in the order in which they happened. */
public final class Stories {
    private Stories() {}

    /** Every story that is known. */
    public static List<Story> all() {
        List<Story> all = new ArrayList<>();
        all.addAll(ReturningStories.MADV_FREE);
        all.addAll(HugePageStories.ADVICE);
        all.addAll(HugePageStories.COLLAPSE);
        all.addAll(HugePageStories.UNDONE);
        all.addAll(LayoutStories.HEADERS);
        all.addAll(ClearingStories.CLEARING);
        all.addAll(LayoutStories.MARK_AREAS);
        all.addAll(ClearingStories.SCAVENGED_ZERO);
        all.addAll(ReturningStories.LARGE_PAGES);
        return all;
    }

    /** The stories that a name or an issue's number stands for. */
    public static List<Story> of(String nameOrIssue) {
        String number = nameOrIssue.startsWith("#") ? nameOrIssue.substring(1) : nameOrIssue;
        return all().stream()
                .filter(s -> s.name().equals(nameOrIssue)
                        || s.issues().stream().anyMatch(i -> i.toString().equals(number)))
                .toList();
    }
}
