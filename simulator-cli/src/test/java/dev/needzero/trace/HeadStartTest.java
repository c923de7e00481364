package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadStartTest {
    private static final String TRACE = own("service@go1.23.0.trace.gz");
    /** Its events are looked at for the first time when they are delivered. */
    private static final String SINCE_124 = own("service@go1.24.0.trace.zst");

    private static String own(String name) {
        Path above = Path.of("..", "traces");
        return (Files.isDirectory(above) ? above : Path.of("traces"))
                .resolve(name)
                .toString();
    }

    @Test
    void whatWasBegunGoesOnAsIfItHadBeenOpenedNow() throws IOException {
        try (TraceReader begun = HeadStart.on(TRACE).take(TRACE);
                TraceReader opened = Traces.open(TRACE)) {
            assertEquals(events(opened), events(begun));
            assertEquals(opened.eventsDecoded(), begun.eventsDecoded());
            assertEquals(opened.info(), begun.info());
            assertEquals(opened.warnings(), begun.warnings());
            assertEquals(opened.types().size(), begun.types().size());
        }
    }

    @Test
    void anotherTraceThanTheOneBegunIsNotHandedOver() {
        assertNull(HeadStart.on(TRACE).take("./" + TRACE));
    }

    @Test
    void aTraceIsHandedOverOnce() throws IOException {
        HeadStart start = HeadStart.on(TRACE);
        try (TraceReader first = start.take(TRACE)) {
            assertNotNull(first);
            assertNull(start.take(TRACE));
        }
    }

    @Test
    void whatCannotBeOpenedIsLeftToTheUsualWay(@TempDir Path dir) throws IOException {
        Path noTrace = Files.writeString(dir.resolve("no.trace"), "this is no trace\n");
        assertNull(HeadStart.on(noTrace.toString()).take(noTrace.toString()));
    }

    @Test
    void damageIsReportedBehindTheSameEvents(@TempDir Path dir) throws IOException {
        byte[] bytes;
        try (TraceInput input = TraceInput.open(SINCE_124, InflationLimit.current())) {
            bytes = input.stream().readAllBytes();
        }
        // A number without an end, in the middle of a batch of events.
        Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 24, (byte) 0xff);
        String damaged = Files.write(dir.resolve("damaged.trace"), bytes).toString();
        List<String> openedEvents = new ArrayList<>();
        List<String> begunEvents = new ArrayList<>();
        try (TraceReader opened = Traces.open(damaged);
                TraceReader begun = HeadStart.on(damaged).take(damaged)) {
            BadInputException expected = assertThrows(BadInputException.class, () -> collect(opened, openedEvents));
            BadInputException thrown = assertThrows(BadInputException.class, () -> collect(begun, begunEvents));
            assertEquals(expected.getMessage(), thrown.getMessage());
            assertFalse(openedEvents.isEmpty());
            assertEquals(openedEvents, begunEvents);
        }
    }

    private static List<String> events(TraceReader reader) throws IOException {
        List<String> events = new ArrayList<>();
        collect(reader, events);
        return events;
    }

    /** A line a batch: its size and a sum over its columns. */
    private static void collect(TraceReader reader, List<String> batches) throws IOException {
        EventBatch batch = new EventBatch();
        while (reader.next(batch)) {
            long sum = 0;
            for (int i = 0; i < batch.size; i++) {
                sum = 31 * sum + batch.kind[i] + batch.proc[i] + batch.a[i] * 7 + batch.timeNanos[i] * 13;
            }
            batches.add(batch.size + " " + sum);
        }
    }
}
