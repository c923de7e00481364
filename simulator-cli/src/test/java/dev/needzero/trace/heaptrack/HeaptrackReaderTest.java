package dev.needzero.trace.heaptrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeaptrackReaderTest {
    private final HeaptrackFormat format = new HeaptrackFormat();

    @Test
    void everySampleAddsUpToACountOverItsText() throws IOException {
        for (Path file : Samples.filesIn("samples/heaptrack")) {
            // heaptrack's own sums: AccumulatedTraceData adds an info's size at '+', subtracts it at '-', and takes the
            // largest R times the page size of I.
            List<Long> sizes = new ArrayList<>();
            long allocations = 0;
            long frees = 0;
            long bytes = 0;
            long live = 0;
            long peak = 0;
            long samples = 0;
            long peakRss = 0;
            long lastMillis = 0;
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(Samples.input(file).stream(), StandardCharsets.ISO_8859_1))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    switch (line.isEmpty() ? '#' : line.charAt(0)) {
                        case 'a' -> sizes.add(Long.parseLong(line.split(" ")[1], 16));
                        case '+' -> {
                            long size = sizes.get(Integer.parseInt(line.substring(2), 16));
                            allocations++;
                            bytes += size;
                            live += size;
                            peak = Math.max(peak, live);
                        }
                        case '-' -> {
                            live -= sizes.get(Integer.parseInt(line.substring(2), 16));
                            frees++;
                        }
                        case 'R' -> {
                            samples++;
                            peakRss = Math.max(peakRss, Long.parseLong(line.substring(2), 16) * 0x1000);
                        }
                        case 'c' -> lastMillis = Long.parseLong(line.substring(2), 16);
                        default -> {}
                    }
                }
            }
            Totals totals = Totals.of(format.open(Samples.input(file)));
            assertEquals(allocations, totals.allocations, file + ": allocations");
            assertEquals(frees, totals.frees, file + ": frees");
            assertEquals(bytes, totals.allocatedBytes, file + ": bytes");
            assertEquals(peak, totals.peakLiveBytes, file + ": peak");
            assertEquals(live, totals.liveBytes, file + ": leaked");
            assertEquals(samples, totals.rssSamples, file + ": Rss samples");
            assertEquals(peakRss, totals.peakRssBytes, file + ": peak Rss");
            assertEquals(lastMillis * 1_000_000, totals.lastNanos, file + ": time");
            assertTrue(format.sniff(Samples.input(file).head(), "x"), file + ": sniffed");
        }
    }

    @Test
    void anObjectsTypeIsTheFunctionThatAskedForIt() throws IOException {
        String text = """
                v 10400 3
                I 1000 100
                s 4 main
                s 1b operator new(unsigned long)
                i 7f00 0 1
                i 7f10 0 2
                i 7f20 0
                t 1 0
                t 3 1
                t 2 2
                a 20 3
                + 0
                c 5
                R 10
                - 0
                - 0
                """;
        TraceReader trace = format.open(Samples.input(text));
        EventBatch batch = new EventBatch();
        assertTrue(trace.next(batch));
        assertEquals("main", trace.types().get(batch.c[0]).name());
        assertEquals(0x20, batch.b[0]);
        assertEquals(5_000_000, batch.timeNanos[1]);
        assertEquals(0x10000, batch.a[1]);
        assertEquals(3, batch.size);
        assertTrue(trace.warnings().contains("1 frees of objects that the trace does not allocate: left out"));
    }

    @Test
    void anErrorNamesTheLine() {
        assertTrue(failure("v 10000 2\n+ 0\n")
                .startsWith("test:2: names allocation kind 0x0, but only 0 were introduced"));
        assertTrue(failure("v 10000 9\n").startsWith("test:1: file version 9, expected 1 to 3"));
        assertTrue(failure("v 10000 2\nx /bin/ls\n").contains("interpret it first"));
        assertTrue(failure("v 10000 2\nt 1 0\n").contains("instruction 0x1 is not known yet"));
        assertTrue(failure("+ 0\n").contains("before the version line"));
    }

    private String failure(String text) {
        return assertThrows(BadInputException.class, () -> Totals.of(format.open(Samples.input(text))))
                .getMessage();
    }
}
