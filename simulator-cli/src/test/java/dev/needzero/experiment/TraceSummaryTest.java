package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.Samples;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceSummaryTest {
    @TempDir
    Path folder;

    private TraceSummary summary(String csv) throws IOException {
        Path file = folder.resolve("t.csv");
        Files.write(file, csv.getBytes(StandardCharsets.UTF_8));
        try (TraceReader reader = Traces.open("csv:" + file)) {
            return TraceSummary.of(reader, r -> {});
        }
    }

    /** "bucket's first value: count", as a reader would write it down. */
    private static List<String> buckets(Histogram histogram) {
        List<String> all = new ArrayList<>();
        for (int b = histogram.lowest(); b <= histogram.highest(); b++) {
            if (histogram.count(b) > 0) {
                all.add(Histogram.from(b) + ": " + histogram.count(b));
            }
        }
        return all;
    }

    @Test
    void aLifetimeIsWhatTheProgramAllocatedMeanwhile() throws IOException {
        TraceSummary s = summary("time,op,id,size,pointers\n"
                + "1000,alloc,1,100,no\n"
                + "2000,alloc,2,50,yes\n"
                + "9000,free,1,,\n"
                + "9500,alloc,3,70000,yes\n"
                + "9501,alloc,4,70000,\n"
                + "9600,free,3,,\n");
        assertEquals(
                List.of("32: 1", "64: 1", "65536: 2"), buckets(s.lifetimes().sizes()));
        assertEquals(List.of("32: 1", "65536: 1"), buckets(s.lifetimes().inBytes()));
        // 8000 ns and 100 ns
        assertEquals(List.of("64: 1", "4096: 1"), buckets(s.lifetimes().inNanos()));
        assertEquals(2, s.lifetimes().survivors());
        assertEquals(1, s.largeScan().count());
        assertEquals(1, s.largeUnknown().count());
        assertEquals(140_050, s.livePeakBytes());
    }

    @Test
    void everySamplesLifetimesAreThoseOfANaiveCount() throws IOException {
        for (Path sample : Samples.filesIn("samples/wee_alloc")) {
            TraceSummary s;
            try (TraceReader reader = Traces.open(sample.toString())) {
                s = TraceSummary.of(reader, r -> {});
            }
            long[] expected = naiveLifetimes(sample);
            for (int b = 0; b < expected.length; b++) {
                assertEquals(expected[b], s.lifetimes().inBytes().count(b), sample + ", bucket " + b);
            }
            assertEquals(s.allocated().count(), s.lifetimes().sizes().count());
        }
    }

    private static long[] naiveLifetimes(Path sample) throws IOException {
        long[] counts = new long[64];
        Map<Long, Long> born = new HashMap<>();
        long allocated = 0;
        EventBatch batch = new EventBatch();
        try (TraceReader reader = Traces.open(sample.toString())) {
            while (reader.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    if (batch.kind[i] == Kind.ALLOC) {
                        allocated += batch.b[i];
                        born.put(batch.a[i], allocated);
                    } else if (batch.kind[i] == Kind.FREE) {
                        long age = allocated - born.remove(batch.a[i]);
                        int bucket = 0;
                        while (age > 0) {
                            bucket++;
                            age /= 2;
                        }
                        counts[bucket]++;
                    }
                }
            }
        }
        return counts;
    }
}
