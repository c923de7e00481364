package dev.needzero;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.needzero.cli.FuzzedLessonTest;
import dev.needzero.experiment.FuzzedFilesTest;
import dev.needzero.experiment.FuzzedReplayTest;
import dev.needzero.trace.FuzzTarget;
import dev.needzero.trace.FuzzTest;
import dev.needzero.trace.go.GoTraceFuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader meets damaged inputs for as long as {@code -Dfuzz.seconds} says (600), on as many threads as there are
 * processors ({@code -Dfuzz.threads}), and all of them again until they have met {@code -Dfuzz.inputs} together (0).
 * {@code -Dfuzz.only=REGEX} chooses readers by name, {@code -Dfuzz.seed=N} the inputs. What comes out wrong is printed at
 * once, its input kept below the build's directory.
 */
class FuzzCampaignTest {
    private static final int MOST_FAULTS = 20;

    private final Duration time = Duration.ofSeconds(Long.getLong("fuzz.seconds", 600));
    private final long seed = Long.getLong("fuzz.seed", System.currentTimeMillis());
    private long faults;

    @TempDir
    Path folder;

    /** What a reader has met so far; its inputs are numbered on from round to round. */
    private record Met(long inputs, long seconds, long cpuNanos, FuzzTarget.Cost most) {}

    private List<FuzzTarget> targets() throws IOException {
        List<FuzzTarget> targets = new ArrayList<>();
        targets.add(GoTraceFuzzTest.target());
        targets.add(FuzzedReplayTest.target());
        targets.addAll(FuzzTest.targets(Files.createDirectory(folder.resolve("traces"))));
        targets.addAll(FuzzedFilesTest.targets(Files.createDirectory(folder.resolve("files"))));
        targets.add(FuzzedLessonTest.target());
        String only = System.getProperty("fuzz.only", ".*");
        targets.removeIf(target -> !target.name().matches(only));
        return targets;
    }

    @Test
    @Tag("fuzz")
    void damagedInputsAreReadOrRefusedForALongTime() throws IOException, InterruptedException, ExecutionException {
        int threads = Integer.getInteger("fuzz.threads", Runtime.getRuntime().availableProcessors());
        Map<FuzzTarget, Met> all = new LinkedHashMap<>();
        targets().forEach(target -> all.put(target, new Met(0, 0, 0, new FuzzTarget.Cost(0, 0))));
        say("%d readers, %d s each on %d threads, seed %d", all.size(), time.toSeconds(), threads, seed);
        long total;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            do {
                Map<FuzzTarget, Future<Met>> running = new LinkedHashMap<>();
                all.forEach((target, before) -> running.put(target, pool.submit(() -> meet(target, before))));
                for (Map.Entry<FuzzTarget, Future<Met>> one : running.entrySet()) {
                    all.put(one.getKey(), one.getValue().get());
                }
                total = all.values().stream().mapToLong(Met::inputs).sum();
                say("all readers: %,d inputs", total);
            } while (total < Long.getLong("fuzz.inputs", 0));
        } finally {
            pool.shutdownNow();
        }
        assertEquals(0, faults, "inputs came out wrong; see above");
    }

    private Met meet(FuzzTarget target, Met before) {
        long begun = System.nanoTime();
        long inputs = before.inputs;
        FuzzTarget.Cost most = before.most;
        long cpuNanos = before.cpuNanos;
        int wrong = 0;
        while (System.nanoTime() - begun < time.toNanos() && wrong < MOST_FAULTS) {
            try {
                FuzzTarget.Cost cost = target.meet(seed + inputs);
                most = most.atLeast(cost);
                cpuNanos += cost.nanos();
            } catch (AssertionError e) {
                wrong++;
                fault(e);
            }
            inputs++;
        }
        long seconds =
                before.seconds + Duration.ofNanos(System.nanoTime() - begun).toSeconds();
        say(
                "%s: %,d inputs in %,d s (%,d s of a processor), %d wrong; the slowest took %.3f s, the greediest %,d KiB",
                target.name(),
                inputs,
                seconds,
                cpuNanos / 1_000_000_000,
                wrong,
                most.nanos() / 1e9,
                most.bytes() >> 10);
        return new Met(inputs, seconds, cpuNanos, most);
    }

    private synchronized void fault(AssertionError e) {
        faults++;
        say("%s", e.getMessage());
        e.getCause().printStackTrace(System.out);
    }

    private static synchronized void say(String format, Object... values) {
        System.out.println("fuzz: " + String.format(Locale.ROOT, format, values));
    }
}
