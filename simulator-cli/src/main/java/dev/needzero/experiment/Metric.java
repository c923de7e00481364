package dev.needzero.experiment;

import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.runtime.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * One figure of a replay that is over.
 *
 * @param name what people call it
 * @param unit {@code bytes}, or what is counted
 */
public record Metric(String name, String unit, ToLongFunction<Replay> figure) {
    private static final Map<String, ToLongFunction<Replay>> OF_THE_SYSTEM = new LinkedHashMap<>();

    static {
        OF_THE_SYSTEM.put("peak-rss", r -> r.runtime().os().peakRssBytes());
        OF_THE_SYSTEM.put("end-rss", r -> r.runtime().os().rssBytes());
        OF_THE_SYSTEM.put("lazy-free", r -> r.runtime().os().lazyFreeBytes());
        OF_THE_SYSTEM.put("huge-pages", r -> r.runtime().os().hugeBytes());
        OF_THE_SYSTEM.put("zeroing", r -> r.runtime().os().committedBytes(Cause.ZEROING));
        OF_THE_SYSTEM.put("heap-in-use", r -> r.runtime().heap().stats().inHeap());
        OF_THE_SYSTEM.put("mapped", r -> r.runtime().os().mappedBytes());
    }

    /** Resident memory at the last checkpoint of a name. */
    public static Metric rssAt(String checkpoint) {
        return new Metric("rss@" + checkpoint, "bytes", r -> at(r, checkpoint).rssBytes());
    }

    /** One of runtime/metrics at the last checkpoint of a name. */
    public static Metric at(String checkpoint, String name) {
        return new Metric(
                name + "@" + checkpoint,
                unit(name),
                r -> at(r, checkpoint).metrics().get(name));
    }

    private static Checkpoint at(Replay replay, String checkpoint) {
        Checkpoint found = null;
        for (Checkpoint c : replay.checkpoints()) {
            found = c.name().equals(checkpoint) ? c : found;
        }
        if (found == null) {
            throw new IllegalStateException("no checkpoint " + checkpoint);
        }
        return found;
    }

    private static String unit(String name) {
        return name.substring(name.indexOf(':') + 1);
    }

    /**
     * The metric of a name: one of the system's, or one of runtime/metrics as it stands at the end.
     *
     * @throws IllegalArgumentException for a name that is not known
     */
    public static Metric of(String name) {
        ToLongFunction<Replay> system = OF_THE_SYSTEM.get(name);
        if (system != null) {
            return new Metric(name, "bytes", system);
        }
        if (!names().contains(name)) {
            throw new IllegalArgumentException("metric \"" + name + "\" is not known");
        }
        return new Metric(name, unit(name), r -> r.metrics().getOrDefault(name, 0L));
    }

    /** Every name that is known. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(OF_THE_SYSTEM.keySet());
        names.addAll(Metrics.read(new GoRuntime(Behaviours.of("1.21"), OsSettings.defaults(), 0, 0, false).heap())
                .keySet());
        names.addAll(List.of("/gc/cycles/total:gc-cycles", "/gc/heap/goal:bytes", "/gc/heap/live:bytes"));
        return names;
    }

    public long of(Replay replay) {
        return figure.applyAsLong(replay);
    }

    public boolean isBytes() {
        return unit.equals("bytes");
    }
}
