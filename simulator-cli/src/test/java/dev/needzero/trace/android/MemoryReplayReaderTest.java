package dev.needzero.trace.android;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class MemoryReplayReaderTest {
    /** The lines are those that the format's own tests (memory_replay's MemoryTraceReadTest) take for valid. */
    private static final String TRACE = """
            1234: malloc 0xabd0000 20 1000 1020
            1236: calloc 0x8000 50 30
            1237: malloc 0x4000 100
            1237: realloc 0x9000 0x4000 80 3999 10020
            1238: memalign 0xa000 16 89 4000 4100
            1235: free 0xabd0000 5400 20000
            1239: thread_done 0x0 290
            1239: thread_done 0x0
            """;

    private final MemoryReplayFormat format = new MemoryReplayFormat();

    @Test
    void everyCallOfTheFormatIsRead() throws IOException {
        TraceReader trace = format.open(Samples.input(TRACE));
        Totals totals = Totals.of(trace);
        assertEquals(5, totals.allocations);
        assertEquals(2, totals.frees);
        // 89 bytes at a multiple of 16: Go's next power of two is 128.
        assertEquals(20 + 1500 + 100 + 80 + 128, totals.allocatedBytes);
        assertEquals(80, totals.writtenBytes);
        assertEquals(4400, totals.lastNanos);
        assertTrue(
                trace.warnings().contains("1 aligned requests rounded up to a size that Go places at that alignment"));
    }

    @Test
    void callocAsksForZeroedMemoryAndMallocDoesNot() throws IOException {
        TraceReader trace = format.open(Samples.input(TRACE));
        Totals.of(trace);
        for (int i = 1; i < trace.types().size(); i++) {
            assertEquals(
                    trace.types().get(i).name().equals("calloc"),
                    trace.types().get(i).zeroed());
        }
    }

    @Test
    void aZippedTraceIsTheSameTrace() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
            zip.putNextEntry(new ZipEntry("traces/"));
            zip.putNextEntry(new ZipEntry("traces/app.txt"));
            zip.write(TRACE.getBytes(StandardCharsets.UTF_8));
        }
        assertTrue(format.sniff(packed.toByteArray(), "app.zip"));
        Totals totals = Totals.of(format.open(Samples.input(packed.toByteArray())));
        assertEquals(5, totals.allocations);
    }

    @Test
    void aFreeRecordedLateBelongsToTheOlderObject() throws IOException {
        // Thread 2's free reached the log after thread 1 had been given the same place again.
        Totals totals = Totals.of(
                format.open(Samples.input("1: malloc 0x10 100\n1: malloc 0x10 7\n2: free 0x10\n2: free 0x10\n")));
        assertEquals(2, totals.allocations);
        assertEquals(2, totals.frees);
        assertEquals(0, totals.liveBytes);
    }

    @Test
    void aFreeThatNeverCameIsMadeUpForOnceThePlaceIsUsedTwiceAgain() throws IOException {
        TraceReader trace = format.open(Samples.input("1: malloc 0x10 1\n1: malloc 0x10 2\n1: malloc 0x10 4\n"));
        Totals totals = Totals.of(trace);
        assertEquals(6, totals.liveBytes);
        assertTrue(trace.warnings()
                .contains("1 allocations at a place still in use whose free never came: the older object freed"));
    }

    @Test
    void aThreadThatEndedLeavesItsNumberToTheNext() throws IOException {
        Totals totals = Totals.of(format.open(Samples.input(
                "1: malloc 0x10 1\n2: malloc 0x20 1\n2: thread_done 0x0\n3: malloc 0x30 1\n1: free 0x10\n")));
        assertEquals(2, totals.threads);
    }

    @Test
    void anErrorNamesTheLineAndWhatIsMissing() {
        assertEquals(
                "test:1: size is the end of the line, expected a whole number", failure("1234: malloc 0xabd0000\n"));
        assertEquals(
                "test:1: end time is the end of the line, expected a whole number",
                failure("1234: malloc 0xab 10 100\n"));
        assertEquals("test:2: found \"gift\", expected ':' after the thread id", failure("1: free 0x0\n12gift\n"));
        assertTrue(failure("1: calloc 0x10 9223372036854775807 3\n").contains("more than an address space holds"));
    }

    private String failure(String text) {
        return assertThrows(BadInputException.class, () -> Totals.of(format.open(Samples.input(text))))
                .getMessage();
    }
}
