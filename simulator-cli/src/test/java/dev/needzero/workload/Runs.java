package dev.needzero.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A workload read to its end and held to the contract of unplaced traces: what it came to. */
record Runs(
        long events,
        long allocs,
        long allocBytes,
        long frees,
        int peakObjects,
        int ids,
        long hash,
        long nanos,
        List<Long> requests,
        Map<String, Long> liveBytes,
        List<String> checkpoints) {
    private static final int KEPT_REQUESTS = 1000;

    static Runs of(String spec) throws IOException {
        BitSet live = new BitSet();
        List<Long> bytesOf = new ArrayList<>();
        List<Integer> typeOf = new ArrayList<>();
        List<Long> requests = new ArrayList<>();
        List<String> checkpoints = new ArrayList<>();
        long events = 0;
        long allocs = 0;
        long allocBytes = 0;
        long frees = 0;
        int now = 0;
        int peak = 0;
        long hash = 0;
        long nanos = 0;
        try (TraceReader reader = Workloads.open(spec)) {
            assertEquals(false, reader.info().placed());
            EventBatch batch = new EventBatch();
            while (reader.next(batch)) {
                assertTrue(batch.size > 0 && batch.size <= EventBatch.CAPACITY);
                events += batch.size;
                for (int i = 0; i < batch.size; i++) {
                    assertTrue(batch.timeNanos[i] >= nanos, "time runs forwards");
                    nanos = batch.timeNanos[i];
                    hash = (hash * 31 + batch.kind[i]) * 31 + batch.a[i];
                    hash = ((hash * 31 + batch.b[i]) * 31 + batch.c[i]) * 31 + batch.proc[i];
                    int id = (int) batch.a[i];
                    switch (batch.kind[i]) {
                        case Kind.ALLOC -> {
                            assertTrue(!live.get(id), () -> "object " + id + " is allocated while it lives");
                            assertTrue(batch.b[i] > 0);
                            assertTrue(batch.c[i] > 0
                                    && batch.c[i] < reader.types().size());
                            live.set(id);
                            while (bytesOf.size() <= id) {
                                bytesOf.add(0L);
                                typeOf.add(0);
                            }
                            bytesOf.set(id, batch.b[i]);
                            typeOf.set(id, batch.c[i]);
                            allocs++;
                            allocBytes += batch.b[i];
                            peak = Math.max(peak, ++now);
                            if (requests.size() < KEPT_REQUESTS) {
                                requests.add(batch.b[i]);
                            }
                        }
                        case Kind.FREE -> {
                            assertTrue(live.get(id), () -> "object " + id + " is freed while it does not live");
                            live.clear(id);
                            frees++;
                            now--;
                        }
                        case Kind.WRITE -> {
                            assertTrue(live.get(id), () -> "object " + id + " is written while it does not live");
                            assertTrue(batch.b[i] > 0 && batch.b[i] <= bytesOf.get(id));
                        }
                        case Kind.CHECKPOINT -> checkpoints.add(reader.string(batch.c[i]));
                        default -> {}
                    }
                }
            }
            assertEquals(events, reader.eventsDecoded());
            Map<String, Long> liveBytes = new TreeMap<>();
            for (int id = live.nextSetBit(0); id >= 0; id = live.nextSetBit(id + 1)) {
                liveBytes.merge(reader.types().get(typeOf.get(id)).name(), bytesOf.get(id), Long::sum);
            }
            return new Runs(
                    events,
                    allocs,
                    allocBytes,
                    frees,
                    peak,
                    bytesOf.size(),
                    hash,
                    nanos,
                    requests,
                    liveBytes,
                    checkpoints);
        }
    }
}
