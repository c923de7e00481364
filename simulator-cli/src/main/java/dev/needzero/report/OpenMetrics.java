package dev.needzero.report;

import dev.needzero.os.Cause;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * A replay's end as Prometheus would have scraped it, in OpenMetrics 1.0 text: what the twin knows of the metrics that Go's
 * client library exports, under its names ({@code go_memstats_…} and {@code runtime/metrics} translated), what its process
 * collector would say of resident memory, and who committed it.
 */
public final class OpenMetrics {
    /** What only ever grows; the library ends their names in {@code _total}. */
    private static final Set<String> CUMULATIVE = Set.of(
            "/gc/cycles/total:gc-cycles",
            "/gc/heap/allocs:bytes",
            "/gc/heap/allocs:objects",
            "/gc/heap/frees:bytes",
            "/gc/heap/frees:objects",
            "/gc/heap/tiny/allocs:objects");

    private final StringBuilder out = new StringBuilder();

    private OpenMetrics() {}

    /**
     * The text.
     *
     * @param trace what was replayed
     */
    public static String text(Run run, String trace) {
        OpenMetrics metrics = new OpenMetrics();
        metrics.replay(run, trace);
        return metrics.out.append("# EOF\n").toString();
    }

    private void replay(Run run, String trace) {
        family("needzero_replay", "info", "", "What was replayed, and under which version.");
        sample("needzero_replay_info{go=\"" + escaped(run.label()) + "\",trace=\"" + escaped(trace) + "\"}", 1);
        gauge(
                "process_resident_memory_bytes",
                "Resident memory of the heap.",
                run.os().rssBytes());
        gauge(
                "process_virtual_memory_bytes",
                "Readable and writable memory of the heap.",
                run.os().mappedBytes());
        family("needzero_committed_bytes", "gauge", "bytes", "Resident memory of the heap by who committed it.");
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            sample(
                    "needzero_committed_bytes{cause=\"" + Cause.name(cause) + "\"}",
                    run.os().committedBytes(cause));
        }
        SortedMap<String, Long> values = run.replay().metrics();
        memstats(values);
        for (Map.Entry<String, Long> value : values.entrySet()) {
            runtimeMetric(value.getKey(), value.getValue());
        }
    }

    /**
     * runtime.MemStats, as far as it is the heap's. The library's counter {@code go_memstats_alloc_bytes_total} is left out:
     * its family would have the name of a gauge; {@code go_gc_heap_allocs_bytes_total} says the same.
     */
    private void memstats(SortedMap<String, Long> m) {
        long objects = m.get("/memory/classes/heap/objects:bytes");
        long free = m.get("/memory/classes/heap/free:bytes");
        long released = m.get("/memory/classes/heap/released:bytes");
        long inUse = objects + m.get("/memory/classes/heap/unused:bytes");
        long tiny = m.get("/gc/heap/tiny/allocs:objects");
        gauge("go_memstats_alloc_bytes", "Bytes of allocated heap objects.", objects);
        counter("go_memstats_mallocs", "Heap objects allocated so far.", m.get("/gc/heap/allocs:objects") + tiny);
        counter("go_memstats_frees", "Heap objects freed so far.", m.get("/gc/heap/frees:objects") + tiny);
        gauge("go_memstats_heap_alloc_bytes", "Bytes of allocated heap objects.", objects);
        gauge("go_memstats_heap_sys_bytes", "Bytes of heap memory obtained from the system.", inUse + free + released);
        gauge("go_memstats_heap_idle_bytes", "Bytes in idle spans.", free + released);
        gauge("go_memstats_heap_inuse_bytes", "Bytes in spans in use.", inUse);
        gauge("go_memstats_heap_released_bytes", "Bytes returned to the system.", released);
        gauge("go_memstats_heap_objects", "Allocated heap objects.", m.get("/gc/heap/objects:objects"));
        gauge("go_memstats_stack_inuse_bytes", "Bytes in stack spans.", m.get("/memory/classes/heap/stacks:bytes"));
        Long goal = m.get("/gc/heap/goal:bytes");
        if (goal != null && goal >= 0) {
            gauge("go_memstats_next_gc_bytes", "Heap size at which the next collection ends.", goal);
        }
    }

    private void runtimeMetric(String name, long value) {
        String translated = "go" + name.replaceAll("[/:.-]", "_");
        if (CUMULATIVE.contains(name)) {
            counter(translated, name + " of runtime/metrics.", value);
        } else {
            gauge(translated, name + " of runtime/metrics.", value);
        }
    }

    private void gauge(String name, String help, long value) {
        family(name, "gauge", name.endsWith("_bytes") ? "bytes" : "", help);
        sample(name, value);
    }

    private void counter(String name, String help, long value) {
        family(name, "counter", name.endsWith("_bytes") ? "bytes" : "", help);
        sample(name + "_total", value);
    }

    private void family(String name, String type, String unit, String help) {
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        if (!unit.isEmpty()) {
            out.append("# UNIT ").append(name).append(' ').append(unit).append('\n');
        }
        out.append("# HELP ").append(name).append(' ').append(escaped(help)).append('\n');
    }

    private void sample(String name, long value) {
        out.append(name).append(' ').append(value).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
