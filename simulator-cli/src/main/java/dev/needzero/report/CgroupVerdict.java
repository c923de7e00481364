package dev.needzero.report;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.MemoryCgroup;
import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a memory cgroup's limits would have meant for a run: whether it was slowed down or killed, when, and how it is logged. */
final class CgroupVerdict {
    /** A container's first process. */
    private static final int PID = 1;

    private final String command;
    private final AddressSpace os;
    private final MemoryCgroup cgroup;
    private final long startNanos;

    /**
     * @param trace the trace's name, from which the process has its own
     */
    CgroupVerdict(String trace, Run run) {
        String file = trace.substring(trace.lastIndexOf('/') + 1);
        this.command = file.replaceFirst("^[a-z]+:", "").replaceFirst("[@.?].*", "");
        this.os = run.os();
        this.cgroup = run.os().cgroup();
        this.startNanos = run.timeLine().size() == 0 ? 0 : run.timeLine().timeNanos(0);
    }

    /** Sentences for people; none when there is no limit. */
    List<String> sentences() {
        List<String> said = new ArrayList<>();
        MemoryCgroup.Limits limits = cgroup.limits();
        if (limits.hasHigh()) {
            MemoryCgroup.Breach high = cgroup.firstHigh();
            said.add(
                    high == null
                            ? "memory.high " + ByteSize.format(limits.highBytes()) + ": never exceeded"
                            : "memory.high " + ByteSize.format(limits.highBytes()) + ": exceeded from " + when(high)
                                    + ", at most by " + ByteSize.format(cgroup.overHighBytes()) + "; "
                                    + String.format(Locale.ROOT, "%,d", cgroup.throttledFaults())
                                    + " page faults would have waited");
        }
        if (limits.hasMax()) {
            MemoryCgroup.Kill kill = cgroup.kill();
            if (kill == null) {
                said.add("memory.max " + ByteSize.format(limits.maxBytes()) + ": never reached; charged at most "
                        + ByteSize.format(peak()));
            } else {
                said.add("memory.max " + ByteSize.format(limits.maxBytes()) + ": KILLED at " + when(kill.at())
                        + "; the figures go on as if it had lived");
                said.add("  " + kill.logLine(PID, command));
            }
        }
        if (cgroup.reclaimedBytes() > 0) {
            said.add("reclaimed: " + ByteSize.format(cgroup.reclaimedBytes())
                    + ", lazily free pages first, then what broken huge pages held");
        }
        return said;
    }

    private long peak() {
        return os.peakChargedBytes() + cgroup.limits().otherBytes();
    }

    private String when(MemoryCgroup.Breach at) {
        return String.format(
                Locale.ROOT,
                "event %,d, %.3f s into the trace, with %s charged",
                at.event(),
                (at.nanos() - startNanos) / 1e9,
                ByteSize.format(at.chargedBytes()));
    }

    /** The same for programs. */
    Map<String, Object> toJson() {
        MemoryCgroup.Limits limits = cgroup.limits();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("memoryMaxBytes", limits.hasMax() ? limits.maxBytes() : null);
        json.put("memoryHighBytes", limits.hasHigh() ? limits.highBytes() : null);
        json.put("otherBytes", limits.otherBytes());
        json.put("peakChargedBytes", peak());
        json.put("reclaimedBytes", cgroup.reclaimedBytes());
        json.put("high", breach(cgroup.firstHigh()));
        json.put("overHighBytes", cgroup.overHighBytes());
        json.put("throttledFaults", cgroup.throttledFaults());
        MemoryCgroup.Kill kill = cgroup.kill();
        json.put("killed", kill == null ? null : breach(kill.at()));
        json.put("log", kill == null ? null : kill.logLine(PID, command));
        return json;
    }

    private Map<String, Object> breach(MemoryCgroup.Breach at) {
        if (at == null) {
            return null;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", at.event());
        json.put("nanos", at.nanos() - startNanos);
        json.put("chargedBytes", at.chargedBytes());
        return json;
    }
}
