package dev.needzero.experiment;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TextFile;
import dev.needzero.units.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be seen of a running Go program's memory from outside. All in bytes; -1 is unknown.
 *
 * @param mappedBytes readable and writable memory of the heap, stacks included
 * @param rssBytes how much of it is resident
 * @param releasedBytes how much of it the runtime gave back to the system, or never used yet
 * @param otherBytes resident memory of the process beside its heap
 */
public record PodMemory(long mappedBytes, long rssBytes, long releasedBytes, long otherBytes) {
    public static final long UNKNOWN = -1;

    /** A line of {@code runtime/metrics} or of a Prometheus page: a name, labels perhaps, a number, a time perhaps. */
    private static final Pattern LINE =
            Pattern.compile("\\s*([A-Za-z_/][\\w/:.-]*)\\s*(\\{.*})?[\\s=]+([-+.\\deE]+)(?:\\s+-?\\d+)?\\s*");

    private static final String CLASSES = "/memory/classes/";

    public PodMemory {
        if (mappedBytes >= 0 && rssBytes > mappedBytes) {
            throw new IllegalArgumentException("a heap with " + ByteSize.format(rssBytes) + " resident of "
                    + ByteSize.format(mappedBytes) + " mapped; expected no more resident than mapped");
        }
    }

    public static PodMemory of(Smaps smaps) {
        return new PodMemory(
                smaps.heapMappedBytes(), smaps.heapRssBytes(), UNKNOWN, smaps.processRssBytes() - smaps.heapRssBytes());
    }

    /** These figures, with what the others know where these know nothing. */
    public PodMemory or(PodMemory others) {
        return new PodMemory(
                known(mappedBytes, others.mappedBytes),
                known(rssBytes, others.rssBytes),
                known(releasedBytes, others.releasedBytes),
                known(otherBytes, others.otherBytes));
    }

    private static long known(long first, long second) {
        return first >= 0 ? first : second;
    }

    /**
     * Reads {@code runtime/metrics} as lines or as JSON, the expvar page with {@code memstats}, or a Prometheus text page
     * with {@code go_memory_classes_*} or {@code go_memstats_*}.
     *
     * <p>Go's own metrics know nothing of what is resident. A Prometheus page mostly tells the process's; what the runtime
     * holds beside its heap is taken off it.
     */
    public static PodMemory ofMetrics(Path file) throws IOException {
        String text = TextFile.read(file, "what Go says of itself (runtime/metrics, /debug/vars or Prometheus)");
        Map<String, Long> found = new HashMap<>();
        if (text.stripLeading().startsWith("{")) {
            flatten(TextFile.json(text, file.toString()), found);
        } else {
            lines(file, text, found);
        }
        return ofMetrics(file, found);
    }

    private static void flatten(Map<?, ?> json, Map<String, Long> found) {
        json.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner) {
                flatten(inner, found);
            } else if (value instanceof Number number) {
                found.put((String) key, number.longValue());
            }
        });
    }

    private static void lines(Path file, String text, Map<String, Long> found) throws IOException {
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            Matcher m = LINE.matcher(line);
            if (line.isBlank() || line.startsWith("#") || !m.matches()) {
                continue;
            }
            boolean ofInterest = m.group(1).startsWith(CLASSES)
                    || m.group(1).startsWith("go_mem")
                    || m.group(1).equals("process_resident_memory_bytes");
            try {
                if (ofInterest && found.put(m.group(1), (long) Double.parseDouble(m.group(3))) != null) {
                    throw new BadInputException(
                            file + ":" + number,
                            m.group(1) + " stands there a second time; expected one process's page");
                }
            } catch (NumberFormatException e) {
                throw new BadInputException(file + ":" + number, "\"" + m.group(3) + "\" is not a number");
            }
        }
    }

    private static PodMemory ofMetrics(Path file, Map<String, Long> found) throws IOException {
        Map<String, Long> classes = new HashMap<>();
        found.forEach((name, bytes) -> {
            if (name.startsWith(CLASSES)) {
                classes.put(name.substring(CLASSES.length()).replaceFirst(":bytes$", ""), bytes);
            } else if (name.startsWith("go_memory_classes_")) {
                String key = name.substring("go_memory_classes_".length()).replaceFirst("_bytes$", "");
                classes.put(key.replaceFirst("^heap_", "heap/"), bytes);
            }
        });
        long mapped = sum(classes, "heap/free", "heap/objects", "heap/released", "heap/stacks", "heap/unused");
        long released = classes.getOrDefault("heap/released", UNKNOWN);
        long total = classes.getOrDefault("total", UNKNOWN);
        if (mapped < 0) {
            // MemStats: HeapSys is what the heap has, without the spans that serve as stacks.
            mapped = sum(found, "go_memstats_heap_sys_bytes", "go_memstats_stack_inuse_bytes");
            released = found.getOrDefault("go_memstats_heap_released_bytes", UNKNOWN);
            total = found.getOrDefault("go_memstats_sys_bytes", UNKNOWN);
        }
        if (mapped < 0) {
            mapped = sum(found, "HeapSys", "StackInuse");
            released = found.getOrDefault("HeapReleased", UNKNOWN);
            total = found.getOrDefault("Sys", UNKNOWN);
        }
        if (mapped < 0) {
            throw new BadInputException(
                    file.toString(),
                    "tells not how large the heap is; expected /memory/classes/heap/…:bytes (runtime/metrics),"
                            + " go_memory_classes_heap_…_bytes or go_memstats_heap_sys_bytes (Prometheus)");
        }
        long other = total < 0 ? UNKNOWN : total - mapped;
        long process = found.getOrDefault("process_resident_memory_bytes", UNKNOWN);
        long rss = process < 0 || other < 0 ? UNKNOWN : Math.max(0, Math.min(process - other, mapped));
        return new PodMemory(mapped, rss, released, rss < 0 ? other : process - rss);
    }

    /** The sum of these, or unknown if one is. */
    private static long sum(Map<String, Long> values, String... names) {
        long sum = 0;
        for (String name : names) {
            if (!values.containsKey(name)) {
                return UNKNOWN;
            }
            sum += values.get(name);
        }
        return sum;
    }
}
