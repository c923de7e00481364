package dev.needzero.report;

import dev.needzero.experiment.Checkpoint;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.TimeLine;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.runtime.Behaviours;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A replay that is over, with how it was set up, as reports see it. */
public record Run(Behaviours behaviours, boolean recordedPlacement, Replay replay) {
    /** What to call it in a table or a chart: the version, and what was changed of it. */
    public String label() {
        StringBuilder label = new StringBuilder(behaviours.version());
        behaviours
                .settings()
                .forEach((key, value) ->
                        label.append(' ').append(key).append('=').append(value));
        return label.toString();
    }

    AddressSpace os() {
        return replay.runtime().os();
    }

    TimeLine timeLine() {
        return replay.timeLine();
    }

    /** Bytes of what Go counts as in use, heap spans and stacks, at the sampled moment when they were most. */
    long peakGoInUseBytes() {
        long peak = 0;
        for (int i = 0; i < timeLine().size(); i++) {
            peak = Math.max(peak, timeLine().goInUseBytes(i));
        }
        return peak;
    }

    /** The collector's goal at the end, or -1 when the trace never told it. */
    long goalBytes() {
        return timeLine().goalBytes(timeLine().size() - 1);
    }

    /** One entry of the stable JSON's "runs". */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("go", behaviours.version());
        json.put("settings", behaviours.settings());
        json.put("touch", replay.rules().toString());
        json.put("gc", replay.ownCollector() == null ? "recorded" : "simulated");
        json.put(
                "collector",
                replay.ownCollector() == null ? null : replay.ownCollector().toJson());
        json.put("placement", recordedPlacement ? "recorded" : "simulated");
        json.put("peakRssBytes", os().peakRssBytes());
        json.put("endRssBytes", os().rssBytes());
        json.put("endMappedBytes", os().mappedBytes());
        Map<String, Object> committed = new LinkedHashMap<>();
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            committed.put(Cause.name(cause), os().committedBytes(cause));
        }
        json.put("committedBy", committed);
        json.put("endHugeBytes", os().hugeBytes());
        json.put("endLazyFreeBytes", os().lazyFreeBytes());
        json.put("endChargedBytes", os().chargedBytes());
        json.put("peakChargedBytes", os().peakChargedBytes());
        json.put("gcCycles", replay.cycles());
        json.put("endMetrics", replay.metrics());
        List<Object> checkpoints = new ArrayList<>();
        for (Checkpoint c : replay.checkpoints()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("checkpoint", c.number());
            one.put("name", c.name());
            one.put("event", c.event());
            one.put("rssBytes", c.rssBytes());
            one.put("mappedBytes", c.mappedBytes());
            one.put("zeroMappedBytes", c.zeroMappedBytes());
            one.put("metrics", c.metrics());
            checkpoints.add(one);
        }
        json.put("checkpoints", checkpoints);
        return json;
    }
}
