package dev.needzero.trace.go;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.InflationLimit;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A trace in memory, read to its end, its events in words. */
final class ReadTrace {
    final List<String> events = new ArrayList<>();
    final List<String> warnings;
    final long decoded;

    ReadTrace(byte[] bytes) throws IOException {
        try (TraceReader reader = open(bytes)) {
            EventBatch batch = new EventBatch();
            while (reader.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    events.add(words(reader, batch, i));
                }
            }
            warnings = reader.warnings();
            decoded = reader.eventsDecoded();
        }
    }

    static TraceReader open(byte[] bytes) throws IOException {
        return Traces.open(
                TraceInput.of("t", new ByteArrayInputStream(bytes), bytes.length, InflationLimit.DEFAULT), null);
    }

    private static String words(TraceReader reader, EventBatch batch, int i) {
        String tail = " p" + batch.proc[i] + " @" + batch.timeNanos[i];
        long a = batch.a[i];
        return switch (batch.kind[i]) {
            case Kind.SPAN -> "span " + a + " " + batch.b[i] + tail;
            case Kind.SPAN_ALLOC -> "spanAlloc " + a + " " + batch.b[i] + tail;
            case Kind.SPAN_FREE -> "spanFree " + a + tail;
            case Kind.LOST_SPAN -> "lostSpan " + a + " " + batch.b[i];
            case Kind.OBJECT_ALLOC ->
                "alloc " + a + " " + reader.types().get(batch.c[i]).name() + tail;
            case Kind.OBJECT_FREE -> "free " + a + tail;
            case Kind.STACK_ALLOC -> "stackAlloc " + a + " " + batch.b[i] + tail;
            case Kind.HEAP_ALLOC -> "heap " + a + tail;
            case Kind.PROC_START -> "start" + tail;
            case Kind.PROC_STOP -> "stop" + tail;
            case Kind.WRITE -> "write " + a + " " + batch.b[i];
            case Kind.CHECKPOINT -> "checkpoint " + a + " " + reader.string(batch.c[i]);
            case Kind.STW_BEGIN -> "stw " + reader.string(batch.c[i]);
            default -> "kind " + batch.kind[i];
        };
    }
}
