package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Mutations;
import dev.needzero.trace.NoscanRule;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.Samples;
import dev.needzero.trace.TraceReader;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands beside traces, damaged: truth files, case files, heap profiles, rules, workloads' specifications. */
class FuzzedFilesTest {
    private static final int QUICK_INPUTS = 200;
    private static final int BATCHES = 20;

    private static final String[] SPECS = {
        "gen:service?channels=4&buffer=100&fill=2%&keys=100&small=12KiB&rounds=4&events=1000&seed=7&go=1.24",
        "gen:small?inflight=6&sessions=10&kept=20%&sizes=8:5,16:20,24-32:8&pointers=60%&events=1000",
        "gen:leak?sizes=8:5,16:20&life=exp:2000&leak=1%&events=1000",
        "gen:maps?entries=200&key=string&elem=record&hint=5&procs=3",
        "gen:slices?count=2&length=50&by=1&elem=both",
        "gen:strings?live=10&mean=100B&how=concat&events=1000"
    };

    @TempDir
    Path folder;

    private interface Reading {
        void of(byte[] bytes) throws IOException;
    }

    private Map<String, Map.Entry<byte[], Reading>> all() throws IOException {
        Map<String, Map.Entry<byte[], Reading>> all = new LinkedHashMap<>();
        Path truth = Recordings.folder().resolve("large-ptr-8M@go1.23.0.truth.jsonl.gz");
        all.put("truth", Map.entry(Recordings.unpacked(truth), bytes -> readTruth("t.jsonl", bytes)));
        all.put("packed truth", Map.entry(Files.readAllBytes(truth), bytes -> readTruth("t.jsonl.gz", bytes)));
        byte[] record =
                "{\"name\":\"x\",\"go\":\"go1.23.0\",\"touch\":\"default=all\"}".getBytes(StandardCharsets.UTF_8);
        all.put("case", Map.entry(record, this::readCase));
        byte[] profile = Files.readAllBytes(Samples.shared("samples/pprof/ast.heap.pb.gz"));
        all.put("packed profile", Map.entry(profile, this::readProfile));
        all.put(
                "profile",
                Map.entry(Recordings.unpacked(Samples.shared("samples/pprof/ast.heap.pb.gz")), this::readProfile));
        text(all, "untyped=1B main.*=25% small=64KiB uint8=none large=3.5% default=all", TouchRules::parse);
        text(all, "char* >=64KiB <16 main.X none", NoscanRule::parse);
        for (String spec : SPECS) {
            text(all, spec, FuzzedFilesTest::generate);
        }
        return all;
    }

    private interface TextReading {
        void of(String text) throws IOException;
    }

    private static void text(Map<String, Map.Entry<byte[], Reading>> all, String sound, TextReading reading) {
        all.put(sound, Map.entry(sound.getBytes(StandardCharsets.UTF_8), bytes -> {
            try {
                reading.of(new String(bytes, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage() != null, sound);
            }
        }));
    }

    private void readTruth(String name, byte[] bytes) throws IOException {
        Truth.read(Files.write(folder.resolve(name), bytes)).go();
    }

    private void readCase(byte[] bytes) throws IOException {
        Files.write(folder.resolve("t.case.json"), bytes);
        Verification.caseOf(folder.resolve("t.trace.gz").toString());
    }

    private void readProfile(byte[] bytes) throws IOException {
        generate("gen:like?profile=" + Files.write(folder.resolve("t.pb"), bytes));
    }

    private static void generate(String spec) throws IOException {
        try (TraceReader reader = Workloads.open(spec)) {
            EventBatch batch = new EventBatch();
            for (int i = 0; i < BATCHES && reader.next(batch); i++) {
                assertTrue(batch.size > 0);
            }
        }
    }

    private static void meet(String what, byte[] damaged, Reading reading) {
        try {
            reading.of(damaged);
        } catch (BadInputException e) {
            assertTrue(e.getMessage().length() < 1000, e.getMessage());
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        for (Map.Entry<String, Map.Entry<byte[], Reading>> file : all().entrySet()) {
            byte[] sound = file.getValue().getKey();
            Random random = new Random(file.getKey().hashCode());
            for (int i = 0; i < (sound.length > 10_000 ? QUICK_INPUTS / 10 : QUICK_INPUTS); i++) {
                meet(
                        file.getKey() + ", input " + i,
                        Mutations.of(sound, random),
                        file.getValue().getValue());
            }
        }
    }

    /** As long as {@code -Dfuzz.seconds} says, a kind of file. */
    @Test
    @Tag("fuzz")
    void damagedFilesAreReadOrRefusedForALongTime() throws IOException {
        long seconds = Long.getLong("fuzz.seconds", 600);
        for (Map.Entry<String, Map.Entry<byte[], Reading>> file : all().entrySet()) {
            long start = System.currentTimeMillis();
            Random random = new Random(start);
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            int i = 0;
            for (; System.nanoTime() < end; i++) {
                byte[] damaged = Mutations.of(file.getValue().getKey(), random);
                meet(
                        file.getKey() + ", input " + i + " of seed " + start,
                        damaged,
                        file.getValue().getValue());
            }
            System.out.println("fuzz: " + file.getKey() + ": " + i + " inputs");
        }
    }
}
