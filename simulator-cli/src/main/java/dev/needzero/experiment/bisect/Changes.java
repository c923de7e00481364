package dev.needzero.experiment.bisect;

import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.Origin;
import dev.needzero.workload.LanguageHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What lies between two versions, oldest change first, a commit a change. */
final class Changes {
    /** More releases than a version has. */
    private static final int PATCHES = 1000;

    private final List<Change> list = new ArrayList<>();

    private Changes() {}

    /**
     * The changes that lead from one variant to the other. A behaviour that either of them has set by hand takes no part in
     * the history: it changes once, last.
     *
     * @param older of the older version, or of the same
     */
    static List<Change> between(Variant older, Variant newer) {
        Changes changes = new Changes();
        Behaviours from = older.behaviours();
        Behaviours to = newer.behaviours();
        Set<String> byHand = new HashSet<>(from.settings().keySet());
        byHand.addAll(to.settings().keySet());
        for (String version : versions()) {
            if (order(version) > endOrder(from.version()) && order(version) <= endOrder(to.version())) {
                changes.addVersion(version, byHand);
                if (older.language() != null) {
                    changes.addLanguage(version);
                }
            }
        }
        for (Behaviour b : Behaviour.values()) {
            if (byHand.contains(b.key()) && !from.value(b).equals(to.value(b))) {
                changes.add(
                        "",
                        originOf(b, from.value(b), to.value(b)),
                        new Change.Part(b, b.key(), from.value(b), to.value(b), to));
            }
        }
        return changes.list;
    }

    /** Every version that brought a change, oldest first. */
    private static List<String> versions() {
        Stream<String> runtime =
                Stream.of(Behaviour.values()).flatMap(b -> b.steps().stream()).map(Behaviour.Step::version);
        Stream<String> language = LanguageHistory.steps().stream().map(LanguageHistory.Step::version);
        return Stream.concat(runtime, language)
                .distinct()
                .sorted(Comparator.comparing(Changes::order))
                .toList();
    }

    private void addVersion(String version, Set<String> byHand) {
        for (Behaviour b : Behaviour.values()) {
            String before = null;
            for (Behaviour.Step step : b.steps()) {
                if (step.version().equals(version) && before != null && !byHand.contains(b.key())) {
                    add(version, step.origin(), part(b, before, step.value()));
                }
                before = step.value();
            }
        }
    }

    private void addLanguage(String version) {
        for (LanguageHistory.Step step : LanguageHistory.steps()) {
            if (step.version().equals(version)) {
                int minor = Integer.parseInt(version.split("\\.")[1]);
                add(version, step.origin(), new Change.Part(null, step.what(), "1." + (minor - 1), version));
            }
        }
    }

    private static Change.Part part(Behaviour b, String from, String to) {
        return new Change.Part(b, b.key(), from, to);
    }

    /** Adds a part to its commit's change, which is a new one if the commit is not there yet. */
    private void add(String version, Origin origin, Change.Part part) {
        for (int i = 0; i < list.size(); i++) {
            Change change = list.get(i);
            if (change.version().equals(version) && change.origin().name().equals(origin.name())) {
                List<Change.Part> parts = new ArrayList<>(change.parts());
                parts.add(part);
                list.set(i, new Change(version, change.origin(), List.copyOf(parts)));
                return;
            }
        }
        list.add(new Change(version, origin, List.of(part)));
    }

    /** The commit that once made the same change, or else the setting itself. */
    private static Origin originOf(Behaviour b, String from, String to) {
        String before = null;
        for (Behaviour.Step step : b.steps()) {
            if (from.equals(before) && to.equals(step.value())) {
                return step.origin();
            }
            before = step.value();
        }
        return new Origin("", 0, 0, b.key() + "=" + to);
    }

    /** By which versions are ordered that brought a change: 1.22 is its first release. */
    static int order(String version) {
        return order(version, 0);
    }

    /** By which versions are ordered that somebody runs: 1.22 is its last release. */
    static int endOrder(String version) {
        return order(version, PATCHES - 1);
    }

    private static int order(String version, int patch) {
        String[] parts = version.split("\\.");
        int last = parts.length > 2 ? Math.min(Integer.parseInt(parts[2]), PATCHES - 1) : patch;
        return Integer.parseInt(parts[1]) * PATCHES + last;
    }
}
