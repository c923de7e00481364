package dev.needzero.experiment;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.ForwardingReader;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an event and a live object cost as traces get longer and heaps larger: {@code nanosPerEvent}, CPU time of generating
 * and simulating, warm, and {@code bytesPerLiveObject} at the end, beyond what the generator itself keeps. The first three
 * traces differ in their length alone; the fourth has a million objects alive, for what lies on each to show; the last three
 * come to heaps of 2, 10 and 143 GiB, of objects of 10 KiB.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:ActiveProcessorCount=1", "-XX:-UseFPUForSpilling", "-Xmx16g"})
public class ScaleBench {
    /** Enough for the loops to be compiled. */
    private static final String WARM_UP = "gen:small?events=2e6";

    /** Generated traces. */
    @Param({
        "gen:small?events=1e6",
        "gen:small?events=1e7",
        "gen:small?events=1e8",
        "gen:small?sessions=1000000&kept=100%&events=5e7",
        "gen:small?sessions=100000&kept=100%&sizes=10KiB:1&events=1e7",
        "gen:small?sessions=3000000&kept=100%&sizes=10KiB:1&events=2e7",
        "gen:small?sessions=100000000&kept=100%&sizes=10KiB:1&events=3e8"
    })
    public String trace;

    /** What one replay came to. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cost {
        public double nanosPerEvent;
        public double bytesPerLiveObject;
        public double heapMiB;
    }

    /** Counts the objects that are alive. */
    private static final class Counting extends ForwardingReader {
        private long live;

        Counting(TraceReader source) {
            super(source);
        }

        @Override
        public boolean next(EventBatch batch) throws IOException {
            boolean more = source.next(batch);
            for (int i = 0; i < batch.size; i++) {
                live += batch.kind[i] == Kind.ALLOC ? 1 : batch.kind[i] == Kind.FREE ? -1 : 0;
            }
            return more;
        }
    }

    @Setup
    public void warmUp() throws IOException {
        for (int i = 0; i < 5; i++) {
            try (TraceReader reader = Replays.open(WARM_UP)) {
                replay(reader);
            }
        }
    }

    private static Replay replay(TraceReader reader) throws IOException {
        Replays.Settings settings = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false);
        return Replays.run(reader, Behaviours.of("1.24"), settings, null, false, null, null);
    }

    @Benchmark
    public long generateAndReplay(Cost cost) throws IOException {
        double generator = generatorBytes();
        long before = usedBytes();
        try (Counting reader = new Counting(Replays.open(trace))) {
            long begun = cpuNanos();
            Replay replay = replay(reader);
            cost.nanosPerEvent = (double) (cpuNanos() - begun) / reader.eventsDecoded();
            cost.bytesPerLiveObject = (usedBytes() - before - generator) / reader.live;
            cost.heapMiB = replay.runtime().os().peakRssBytes() / 0x1p20;
            return replay.runtime().os().rssBytes();
        }
    }

    private double generatorBytes() throws IOException {
        long before = usedBytes();
        try (TraceReader reader = Replays.open(trace)) {
            readToTheEnd(reader);
            return usedBytes() - before;
        }
    }

    private static void readToTheEnd(TraceReader reader) throws IOException {
        EventBatch batch = new EventBatch();
        boolean more = true;
        while (more) {
            more = reader.next(batch);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long usedBytes() {
        System.gc();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
