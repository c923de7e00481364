package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
    @TempDir
    Path directory;

    @Test
    void aWorkloadWrittenToAFileReadsBackAsItWasGenerated() throws IOException {
        Path file = directory.resolve("mix.nzt");
        Invocation run = Invocation.of("generate", "mix?sizes=16,64&seed=9", "--events", "1e5", "-o", file);
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertTrue(run.out().contains("100,000 events of gen:mix?events=1e5&seed=9&sizes=16,64"), run.out());
        EventBatch written = new EventBatch();
        EventBatch generated = new EventBatch();
        long events = 0;
        try (TraceReader a = Traces.open(file.toString());
                TraceReader b = Workloads.open("gen:mix?sizes=16,64&seed=9&events=1e5")) {
            assertEquals(b.info(), a.info());
            int at = 0;
            while (b.next(generated)) {
                for (int i = 0; i < generated.size; i++, at++) {
                    if (at == written.size) {
                        assertTrue(a.next(written));
                        at = 0;
                    }
                    assertArrayEquals(row(generated, i), row(written, at));
                    assertEquals(
                            b.types().get(generated.c[i]).name(),
                            a.types().get(written.c[at]).name());
                    events++;
                }
            }
            assertEquals(at, written.size);
            assertFalse(a.next(written));
        }
        assertEquals(100_000, events);
    }

    private static long[] row(EventBatch batch, int i) {
        return new long[] {batch.kind[i], batch.proc[i], batch.timeNanos[i], batch.a[i], batch.b[i], batch.c[i]};
    }

    @Test
    void theNameSaysTheFormat() throws IOException {
        byte[] first = new byte[3];
        for (String name : new String[] {"t.csv", "t.jsonl", "t.nzt", "t"}) {
            Path file = directory.resolve(name);
            assertEquals(
                    Exit.DONE,
                    Invocation.of("generate", "small", "--events", 50, "-o", file)
                            .exit());
            System.arraycopy(Files.readAllBytes(file), 0, first, 0, first.length);
            assertEquals(
                    name.endsWith(".csv") ? "#ne" : name.endsWith(".jsonl") ? "{\"n" : "\u0089NZ",
                    new String(first, StandardCharsets.ISO_8859_1));
            assertEquals(50, Invocation.of("info", file, "--json", "-").json().get("events"));
        }
    }

    @Test
    void aGeneratedProgramIsReplayedWithoutAFile() throws IOException {
        Invocation run =
                Invocation.of("replay", "gen:large?kind=ptr&size=1MiB&count=8", "--touch", "large=none", "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        Map<?, ?> one = (Map<?, ?>) ((List<?>) run.json().get("runs")).get(0);
        assertEquals("1.24", one.get("go"));
        long zeroed = ((Number) ((Map<?, ?>) one.get("committedBy")).get("zeroing")).longValue();
        assertTrue(zeroed >= 8 << 20, () -> "Go 1.24 clears large objects with pointers; committed by it: " + zeroed);
    }

    @Test
    void theListNamesEveryWorkloadAndItsParameters() {
        Invocation run = Invocation.of("generate", "--list");
        assertEquals(Exit.DONE, run.exit(), run.err());
        Workloads.all().forEach(kind -> {
            assertTrue(run.out().contains(kind.name() + ": " + kind.meaning()), kind.name());
            kind.parameters().forEach(p -> assertTrue(run.out().contains(p.name() + "=" + p.defaultValue()), p.name()));
        });
    }

    @Test
    void aWorkloadThatMakesNoSenseIsAUsageError() throws IOException {
        for (String[] wrong : new String[][] {
            {"generate", "servce", "-o", "x.nzt"},
            {"generate", "service?fill=3", "-o", "x.nzt"},
            {"generate", "service"},
            {"generate"},
            {"generate", "service", "--like", "heap.pb.gz", "-o", "x.nzt"},
        }) {
            Invocation run = Invocation.of((Object[]) wrong);
            assertEquals(Exit.USAGE, run.exit(), Arrays.toString(wrong) + ": " + run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
        assertTrue(Invocation.of("generate", "servce", "-o", "x.nzt").err().contains("did you mean service?"));
        assertEquals(Exit.BAD_INPUT, Invocation.of("replay", "gen:servce").exit());
        assertFalse(Files.exists(Path.of("x.nzt")));
    }
}
