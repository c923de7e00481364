package dev.needzero.experiment;

import dev.needzero.gc.MemoryLimit;
import dev.needzero.gc.Pacer;
import dev.needzero.units.ByteSize;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a collector of the twin's own went by, asked for or found in the trace.
 *
 * @param gogc {@code GOGC} as a percentage, or {@link Pacer#OFF}
 * @param gogcFrom who said so
 * @param memoryLimitBytes {@code GOMEMLIMIT}; {@link Long#MAX_VALUE} for none
 * @param procs number of Ps that the pacing goes by
 * @param rootBytes stacks and globals, as the recorded goals tell
 * @param allocPerScannedByte bytes usually allocated in the processor time in which the collector reads one
 * @param eagerSweep whether a sweep is done at once, or paid for by allocations
 * @param deaths when objects are taken to have died; null where the trace says it
 * @param freeOsMemoryEveryNanos how often debug.FreeOSMemory is called; 0 for never
 * @param limitedWhenRecorded whether the recorded goals lay below what GOGC allows
 * @param timing which of several runs that differ by chance this is
 */
public record OwnCollector(
        int gogc,
        String gogcFrom,
        long memoryLimitBytes,
        int procs,
        long rootBytes,
        double allocPerScannedByte,
        boolean eagerSweep,
        GcSettings.Death deaths,
        long freeOsMemoryEveryNanos,
        boolean limitedWhenRecorded,
        GcSettings.Timing timing) {

    /** For the stable JSON. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("gogc", gogc == Pacer.OFF ? "off" : gogc);
        json.put("gogcFrom", gogcFrom);
        json.put("memoryLimitBytes", memoryLimitBytes == Long.MAX_VALUE ? null : memoryLimitBytes);
        json.put("gomaxprocs", procs);
        json.put("rootBytes", rootBytes);
        json.put("allocatedPerByteMarked", allocPerScannedByte);
        json.put("sweep", eagerSweep ? "at once" : "paid for by allocations");
        json.put("deaths", deaths == null ? "as recorded" : deaths.toString());
        json.put("freeOsMemoryEveryNanos", freeOsMemoryEveryNanos);
        json.put("limitedWhenRecorded", limitedWhenRecorded);
        json.put("timings", timing.among());
        if (timing.among() > 1) {
            json.put("leastEndRssBytes", timing.leastRssBytes());
            json.put("mostEndRssBytes", timing.mostRssBytes());
        }
        return json;
    }

    /** For people, in one line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("the twin's own at GOGC=")
                .append(gogc == Pacer.OFF ? "off" : gogc)
                .append(" (")
                .append(gogcFrom)
                .append(')');
        if (memoryLimitBytes != Long.MAX_VALUE) {
            text.append(", GOMEMLIMIT=")
                    .append(ByteSize.format(memoryLimitBytes))
                    .append(" with ")
                    .append(ByteSize.format(MemoryLimit.OFF_HEAP_BYTES))
                    .append(" outside the heap");
        }
        text.append(", GOMAXPROCS=").append(procs);
        if (rootBytes > 0) {
            text.append(", ").append(ByteSize.format(rootBytes)).append(" of stacks and globals");
        }
        if (deaths != null) {
            text.append(
                            allocPerScannedByte > 0
                                    ? String.format(
                                            Locale.ROOT,
                                            ", %.2f bytes allocated while one is marked",
                                            allocPerScannedByte)
                                    : ", marking in no time")
                    .append(", sweeping ")
                    .append(eagerSweep ? "at once" : "paid for by allocations");
            text.append(
                    switch (deaths) {
                        case LATE -> ", objects dead just before the recorded mark that found them so";
                        case EARLY -> ", objects dead as early as the recorded marks allow";
                        case EVEN -> ", deaths spread evenly between the recorded marks";
                    });
            text.append(", as before after the last one; the collector's own spans as recorded");
        }
        if (timing.among() > 1) {
            text.append(", the middle one of ")
                    .append(timing.among())
                    .append(" runs that differ in when the collector gets its turns (they end with ")
                    .append(ByteSize.format(timing.leastRssBytes()))
                    .append(" to ")
                    .append(ByteSize.format(timing.mostRssBytes()))
                    .append(" resident)");
        }
        if (limitedWhenRecorded && memoryLimitBytes == Long.MAX_VALUE) {
            text.append(", no memory limit although the recorded goals show one (--gomemlimit sets it)");
        }
        if (freeOsMemoryEveryNanos > 0) {
            text.append(String.format(Locale.ROOT, ", FreeOSMemory every %s s", freeOsMemoryEveryNanos / 1e9));
        }
        return text.toString();
    }
}
