package dev.needzero.trace.go;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import dev.needzero.trace.TypeTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs' traces, read by the reader and by its slow twin. */
class GoRecordingsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "large-ptr-8M@go1.23.0",
                "maps-int@go1.24.0",
                "stacks@go1.25.14",
                "limit@go1.25.14",
                "service@go1.23.0",
                "service@go1.26.7",
                "drain-deep@go1.27.0"
            })
    void aRecordingReadsAsItsSlowTwinReadsIt(String name) throws IOException {
        compare(Recordings.trace(name));
    }

    @Test
    @Tag("corpus")
    void everyRecordingReadsAsItsSlowTwinReadsIt() throws IOException {
        for (Path trace : Recordings.traces()) {
            compare(trace);
        }
    }

    private static void compare(Path trace) throws IOException {
        NaiveGoTrace twin = new NaiveGoTrace(Recordings.unpacked(trace));
        List<String> checkpoints = new ArrayList<>();
        List<String> reads = new ArrayList<>();
        NavigableMap<Long, Long> spans = new TreeMap<>();
        long unknownObjects = 0;
        long overlaps = 0;
        long lost = 0;
        int next = 0;
        try (TraceReader reader = Traces.open(trace.toString())) {
            String where = trace.getFileName().toString();
            EventBatch batch = new EventBatch();
            long latest = 0;
            while (reader.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    int kind = batch.kind[i];
                    assertTrue(batch.timeNanos[i] >= latest, where + ": time went back at " + next);
                    if (kind == Kind.KERNEL_READ) {
                        reads.add(batch.a[i] + " " + batch.c[i]);
                        continue;
                    }
                    if (kind == Kind.CHECKPOINT) {
                        // The recorder reads smaps, then pagemap, then asks the runtime.
                        long number = batch.a[i];
                        assertEquals(
                                List.of(number + " " + Kind.READ_SMAPS, number + " " + Kind.READ_PAGES),
                                reads,
                                where + ": what was read for checkpoint " + number);
                        reads.clear();
                        checkpoints.add(batch.a[i] + " " + reader.string(batch.c[i]));
                        continue;
                    }
                    if (kind == Kind.LOST_SPAN) {
                        lost += batch.b[i] > 0 ? 1 : 0; // of length 0: only a stack on it is known
                        continue;
                    }
                    // What a goroutine of the runtime did until it stopped is no event of the trace's own.
                    if (kind == Kind.SCAVENGER_RAN
                            || kind == Kind.SWEEPER_RAN
                            || kind == Kind.SWEEP_BEGIN && batch.c[i] == Kind.SWEEP_BY_BACKGROUND) {
                        continue;
                    }
                    NaiveGoTrace.Event wanted = twin.events.get(next++);
                    assertEquals(wanted.kind(), kind, where + " event " + next);
                    assertEquals(wanted.proc(), batch.proc[i], where + " proc of event " + next);
                    latest = Math.max(latest, wanted.nanos());
                    assertEquals(latest, batch.timeNanos[i], where + " time of event " + next);
                    if (hasA(kind)) {
                        assertEquals(wanted.a(), batch.a[i], where + " a of event " + next);
                    }
                    if (hasB(kind)) {
                        assertEquals(wanted.b(), batch.b[i], where + " b of event " + next);
                    }
                    if (hasC(kind)) {
                        assertEquals(wanted.c(), c(reader, batch, i), where + " c of event " + next);
                    }
                    if (kind == Kind.SPAN || kind == Kind.SPAN_ALLOC) {
                        overlaps += covers(spans, batch.a[i]) ? 1 : 0;
                        spans.put(batch.a[i], batch.b[i]);
                    } else if (kind == Kind.SPAN_FREE) {
                        spans.remove(batch.a[i]);
                    } else if (kind == Kind.OBJECT || kind == Kind.OBJECT_ALLOC || kind == Kind.OBJECT_FREE) {
                        unknownObjects += covers(spans, batch.a[i]) ? 0 : 1;
                    }
                }
            }
            assertEquals(twin.events.size(), next, where + ": events");
            assertEquals(twin.timed, reader.eventsDecoded(), where + ": timed events");
            assertEquals(twin.checkpoints, checkpoints, where + ": checkpoints");
            assertEquals(Recordings.truth(trace).size(), checkpoints.size(), where + ": truth lines");
            assertEquals(0, unknownObjects, where + ": objects outside all spans");
            assertEquals(0, overlaps, where + ": spans over spans");
            assertEquals(twin.orphanSpanFrees, lost, where + ": lost spans");
            assertEquals(lost > 0 ? 1 : 0, reader.warnings().size(), where + ": " + reader.warnings());
            String goVersion = where.replaceAll(".*@go(1\\.\\d+)\\..*", "$1").replace("1.27", "1.26");
            assertEquals(goVersion, reader.info().goVersion(), where);
            assertEquals(twin.base, reader.info().heapBase() + reader.info().firstPageOffset(), where);
            assertEquals(reader.bytesTotal(), reader.bytesRead(), where);
        }
    }

    private static boolean covers(NavigableMap<Long, Long> spans, long address) {
        Map.Entry<Long, Long> span = spans.floorEntry(address);
        return span != null && address < span.getKey() + span.getValue() * 8192;
    }

    private static boolean hasA(int kind) {
        return switch (kind) {
            case Kind.STW_BEGIN, Kind.STW_END, Kind.PROC_START, Kind.PROC_STOP, Kind.SWEEP_BEGIN -> false;
            default -> true;
        };
    }

    private static boolean hasB(int kind) {
        return switch (kind) {
            case Kind.SPAN, Kind.SPAN_ALLOC, Kind.STACK, Kind.STACK_ALLOC, Kind.SWEEP_END, Kind.WRITE -> true;
            default -> false;
        };
    }

    private static boolean hasC(int kind) {
        return switch (kind) {
            case Kind.SPAN, Kind.SPAN_ALLOC, Kind.OBJECT, Kind.OBJECT_ALLOC, Kind.SWEEP_BEGIN, Kind.STW_BEGIN -> true;
            default -> false;
        };
    }

    private static String c(TraceReader reader, EventBatch batch, int i) {
        int c = batch.c[i];
        return switch (batch.kind[i]) {
            case Kind.OBJECT, Kind.OBJECT_ALLOC -> {
                TypeTable.Type type = reader.types().get(c);
                yield type.name() + " " + type.sizeBytes() + " " + type.pointerBytes();
            }
            case Kind.SWEEP_BEGIN ->
                List.of("unknown", "cacheSpan", "credit", "reclaim").get(c);
            case Kind.STW_BEGIN -> reader.string(c);
            default -> "" + c;
        };
    }
}
