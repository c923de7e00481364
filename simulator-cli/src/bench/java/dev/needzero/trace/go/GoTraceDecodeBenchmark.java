package dev.needzero.trace.go;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Decoding alone: a plain Go trace from a file to batches, events a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class GoTraceDecodeBenchmark {
    /** A recording beside the repository. */
    @Param({"churn@go1.24.0", "service@go1.23.0", "service@go1.26.7"})
    public String trace;

    private final EventBatch batch = new EventBatch();
    private Path plain;

    /** Events decoded; JMH prints them per second. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Events {
        public long events;
    }

    @Setup(Level.Trial)
    public void unpack() throws IOException {
        String shared = System.getProperty("needzero.shared", "../../shared");
        plain = Files.createTempFile("needzero", ".trace");
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(Path.of(shared, "recorded", trace + ".trace.gz")))) {
            Files.copy(in, plain, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
        Files.delete(plain);
    }

    @Benchmark
    public long decode(Events counter) throws IOException {
        long sum = 0;
        try (TraceReader reader = Traces.open(plain.toString())) {
            while (reader.next(batch)) {
                sum += batch.a[batch.size - 1];
            }
            counter.events += reader.eventsDecoded();
        }
        return sum;
    }
}
