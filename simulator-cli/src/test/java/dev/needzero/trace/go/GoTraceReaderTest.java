package dev.needzero.trace.go;

import static dev.needzero.trace.go.TraceBuilder.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the reader makes of traces written by hand. Offsets are from 0xc000000000; a tick is 64 ns. */
class GoTraceReaderTest {
    private static final int PROC_START = 10;
    private static final int PROC_STATUS = 13;
    private static final int STW_BEGIN = 26;
    private static final int HEAP_ALLOC = 37;
    private static final int USER_LOG = 44;
    private static final int SPAN_ALLOC = 129;
    private static final int SPAN_FREE = 130;
    private static final int OBJECT_ALLOC = 132;
    private static final int OBJECT_FREE = 133;
    private static final int STACK_ALLOC = 135;

    private static List<String> read(TraceBuilder trace) throws IOException {
        ReadTrace read = new ReadTrace(trace.bytes());
        assertEquals(List.of(), read.warnings);
        return read.events;
    }

    private static String complaint(TraceBuilder trace) {
        return assertThrows(BadInputException.class, () -> new ReadTrace(trace.bytes()))
                .getMessage();
    }

    private static TraceBuilder trace() {
        return new TraceBuilder().info();
    }

    @Test
    void threadsAreMergedByTimeAndTiesGoToTheOneSeenFirst() throws IOException {
        TraceBuilder trace = trace().batch(
                        7,
                        100,
                        payload()
                                .event(HEAP_ALLOC, 1, 1)
                                .event(HEAP_ALLOC, 4, 2)
                                .event(HEAP_ALLOC, 1, 3))
                .batch(8, 101, payload().event(HEAP_ALLOC, 1, 11).event(HEAP_ALLOC, 3, 12))
                .batch(7, 110, payload().event(HEAP_ALLOC, 1, 4))
                .endGeneration();
        assertEquals(
                List.of(
                        "heap 1 p0 @0",
                        "heap 11 p0 @64",
                        "heap 2 p0 @256",
                        "heap 12 p0 @256",
                        "heap 3 p0 @320",
                        "heap 4 p0 @640"),
                read(trace));
    }

    @Test
    void aThreadsEventsKeepTheirOrderWhenItsNextBatchStartsBehind() throws IOException {
        TraceBuilder trace = trace().batch(
                        7, 100, payload().event(HEAP_ALLOC, 1, 1).event(HEAP_ALLOC, 50, 2))
                .batch(7, 120, payload().event(HEAP_ALLOC, 1, 3).event(HEAP_ALLOC, 100, 4))
                .batch(8, 100, payload().event(HEAP_ALLOC, 30, 11).event(HEAP_ALLOC, 30, 12))
                .endGeneration();
        assertEquals(
                List.of(
                        "heap 1 p0 @0",
                        "heap 11 p0 @1856",
                        "heap 2 p0 @3200",
                        "heap 3 p0 @3200",
                        "heap 12 p0 @3776",
                        "heap 4 p0 @7680"),
                read(trace));
    }

    @Test
    void eventsAreAttributedToThePThatTheirThreadHadLast() throws IOException {
        TraceBuilder trace = trace().batch(
                        7,
                        0,
                        payload()
                                .event(PROC_STATUS, 1, 3, 1)
                                .event(HEAP_ALLOC, 1, 1)
                                .event(11, 1)
                                .event(PROC_START, 5, 1, 9)
                                .event(OBJECT_FREE, 1, 16))
                .batch(8, 3, payload().event(PROC_START, 1, 3, 8).event(OBJECT_ALLOC, 1, 16, 0))
                .endGeneration();
        assertEquals(
                List.of(
                        "start p3 @0",
                        "heap 1 p3 @64",
                        "stop p3 @128",
                        "start p3 @192",
                        "alloc 128  p3 @256",
                        "start p1 @448",
                        "free 128 p1 @512"),
                read(trace));
    }

