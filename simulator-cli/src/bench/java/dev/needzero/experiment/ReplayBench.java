package dev.needzero.experiment;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
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
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How fast a recorded service is decoded and replayed from beginning to end, warm and on one core: {@code events} is the
 * trace's events a second. Unpacking is part of it, as it is for a user; {@code -p trace=FILE} names another trace.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:ActiveProcessorCount=1", "-XX:-UseFPUForSpilling"})
public class ReplayBench {
    /** A trace, as seen from the repository's root. */
    @Param("traces/service@go1.24.0.trace.zst")
    public String trace;

    private String file;

    /** Events decoded, counted by JMH into a rate. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Rate {
        public long events;
    }

    @Setup
    public void locate() {
        Path fromRoot = Path.of(trace);
        file = (Files.exists(fromRoot) ? fromRoot : Path.of("..").resolve(trace)).toString();
    }

    @Benchmark
    public long decodeAndReplay(Rate rate) throws IOException {
        Replays.Settings settings = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false);
        try (TraceReader reader = Traces.open(file)) {
            Replay replay = Replays.run(reader, Behaviours.of("1.24"), settings, null, false, null, null);
            rate.events += reader.eventsDecoded();
            return replay.runtime().os().peakRssBytes();
        }
    }
}
