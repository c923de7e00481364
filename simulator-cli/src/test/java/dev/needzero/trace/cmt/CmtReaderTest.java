package dev.needzero.trace.cmt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CmtReaderTest {
    private final CmtFormat format = new CmtFormat();

    @Test
    void theExampleOfCmtsReadmeIsRead() throws IOException {
        String text = """
                malloc(8) = 81d220b48<6655>
                realloc(81d220b48<6655>, 16) = 81d3b83a0<6656>
                free(81d3b83a0<6656>)
                """;
        assertTrue(format.sniff(text.getBytes(StandardCharsets.UTF_8), ""));
        Totals totals = Totals.of(format.open(Samples.input(text)));
        assertEquals(2, totals.allocations);
        assertEquals(2, totals.frees);
        assertEquals(24, totals.allocatedBytes);
        assertEquals(8, totals.writtenBytes);
    }

    @Test
    void theNumberNamesTheObjectAndElseTheAddress() throws IOException {
        Totals totals = Totals.of(format.open(Samples.input("""
                malloc(1) = 10<1>
                malloc(2) = 10<2>
                free(10<1>)
                calloc(3, 5) = 20
                aligned_alloc(64, 100) = 40 <lives 3>
                free(20)
                free(NULL)
                """)));
        assertEquals(2, totals.frees);
        assertEquals(2 + 128, totals.liveBytes);
    }

    @Test
    void anErrorNamesTheLine() {
        assertEquals("test:1: found \"5) = 1\", expected ',' between the arguments", failure("calloc(3 5) = 1\n"));
        assertTrue(failure("malloc(1) = 1\nmallok(2) = 1\n").startsWith("test:2: found \"mallok(2) = 1\""));
    }

    private String failure(String text) {
        return assertThrows(BadInputException.class, () -> Totals.of(format.open(Samples.input(text))))
                .getMessage();
    }
}