    @Test
    void aTypeIsRecognisedAcrossGenerationsByItsAddress() throws IOException {
        TraceBuilder trace = trace().batch(
                        7, 1, payload().event(OBJECT_ALLOC, 1, 1, 5).event(OBJECT_ALLOC, 1, 2, 300))
                .type(5, 0x1000, "main.A", 8, 0)
                .type(300, 0x2000, "main.B", 16, 8)
                .endGeneration()
                .batch(7, 11, payload().event(OBJECT_ALLOC, 1, 3, 1).event(OBJECT_ALLOC, 1, 4, 5))
                .type(1, 0x2000, "main.B", 16, 8)
                .endGeneration();
        assertEquals(
                List.of(
                        "alloc 8 main.A p0 @0",
                        "alloc 16 main.B p0 @64",
                        "alloc 24 main.B p0 @640",
                        "alloc 32  p0 @704"),
                read(trace));
    }

    @Test
    void stringsMayStandBehindTheEventsThatNeedThem() throws IOException {
        TraceBuilder trace = trace().batch(
                        7,
                        1,
                        payload()
                                .event(STW_BEGIN, 1, 4, 0)
                                .event(USER_LOG, 1, 0, 1, 2, 0)
                                .event(USER_LOG, 1, 0, 3, 5, 0))
                .string(1, "needzero.write")
                .string(2, "0xc000000010 4096")
                .string(3, "needzero.checkpoint")
                .string(4, "GC mark termination")
                .string(5, "12 after the load")
                .endGeneration();
        assertEquals(List.of("stw GC mark termination", "write 16 4096", "checkpoint 12 after the load"), read(trace));
    }

    @Test
    void malformedMarksAreTold() throws IOException {
        TraceBuilder trace = trace().batch(
                        7,
                        1,
                        payload()
                                .event(USER_LOG, 1, 0, 1, 2, 0)
                                .event(USER_LOG, 1, 0, 1, 9, 0)
                                .event(USER_LOG, 1, 0, 3, 2, 0))
                .string(1, "needzero.write")
                .string(2, "0xc000000010 x")
                .string(3, "needzero.checkpoint")
                .endGeneration();
        ReadTrace read = new ReadTrace(trace.bytes());
        assertEquals(List.of(), read.events);
        assertEquals(3, read.warnings.size());
        assertEquals(3, read.decoded);
    }

    @Test
    void addressesBelowTheHeapsBaseAreNegativeOffsets() throws IOException {
        TraceBuilder trace = trace().batch(
                        7,
                        1,
                        payload()
                                .event(SPAN_ALLOC, 1, -8192L >>> 13, 1, 10)
                                .event(STACK_ALLOC, 1, 4, 12)
                                .event(STACK_ALLOC, 1, 4, 0))
                .endGeneration();
        assertEquals(List.of("spanAlloc -8192 1 p0 @0", "stackAlloc 8192 2048 p0 @64"), read(trace));
    }

    @Test
    void aSpanFreedWithoutAnAllocationIsInferredIn123AndReachesToTheNext() throws IOException {
        TraceBuilder trace = new TraceBuilder(23)
                .info()
                .batch(
                        7,
                        1,
                        payload()
                                .event(SPAN_ALLOC, 1, 4, 1, 10)
                                .event(SPAN_ALLOC, 1, 8, 1, 10)
                                .event(SPAN_FREE, 1, 6)
                                .event(SPAN_FREE, 1, 20)
                                .event(SPAN_FREE, 1, 4))
                .endGeneration();
        ReadTrace read = new ReadTrace(trace.bytes());
        assertEquals(List.of("lostSpan 49152 2", "lostSpan 163840 4"), read.events.subList(0, 2));
        assertEquals(7, read.events.size());
        assertEquals(5, read.decoded);
        assertEquals(1, read.warnings.size());
    }

    @Test
    void aStackOnNoKnownSpanTellsOfASpanWhoseAllocationWasLost() throws IOException {
        TraceBuilder trace = new TraceBuilder(23)
                .info()
                .batch(
                        7,
                        1,
                        payload()
                                .event(SPAN_ALLOC, 1, 4, 4, 1)
                                .event(STACK_ALLOC, 1, 20, 12)
                                .event(STACK_ALLOC, 1, 80, 12)
                                .event(STACK_ALLOC, 1, 81, 12))
                .endGeneration();
        ReadTrace read = new ReadTrace(trace.bytes());
        assertEquals(List.of("lostSpan 163840 0"), read.events.subList(0, 1));
        assertEquals(5, read.events.size());
    }

