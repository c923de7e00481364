package dev.needzero.workload;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.needzero.heap.SizeClasses;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import dev.needzero.trace.TypeTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was allocated, counted by type and slot: {@code "map.group[int64]int64 18432 noscan" → 511}. Requests of a generated
 * workload are brought into slots here, by the rules of §2.1 and §2.2, apart from the twin's own code.
 */
final class Slots {
    private static final int PAGE = 8192;
    private static final int TINY = 16;

    private Slots() {}

    /** The recordings' directory; a test that needs it is skipped where it is absent. */
    static Path shared(String path) {
        String set = System.getProperty("needzero.shared");
        Path root = set != null
                ? Path.of(set)
                : Path.of("..", "..", "..", "shared").toAbsolutePath().normalize();
        for (Path at = Path.of("").toAbsolutePath(); set == null && at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared").resolve("recorded"))) {
                root = at.resolve("shared");
                break;
            }
        }
        Path found = root.resolve(path);
        assumeTrue(Files.exists(found), () -> found + " is not there: nothing to hold this against");
        return found;
    }

    /** What a recorded program allocated between two of its checkpoints (to its end where the second is null). */
    static Map<String, Integer> recorded(String recording, String from, String to) throws IOException {
        Map<Long, long[]> spanAt = new HashMap<>();
        Map<String, Integer> counts = new TreeMap<>();
        boolean counting = false;
        try (TraceReader reader =
                Traces.open(shared("recorded/" + recording + ".trace.gz").toString())) {
            EventBatch batch = new EventBatch();
            while (reader.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    switch (batch.kind[i]) {
                        case Kind.SPAN, Kind.SPAN_ALLOC -> {
                            for (long page = 0; page < batch.b[i]; page++) {
                                spanAt.put(batch.a[i] / PAGE + page, new long[] {batch.b[i], batch.c[i]});
                            }
                        }
                        case Kind.CHECKPOINT -> {
                            String name = reader.string(batch.c[i]);
                            counting |= name.equals(from);
                            counting &= !name.equals(to);
                        }
                        case Kind.OBJECT_ALLOC -> {
                            if (counting) {
                                long[] span = spanAt.get(batch.a[i] / PAGE);
                                int sizeClass = (int) span[1] >> 2;
                                long slot = sizeClass == 0 ? span[0] * PAGE : SizeClasses.GO.bytes(sizeClass);
                                String type = reader.types().get(batch.c[i]).name();
                                counts.merge(key(type, slot, (span[1] & 2) != 0), 1, Integer::sum);
                            }
                        }
                        default -> {}
                    }
                }
            }
        }
        return counts;
    }

    /**
     * What a workload would have allocated.
     *
     * @param tinyBlocks whether objects below 16 bytes count as the blocks they share (the tracer of 1.23 sees only
     *     those), else each counts
     */
    static Map<String, Integer> generated(String spec, boolean tinyBlocks) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        boolean headers = !spec.contains("go=1.21");
        try (TraceReader reader = Workloads.open(spec)) {
            EventBatch batch = new EventBatch();
            long tinyOffset = TINY;
            while (reader.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    if (batch.kind[i] != Kind.ALLOC) {
                        continue;
                    }
                    TypeTable.Type type = reader.types().get(batch.c[i]);
                    boolean noscan = type.pointers() == TypeTable.Pointers.NO;
                    long bytes = batch.b[i];
                    if (noscan && bytes < TINY && tinyBlocks) {
                        int align = bytes % 8 == 0 ? 8 : bytes % 4 == 0 ? 4 : bytes % 2 == 0 ? 2 : 1;
                        long at = (tinyOffset + align - 1) / align * align;
                        if (at + bytes <= TINY) {
                            tinyOffset = at + bytes;
                            continue;
                        }
                        tinyOffset = Math.min(tinyOffset, bytes);
                    }
                    counts.merge(key(type.name(), slot(bytes, noscan, headers), noscan), 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    static long slot(long bytes, boolean noscan, boolean headers) {
        if (noscan && bytes < TINY) {
            return TINY;
        }
        long with = headers && !noscan && bytes > 512 ? bytes + 8 : bytes;
        if (bytes > (headers ? 32760 : 32768)) {
            return (bytes + PAGE - 1) / PAGE * PAGE;
        }
        int c = 1;
        while (SizeClasses.GO.bytes(c) < with) {
            c++;
        }
        return SizeClasses.GO.bytes(c);
    }

    static String key(String type, long slot, boolean noscan) {
        return type + " " + slot + (noscan ? " noscan" : " scan");
    }
}
