package dev.needzero.trace.nzt;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading a recorded Go trace from its gzip and from {@code .nzt}, from opening to the last event; the counter is events a
 * second. {@code -p trace=NAME} picks another recording of the shared folder ({@code needzero.shared}).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(1)
public class NztReadBench {
    /** Counted beside the operations. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counters {
        public long events;
    }

    @Param("service@go1.23.0")
    private String trace;

    private final EventBatch batch = new EventBatch();
    private String gzip;
    private Path nzt;

    @Setup
    public void convert() throws IOException {
        Path shared = Path.of(System.getProperty("needzero.shared", "../../shared"));
        gzip = shared.resolve("recorded").resolve(trace + ".trace.gz").toString();
        nzt = Files.createTempFile("needzero-", ".nzt");
        try (TraceReader source = Traces.open(gzip);
                NztWriter writer = new NztWriter(nzt, source.info(), true)) {
            while (source.next(batch)) {
                writer.write(batch, source);
            }
            writer.finish(source);
        }
    }

    @TearDown
    public void clean() throws IOException {
        Files.delete(nzt);
    }

    @Benchmark
    public long gzip(Counters counters) throws IOException {
        return readAll(Traces.open(gzip), counters);
    }

    @Benchmark
    public long nzt(Counters counters) throws IOException {
        return readAll(SeekingNztReader.open(nzt, false), counters);
    }

    private long readAll(TraceReader reader, Counters counters) throws IOException {
        long events = 0;
        try (reader) {
            while (reader.next(batch)) {
                events += batch.size;
            }
        }
        counters.events += events;
        return events;
    }
}