    @Test
    void aTraceCutAnywhereGivesItsWholeBatchesAndSaysSo() throws IOException {
        TraceBuilder trace =
                trace().batch(7, 1, payload().event(HEAP_ALLOC, 1, 1).event(HEAP_ALLOC, 1, 2));
        int afterFirst = trace.size();
        trace.batch(8, 2, payload().event(HEAP_ALLOC, 1, 3));
        int afterSecond = trace.size();
        trace.endGeneration();
        int afterGeneration = trace.size();
        trace.batch(7, 9, payload().event(HEAP_ALLOC, 1, 4)).endGeneration();
        byte[] whole = trace.bytes();
        int afterInfo = new TraceBuilder().info().size();
        for (int cut = 0; cut < whole.length; cut++) {
            byte[] bytes = Arrays.copyOf(whole, cut);
            if (cut < afterInfo) {
                assertThrows(BadInputException.class, () -> new ReadTrace(bytes), "cut at " + cut);
                continue;
            }
            ReadTrace read = new ReadTrace(bytes);
            int events = read.events.size();
            if (cut < afterFirst) {
                assertEquals(0, events, "cut at " + cut);
            } else if (cut < afterSecond) {
                assertEquals(2, events, "cut at " + cut);
            } else if (cut <= afterGeneration) {
                assertEquals(3, events, "cut at " + cut);
            } else {
                assertTrue(events == 3 || events == 4, "cut at " + cut);
            }
            if (cut == afterGeneration) {
                assertEquals(List.of(), read.warnings);
            } else {
                assertEquals(1, read.warnings.size(), "cut at " + cut);
                assertTrue(read.warnings.get(0).contains("byte "), read.warnings.get(0));
            }
        }
    }

    @Test
    void anOldTraceAndOneWithoutAllocationsSayHowToRecordAnother() {
        for (int version : new int[] {5, 11, 21, 22}) {
            String said = complaint(new TraceBuilder(version));
            assertTrue(said.contains("GODEBUG=traceallocfree=1"), said);
        }
        String said = complaint(new TraceBuilder()
                .batch(7, 1, payload().event(HEAP_ALLOC, 1, 1))
                .endGeneration());
        assertTrue(said.contains("without allocation events"), said);
        assertTrue(complaint(new TraceBuilder(31)).contains("1.31 is not known"));
    }

    @Test
    void damageIsToldWithItsPlace() {
        TraceBuilder unknown =
                trace().batch(7, 1, payload().event(HEAP_ALLOC, 1, 1).event(99, 1));
        assertTrue(complaint(unknown).matches("t: byte \\d+: .*event type 99 is not known.*"), complaint(unknown));
        TraceBuilder overrun =
                trace().batch(7, 1, payload().event(SPAN_ALLOC, 1, 4, 1)).endGeneration();
        assertTrue(complaint(overrun).contains("ends within an event"), complaint(overrun));
        TraceBuilder overlong =
                trace().batch(7, 1, payload().event(OBJECT_FREE, 1)).raw(1, 1);
        assertTrue(complaint(overlong).contains("ends within an event"), complaint(overlong));
        int[] elevenBytes = {1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1, 1};
        TraceBuilder number = trace().raw(elevenBytes).raw(new int[64]);
        assertTrue(complaint(number).contains("more than 10 bytes"), complaint(number));
        TraceBuilder large = trace().raw(1, 1, 7, 1, 0x81, 0x80, 0x04).raw(new int[64]);
        assertTrue(complaint(large).contains("a batch of 65537 bytes"), complaint(large));
        TraceBuilder stray = trace().raw(77).raw(new int[64]);
        assertTrue(complaint(stray).contains("found a byte 77"), complaint(stray));
    }

    @Test
    void generationsOnlyGoUp() {
        TraceBuilder back = trace().endGeneration()
                .batch(7, 1, payload().event(HEAP_ALLOC, 1, 1))
                .raw(1, 1, 7, 1, 0)
                .raw(new int[64]);
        assertTrue(complaint(back).contains("generations only go up"), complaint(back));
    }
}
