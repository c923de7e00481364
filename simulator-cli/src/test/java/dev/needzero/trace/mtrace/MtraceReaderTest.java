package dev.needzero.trace.mtrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MtraceReaderTest {
    private final MtraceFormat format = new MtraceFormat();
    private final ByteBuffer records = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    /** As libmtrace's struct __malloc_trace_buffer_s. */
    private void record(int thread, int type, long ptr1, long ptr2, long size, long size2) {
        records.putInt(thread)
                .putInt(type)
                .putLong(ptr1)
                .putLong(ptr2)
                .putLong(size)
                .putLong(size2);
        records.putLong(0).putLong(0).putLong(0);
    }

    private byte[] bytes() {
        return Arrays.copyOf(records.array(), records.position());
    }

    @Test
    void everyTypeOfRecordIsRead() throws IOException {
        record(1, 255, 0x1234, 0, 8, 0);
        record(1, 1, 0, 0x1000, 100, 0);
        record(2, 2, 0, 0x2000, 200, 0);
        record(1, 4, 0x1000, 0x3000, 300, 0);
        record(1, 5, 0, 0x4000, 100, 64);
        record(1, 6, 0, 0x5000, 100, 0);
        record(1, 7, 0, 0x7000, 5000, 0);
        record(1, 8, 0, 0x9000, 40000, 4096);
        record(1, 8, 22, 0xa000, 7, 3);
        record(1, 0, 0, 0, 0, 0);
        record(2, 3, 0x3000, 0, 0, 0);
        record(2, 3, 0, 0, 0, 0);
        assertTrue(format.sniff(bytes(), "x"));
        TraceReader trace = format.open(Samples.input(bytes()));
        Totals totals = Totals.of(trace);
        assertEquals(7, totals.allocations);
        assertEquals(2, totals.frees);
        // memalign 64: 128; valloc: an aligned page; pvalloc: two pages; 40000 B begin a page anyway.
        assertEquals(100 + 200 + 300 + 128 + 4096 + 8192 + 40000, totals.allocatedBytes);
        assertEquals(100, totals.writtenBytes);
        assertEquals(2, totals.threads);
    }

    @Test
    void aReallocThatBecameMallocAndFreeIsNotCountedTwice() throws IOException {
        record(1, 1, 0, 0x1000, 100, 0);
        record(1, 4 | 1 << 14, 0x1000, 0x3000, 300, 0);
        record(1, 1, 0, 0x3000, 300, 0);
        record(2, 1, 0, 0x8000, 1, 0);
        record(1, 3, 0x1000, 0, 0, 0);
        record(1, 3, 0x3000, 0, 0, 0);
        Totals totals = Totals.of(format.open(Samples.input(bytes())));
        assertEquals(3, totals.allocations);
        assertEquals(2, totals.frees);
        assertEquals(1, totals.liveBytes);
    }

    @Test
    void anErrorNamesTheByteAndATornRecordIsMentioned() throws IOException {
        record(1, 1, 0, 0x1000, 100, 0);
        record(1, 77, 0, 0x1000, 100, 0);
        BadInputException e =
                assertThrows(BadInputException.class, () -> Totals.of(format.open(Samples.input(bytes()))));
        assertEquals("test: byte 64: record of type 77, expected 0 to 8 or 255", e.getMessage());
        TraceReader torn = format.open(Samples.input(Arrays.copyOf(bytes(), 100)));
        assertEquals(1, Totals.of(torn).allocations);
        assertTrue(torn.warnings().toString().contains("stops in the middle, at byte 64"));
    }
}
