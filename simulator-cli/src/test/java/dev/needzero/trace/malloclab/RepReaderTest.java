package dev.needzero.trace.malloclab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RepReaderTest {
    private final RepFormat format = new RepFormat();

    @Test
    void allocationsReallocsAndFreesAddUp() throws IOException {
        TraceReader trace = format.open(Samples.input("20000\n3\n6\n1\na 0 512\na 1 128\nr 0 640\nf 1\nr 2 7\nf 0\n"));
        Totals totals = Totals.of(trace);
        assertEquals(4, totals.allocations);
        assertEquals(3, totals.frees);
        assertEquals(512 + 128 + 640 + 7, totals.allocatedBytes);
        assertEquals(512 + 128 + 640, totals.peakLiveBytes);
        assertEquals(512, totals.writtenBytes);
        assertTrue(trace.warnings().contains("1 reallocs replayed as Go would have done them: allocate, copy, free"));
    }

    @Test
    void aReallocAllocatesCopiesTheCommonPrefixAndFrees() throws IOException {
        try (TraceReader trace = format.open(Samples.input("1\n1\n2\n1\na 0 100\nr 0 40\n"))) {
            EventBatch batch = new EventBatch();
            assertTrue(trace.next(batch));
            assertEquals(4, batch.size);
            assertEquals(Kind.ALLOC, batch.kind[1]);
            assertEquals(1, batch.a[1]);
            assertEquals(40, batch.b[1]);
            assertEquals("realloc", trace.types().get(batch.c[1]).name());
            assertEquals(Kind.WRITE, batch.kind[2]);
            assertEquals(1, batch.a[2]);
            assertEquals(40, batch.b[2]);
            assertEquals(Kind.FREE, batch.kind[3]);
            assertEquals(0, batch.a[3]);
        }
    }

    @Test
    void anIdIsTakenForAnObjectOnceAtATime() {
        String head = "1\n1\n2\n1\n";
        assertEquals("test:6: allocates id 4, which is allocated already", failure(head + "a 4 1\na 4 1\n"));
        assertEquals("test:5: frees id 4, which is not allocated", failure(head + "f 4\n"));
        assertEquals("test:5: id is \"-3 4\", expected a whole number", failure(head + "a -3 4\n"));
        assertEquals("test:2: number of ids is \"a\", expected a whole number", failure("1\na\n"));
    }

    @Test
    void sizesBeyondAnAddressSpaceAreRefused() {
        assertTrue(failure("1\n1\n2\n1\na 0 9000000000000000000\n")
                .startsWith("test:5: a size of 9000000000000000000 bytes"));
        assertTrue(failure("1\n1\n2\n1\na 0 99999999999999999999\n").contains("is beyond 2^63 - 1"));
    }

    @Test
    void theHeadTellsTheFormat() {
        assertTrue(format.sniff("20000\n3\n6\n1\na 0 512\n".getBytes(StandardCharsets.UTF_8), ""));
        assertFalse(format.sniff("20000\n3\n6\nx\na 0 512\n".getBytes(StandardCharsets.UTF_8), ""));
    }

    private String failure(String text) {
        return assertThrows(BadInputException.class, () -> Totals.of(format.open(Samples.input(text))))
                .getMessage();
    }
}
