package dev.needzero.trace.weealloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeeAllocReaderTest {
    private final WeeAllocFormat format = new WeeAllocFormat();

    @Test
    void everySampleAddsUpToACountOverItsText() throws IOException {
        for (Path file : Samples.filesIn("samples/wee_alloc")) {
            // The count that awk -F'[()]' '/Alloc/{…} /Free/{…}' makes over the lines.
            List<Long> sizes = new ArrayList<>();
            long frees = 0;
            long bytes = 0;
            long live = 0;
            long peak = 0;
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("Alloc")) {
                    long size = Long.parseLong(line.substring(6, line.indexOf(')')));
                    sizes.add(size);
                    bytes += size;
                    live += size;
                    peak = Math.max(peak, live);
                } else if (line.startsWith("Free")) {
                    live -= sizes.get(Integer.parseInt(line.substring(5, line.indexOf(')'))));
                    frees++;
                }
            }
            Totals totals = Totals.of(format.open(Samples.input(file)));
            assertEquals(sizes.size(), totals.allocations, file + ": allocations");
            assertEquals(frees, totals.frees, file + ": frees");
            assertEquals(bytes, totals.allocatedBytes, file + ": bytes");
            assertEquals(peak, totals.peakLiveBytes, file + ": peak");
            assertTrue(format.sniff(Samples.input(file).head(), "x"), file + ": sniffed");
        }
    }

    @Test
    void aWrongLineIsNamedByItsNumber() {
        assertEquals(
                "test:3: found \"Alocc(3),\", expected Alloc(BYTES), or Free(ORDINAL),",
                failure("Alloc(1),\n\nAlocc(3),\n"));
        assertEquals("test:2: size is \"k),\", expected a whole number", failure("Alloc(1),\nAlloc(k),\n"));
        assertEquals("test:1: found \"k),\", expected ')' after the number", failure("Alloc(16k),\n"));
        assertEquals("test:2: frees allocation 7, but only 1 were made before it", failure("Alloc(1),\nFree(7),\n"));
        assertEquals("test:3: frees allocation 0, which was freed before", failure("Alloc(1),\nFree(0),\nFree(0),\n"));
    }

    @Test
    void aTornLastLineIsLeftOutAndMentioned() throws IOException {
        TraceReader trace = format.open(Samples.input("Alloc(1),\nAlloc(2"));
        assertEquals(1, Totals.of(trace).allocations);
        assertTrue(trace.warnings().contains("the trace stops in the middle of line 2, which is left out"));
    }

    private String failure(String text) {
        return assertThrows(BadInputException.class, () -> Totals.of(format.open(Samples.input(text))))
                .getMessage();
    }
}
