package dev.needzero.experiment.bisect;

import dev.needzero.experiment.Metric;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceReader;
import dev.needzero.workload.WorkloadSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The variants of one trace: run once each, on one decode as far as they fit into memory together, and measured. */
final class Twins {
    private static final String STANDARD_INPUT = "-";
    /** Twins of a large heap take memory themselves; what comes from standard input cannot be read twice. */
    private static final int MOST_TOGETHER = 16;

    private final String trace;
    private final Replays.Settings settings;
    private final Bisection.Opener opener;
    private final Metric metric;
    private final Map<String, Variant> wanted = new LinkedHashMap<>();
    private final Map<String, Long> measured = new HashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    Twins(String trace, Replays.Settings settings, Bisection.Opener opener, Metric metric) {
        this.trace = trace;
        this.settings = settings;
        this.opener = opener;
        this.metric = metric;
    }

    /** Says that this one's figure will be asked for. */
    void want(Variant variant) {
        wanted.putIfAbsent(variant.identity(), variant);
    }

    int count() {
        return wanted.size();
    }

    /** Runs all that are wanted: a recorded trace is decoded once, a generated one is run once for each language. */
    void run(Consumer<TraceReader> progress) throws IOException {
        Map<String, List<Map.Entry<String, Variant>>> byLanguage = new LinkedHashMap<>();
        for (Map.Entry<String, Variant> one : wanted.entrySet()) {
            byLanguage
                    .computeIfAbsent(String.valueOf(one.getValue().language()), k -> new ArrayList<>())
                    .add(one);
        }
        for (List<Map.Entry<String, Variant>> group : byLanguage.values()) {
            int together = trace.equals(STANDARD_INPUT) ? group.size() : MOST_TOGETHER;
            for (int from = 0; from < group.size(); from += together) {
                run(group.subList(from, Math.min(group.size(), from + together)), progress);
            }
        }
    }

    private void run(List<Map.Entry<String, Variant>> group, Consumer<TraceReader> progress) throws IOException {
        String language = group.get(0).getValue().language();
        List<Behaviours> behaviours =
                group.stream().map(one -> one.getValue().behaviours()).toList();
        try (TraceReader reader = opener.open(language == null ? trace : built(language))) {
            List<Replay> replays = Replays.runAll(reader, behaviours, settings, progress);
            for (int i = 0; i < replays.size(); i++) {
                measured.put(group.get(i).getKey(), metric.of(replays.get(i)));
            }
            warnings.addAll(reader.warnings());
        }
    }

    private String built(String language) throws IOException {
        try {
            return WorkloadSpec.parse(trace).with("go", language).toString();
        } catch (IllegalArgumentException e) {
            throw new BadInputException(trace, e.getMessage());
        }
    }

    long figure(Variant variant) {
        return measured.get(variant.identity());
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }
}
