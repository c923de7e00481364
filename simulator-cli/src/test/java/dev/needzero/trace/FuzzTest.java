package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.needzero.experiment.Convert;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.TouchRules;
import dev.needzero.experiment.TraceSummary;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader but Go's (which has a fuzzer of its own) meets damaged traces: bytes changed, moved, doubled, cut. It may read them or
 * say in a {@link BadInputException} what is wrong and where; nothing else, and not for long.
 */
class FuzzTest {
    private static final int QUICK_MUTATIONS = 400;
    private static final int QUICK_REPLAYS = 25;
    private static final int LONGEST_CUT = 1500;
    private static final long SLOWEST_NANOS = Duration.ofSeconds(20).toNanos();
    /** A mutated file may not make more events than this many a byte: real formats make at most three a record. */
    private static final int MAX_EVENTS_PER_BYTE = 8;

    @TempDir
    Path folder;

    @Test
    void damagedTracesAreReadOrRefused() throws IOException {
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            Random random = new Random(seed.getKey().hashCode());
            for (int i = 0; i < QUICK_MUTATIONS; i++) {
                meet(seed.getKey(), Mutations.of(seed.getValue(), random), i);
            }
        }
    }

    @Test
    void smallTracesCutAtEveryByteAreReadOrRefused() throws IOException {
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            byte[] whole = seed.getValue();
            for (int cut = 0; cut < Math.min(whole.length, LONGEST_CUT); cut++) {
                meet(seed.getKey(), Arrays.copyOf(whole, cut), cut);
            }
        }
    }

    /** What a reader makes sense of can be counted and replayed, whatever it claims. */
    @Test
    void damagedTracesAreReplayedOrRefused() throws IOException {
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            if (seed.getValue().length < LONGEST_CUT) {
                Random random = new Random(seed.getKey().hashCode());
                for (int i = 0; i < QUICK_REPLAYS; i++) {
                    replay(seed.getKey(), Mutations.of(seed.getValue(), random), i);
                }
            }
        }
    }

    @Test
    void theSeedsThemselvesAreRead() throws IOException {
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            Totals totals = Totals.of(open(seed.getKey(), seed.getValue()));
            assertTrue(totals.allocations > 0, seed.getKey());
        }
    }

    /** As long as {@code -Dfuzz.seconds} says, a reader. */
    @Test
    @Tag("fuzz")
    void damagedTracesAreReadOrRefusedForALongTime() throws IOException {
        long seconds = Long.getLong("fuzz.seconds", 600);
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            long start = System.currentTimeMillis();
            Random random = new Random(start);
            int i = 0;
            for (; System.nanoTime() < end; i++) {
                byte[] damaged = Mutations.of(seed.getValue(), random);
                meet(seed.getKey() + " seed " + start, damaged, i);
                if (i % 10 == 0) {
                    replay(seed.getKey() + " seed " + start, damaged, i);
                }
            }
            System.out.println("fuzz: " + seed.getKey() + ": " + i + " inputs");
        }
    }

    private static void meet(String name, byte[] damaged, int round) throws IOException {
        long begun = System.nanoTime();
        long events = 0;
        try (TraceReader trace = open(name, damaged)) {
            EventBatch batch = new EventBatch();
            while (trace.next(batch)) {
                events += batch.size;
                for (int i = 0; i < batch.size; i++) {
                    if (batch.kind[i] == Kind.ALLOC) {
                        trace.types().get(batch.c[i]);
                    } else if (batch.kind[i] == Kind.CHECKPOINT) {
                        trace.string(batch.c[i]);
                    }
                }
            }
            trace.warnings();
        } catch (BadInputException e) {
            assertTrue(e.getMessage().startsWith("fuzzed"), e.getMessage());
            assertTrue(e.getMessage().length() < 1000, e.getMessage());
        } catch (RuntimeException e) {
            fail(name + ", mutation " + round, e);
        }
        assertTrue(System.nanoTime() - begun < SLOWEST_NANOS, name + ", mutation " + round + ": too slow");
        if (!name.startsWith("nzt ")) {
            assertTrue(
                    events <= (long) damaged.length * MAX_EVENTS_PER_BYTE,
                    name + ", mutation " + round + ": " + events);
        }
    }

    private static void replay(String name, byte[] damaged, int round) throws IOException {
        Replays.Settings settings = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false, true, 100_000);
        try {
            try (TraceReader trace = open(name, damaged)) {
                TraceSummary.of(trace, reader -> {});
            }
            try (TraceReader trace = open(name, damaged)) {
                Replays.run(trace, Behaviours.of("1.26"), settings, null, false, null, null);
            }
        } catch (BadInputException e) {
            assertTrue(e.getMessage().length() < 1000, e.getMessage());
        } catch (UncheckedIOException e) {
            assertTrue(e.getCause() instanceof BadInputException, e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            fail(name + ", mutation " + round, e);
        }
    }

    private static TraceReader open(String name, byte[] content) throws IOException {
        String format = name.substring(0, name.indexOf(' '));
        TraceFormat reader = Traces.formats().stream()
                .filter(f -> f.name().equals(format))
                .findFirst()
                .orElseThrow();
        return reader.open(
                TraceInput.of("fuzzed", new ByteArrayInputStream(content), content.length, InflationLimit.DEFAULT));
    }

    /** By format (the word before the space): real files where they are at hand, and small ones of the test's own. */
    private Map<String, byte[]> seeds() throws IOException {
        Map<String, byte[]> seeds = new LinkedHashMap<>();
        seeds.put("malloclab small", bytes("20000\n3\n6\n1\na 0 512\na 1 128\nr 0 640\nf 1\nr 2 7\nf 0\n"));
        seeds.put(
                "cmt small",
                bytes("malloc(8) = 81d220b48<1>\ncalloc(2, 9) = 10<2>\naligned_alloc(64, 100) = 20\n"
                        + "realloc(81d220b48<1>, 16) = 81d3b83a0<3>\nfree(81d3b83a0<3>)\nfree(20)\n"));
        seeds.put(
                "memory-replay small",
                bytes(
                        "12: malloc 0xabd0000 20 1000 1020\n13: calloc 0x8000 50 30\n"
                                + "12: realloc 0x9000 0xabd0000 80 3999 10020\n12: memalign 0xa000 16 89\n13: free 0x8000\n13: thread_done 0x0\n"));
        seeds.put(
                "csv small",
                bytes("time,thread,op,id,old,size,align,type,pointers,zeroed\n1,1,alloc,0x10,,100,64,\"a,b\",no,true\n"
                        + "2,2,realloc,7,0x10,30\n3,1,write,7,,4\n4,1,rss,,,77\n5,1,free,7\n6,1,gc\n"));
        seeds.put(
                "jsonl small",
                bytes(
                        "{\"op\":\"alloc\",\"id\":\"0x10\",\"size\":100,\"type\":\"a,b\",\"zeroed\":true}\n"
                                + "{\"op\":\"realloc\",\"id\":7,\"old\":16,\"size\":30,\"x\":{\"y\":[1,2]}}\n{\"op\":\"free\",\"id\":7}\n"));
        seeds.put("mtrace small", mtrace());
        seeds.put("workload small", workload());
        seeds.put(
                "heaptrack small",
                bytes("v 10400 2\nX ls\nI 1000 100\ns main\ni 7f00 0 1\ni 7f10 0\nt 1 0\nt 2 1\na 20 2\n+ 0\n"
                        + "c 5\nR 10\n- 0\n"));
        Path sample = Samples.filesIn("samples/wee_alloc").get(0);
        seeds.put("wee-alloc real", Files.readAllBytes(sample));
        try (InputStream in = Samples.input(Samples.shared("samples/heaptrack/heaptrack.david.18594.gz")).stream()) {
            seeds.put("heaptrack real", in.readAllBytes());
        }
        for (Convert.Target target : Convert.Target.values()) {
            Path file = folder.resolve("t." + target);
            try (TraceReader source = Traces.open(sample.toString())) {
                Convert.run(source, file, target, true, reader -> {});
            }
            seeds.put(target + " converted", Files.readAllBytes(file));
        }
        return seeds;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Sixty records, each type in turn. */
    private static byte[] mtrace() {
        byte[] records = new byte[64 * 60];
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            int at = 64 * i;
            records[at] = (byte) (i % 3);
            records[at + 4] = (byte) (1 + i % 8);
            records[at + 5] = (byte) (random.nextInt(4) == 0 ? 0x40 : 0);
            records[at + 9] = (byte) (i % 8 == 7 ? 0 : random.nextInt(6));
            records[at + 17] = (byte) random.nextInt(6);
            records[at + 24] = (byte) random.nextInt(120);
            records[at + 32] = (byte) (1 << random.nextInt(7));
        }
        return records;
    }

    private static byte[] workload() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        byte[] first = {2, 1, 100, 3, 2, 9, 6, 1, 4, 3, 1, 0x7f, 12, 4, 64, 10, 5, 3, 1};
        byte[] second = {7, 1, 5, 2, 13, 5, 9, 14, 6, (byte) 0x81, 0, 15, 7, 16, 9, 1};
        file.writeBytes(new byte[] {8, 20, 9, 3, 10, 2, 11, 11, 11, (byte) (11 + first.length), 1});
        file.writeBytes(first);
        file.writeBytes(second);
        return file.toByteArray();
    }
}
