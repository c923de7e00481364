package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.Convert;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.TouchRules;
import dev.needzero.experiment.TraceSummary;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.android.MemoryReplayFormat;
import dev.needzero.trace.cmt.CmtFormat;
import dev.needzero.trace.heaptrack.HeaptrackFormat;
import dev.needzero.trace.log.CsvFormat;
import dev.needzero.trace.log.JsonLinesFormat;
import dev.needzero.trace.malloclab.RepFormat;
import dev.needzero.trace.mtrace.MtraceFormat;
import dev.needzero.trace.mtrace.WorkloadFormat;
import dev.needzero.trace.nzt.NztFormat;
import dev.needzero.trace.nzt.ResealedBlocks;
import dev.needzero.trace.nzt.SeekingNztReader;
import dev.needzero.trace.weealloc.WeeAllocFormat;
import dev.needzero.workload.Workloads;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader but Go's (which has a fuzzer of its own) meets damaged traces: bytes changed, moved, doubled, cut. It may read them or
 * say in a {@link BadInputException} what is wrong and where; nothing else, and not for long.
 */
public class FuzzTest {
    private static final int QUICK_MUTATIONS = 400;
    private static final int LONGEST_CUT = 1500;
    /** Of so many inputs one is replayed. */
    private static final int REPLAY_EVERY = 10;
    /** A mutated file may not make more events than this many a byte: real formats make at most three a record. */
    private static final int MAX_EVENTS_PER_BYTE = 8;

    private static final int BOMB_BYTES = 100 << 20;
    private static final int BOMB_EVERY = 200;

    @TempDir
    Path folder;

    /** Each format with sound files of its own: real ones, and small ones with a record of every kind. */
    private static Map<TraceFormat, List<byte[]>> seeds(Path folder) throws IOException {
        Map<TraceFormat, List<byte[]>> seeds = new LinkedHashMap<>();
        seeds.put(new RepFormat(), List.of(bytes("20000\n3\n6\n1\na 0 512\na 1 128\nr 0 640\nf 1\nr 2 7\nf 0\n")));
        seeds.put(
                new CmtFormat(),
                List.of(bytes("malloc(8) = 81d220b48<1>\ncalloc(2, 9) = 10<2>\naligned_alloc(64, 100) = 20\n"
                        + "realloc(81d220b48<1>, 16) = 81d3b83a0<3>\nfree(81d3b83a0<3>)\nfree(20)\n")));
        seeds.put(
                new MemoryReplayFormat(),
                List.of(
                        bytes(
                                "12: malloc 0xabd0000 20 1000 1020\n13: calloc 0x8000 50 30\n"
                                        + "12: realloc 0x9000 0xabd0000 80 3999 10020\n12: memalign 0xa000 16 89\n13: free 0x8000\n13: thread_done 0x0\n")));
        seeds.put(new MtraceFormat(), List.of(mtrace()));
        seeds.put(new WorkloadFormat(), List.of(workload()));
        byte[] heaptrack;
        try (InputStream in = Samples.input(Samples.shared("samples/heaptrack/heaptrack.david.18594.gz")).stream()) {
            heaptrack = in.readAllBytes();
        }
        seeds.put(
                new HeaptrackFormat(),
                List.of(
                        bytes("v 10400 2\nX ls\nI 1000 100\ns main\ni 7f00 0 1\ni 7f10 0\nt 1 0\nt 2 1\na 20 2\n+ 0\n"
                                + "c 5\nR 10\n- 0\n"),
                        heaptrack,
                        Arrays.copyOf(heaptrack, 5000)));
        byte[] wee = Files.readAllBytes(Samples.shared("samples/wee_alloc/ls.trace"));
        seeds.put(new WeeAllocFormat(), List.of(wee, Arrays.copyOf(wee, 1000)));
        seeds.put(
                new CsvFormat(),
                converted(
                        folder,
                        Convert.Target.CSV,
                        "time,thread,op,id,old,size,align,type,pointers,zeroed\n1,1,alloc,0x10,,100,64,\"a,b\",no,true\n"
                                + "2,2,realloc,7,0x10,30\n3,1,write,7,,4\n4,1,rss,,,77\n5,1,free,7\n6,1,gc\n"));
        seeds.put(
                new JsonLinesFormat(),
                converted(
                        folder,
                        Convert.Target.JSONL,
                        "{\"op\":\"alloc\",\"id\":\"0x10\",\"size\":100,\"type\":\"a,b\",\"zeroed\":true}\n"
                                + "{\"op\":\"realloc\",\"id\":7,\"old\":16,\"size\":30,\"x\":{\"y\":[1,2]}}\n{\"op\":\"free\",\"id\":7}\n"));
        seeds.put(new NztFormat(), converted(folder, Convert.Target.NZT, ""));
        return seeds;
    }

    /** A real trace, a generated one and a Go recording in one of our own formats, and a text in it. */
    private static List<byte[]> converted(Path folder, Convert.Target target, String text) throws IOException {
        List<byte[]> all = new ArrayList<>();
        if (!text.isEmpty()) {
            all.add(bytes(text));
        }
        String[] sources = {
            Samples.shared("samples/wee_alloc/ls.trace").toString(),
            Recordings.trace("large-ptr-8M@go1.26.7").toString(),
            "gen:small?inflight=6&sessions=10&events=300"
        };
        Path file = folder.resolve("t." + target);
        for (String source : sources) {
            try (TraceReader reader = source.startsWith("gen:") ? Workloads.open(source) : Traces.open(source)) {
                Convert.run(reader, file, target, true, r -> {});
            }
            all.add(Files.readAllBytes(file));
        }
        return all;
    }

    /** What the long run gives its time to. */
    public static List<FuzzTarget> targets(Path folder) throws IOException {
        List<FuzzTarget> targets = new ArrayList<>();
        Map<TraceFormat, List<byte[]>> seeds = seeds(folder);
        seeds.forEach((format, files) -> targets.add(FuzzTarget.of(format.name(), files, (input, round) -> {
            read(format, input, false);
            if (round % REPLAY_EVERY == 0) {
                replay(format, input);
            }
        })));
        List<ResealedBlocks> blocks = seeds.entrySet().stream()
                .filter(seed -> seed.getKey() instanceof NztFormat)
                .flatMap(seed -> seed.getValue().stream().map(ResealedBlocks::new))
                .toList();
        NztFormat nzt = new NztFormat();
        targets.add(new FuzzTarget(
                "nzt, checksums mended",
                random -> blocks.get(random.nextInt(blocks.size())).next(random),
                (input, round) -> {
                    read(nzt, input, round % 2 == 0);
                    if (round % REPLAY_EVERY == 0) {
                        replay(nzt, input);
                    } else if (round % REPLAY_EVERY == 1) {
                        seek(Files.write(folder.resolve("fuzzed.nzt"), input), round);
                    }
                }));
        targets.add(packed(seeds));
        return targets;
    }

    /** Traces of each format within gzip and zstd, and bombs of both. */
    private static FuzzTarget packed(Map<TraceFormat, List<byte[]>> seeds) throws IOException {
        List<byte[]> packed = new ArrayList<>();
        for (List<byte[]> files : seeds.values()) {
            byte[] file = files.get(0);
            packed.add(gzip(file));
            packed.add(zstd(file));
            ByteArrayOutputStream twice = new ByteArrayOutputStream();
            twice.writeBytes(gzip(Arrays.copyOf(file, file.length / 2)));
            twice.writeBytes(gzip(Arrays.copyOfRange(file, file.length / 2, file.length)));
            packed.add(twice.toByteArray());
        }
        packed.add(Files.readAllBytes(Recordings.trace("large-ptr-8M@go1.23.0")));
        packed.add(zstd(Recordings.unpacked(Recordings.trace("large-ptr-8M@go1.26.7"))));
        byte[] bomb = new byte[BOMB_BYTES];
        Arrays.fill(bomb, (byte) '\n');
        System.arraycopy(seeds.values().iterator().next().get(0), 0, bomb, 0, 20);
        List<byte[]> bombs = List.of(gzip(bomb), zstd(bomb), gzip(gzip(bomb)));
        return new FuzzTarget(
                "gzip and zstd",
                random -> Mutations.of(random.nextInt(BOMB_EVERY) == 0 ? bombs : packed, random),
                (input, round) -> read(null, input, false));
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    private static byte[] zstd(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    @Test
    void damagedTracesAreReadOrRefused() throws IOException {
        for (FuzzTarget target : targets(folder)) {
            for (int i = 1; i <= QUICK_MUTATIONS; i++) {
                target.meet(i);
            }
        }
    }

    @Test
    void smallTracesCutAtEveryByteAreReadOrRefused() throws IOException {
        for (Map.Entry<TraceFormat, List<byte[]>> seed : seeds(folder).entrySet()) {
            FuzzTarget target = new FuzzTarget(
                    seed.getKey().name(), random -> new byte[0], (input, round) -> read(seed.getKey(), input, false));
            byte[] whole = seed.getValue().get(0);
            for (int cut = 0; cut < Math.min(whole.length, LONGEST_CUT); cut++) {
                target.meet(Arrays.copyOf(whole, cut), cut);
            }
        }
    }

    @Test
    void theSeedsThemselvesAreRead() throws IOException {
        for (Map.Entry<TraceFormat, List<byte[]>> seed : seeds(folder).entrySet()) {
            Totals totals = Totals.of(open(seed.getKey(), seed.getValue().get(0), false));
            assertTrue(totals.allocations > 0, seed.getKey().name());
            for (byte[] file : seed.getValue()) {
                assertTrue(
                        TraceData.of(open(seed.getKey(), file, false)).events.size() > 1,
                        seed.getKey().name());
            }
        }
    }

    private static void read(TraceFormat format, byte[] damaged, boolean skipDamaged) throws IOException {
        long events = 0;
        try (TraceReader trace = open(format, damaged, skipDamaged)) {
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
            throw e;
        }
        if (format != null && !(format instanceof NztFormat)) {
            assertTrue(events <= (long) damaged.length * MAX_EVENTS_PER_BYTE, events + " events");
        }
    }

    private static void seek(Path file, long round) throws IOException {
        Random random = new Random(round);
        EventBatch batch = new EventBatch();
        try (SeekingNztReader reader = SeekingNztReader.open(file, random.nextBoolean())) {
            for (int i = 0; i < 4; i++) {
                if (random.nextBoolean()) {
                    reader.seekEvent(random.nextInt(1000) - 1);
                } else {
                    reader.seekTime(random.nextLong() >>> random.nextInt(64));
                }
                reader.next(batch);
            }
            reader.warnings();
        }
    }

    /** What a reader makes sense of can be counted and replayed, whatever it claims. */
    private static void replay(TraceFormat format, byte[] damaged) throws IOException {
        Replays.Settings settings = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false, true, 100_000);
        try (TraceReader trace = open(format, damaged, false)) {
            TraceSummary.of(trace, reader -> {});
        }
        try (TraceReader trace = open(format, damaged, false)) {
            Replays.run(trace, Behaviours.of("1.26"), settings, null, false, null, null);
        }
    }

    private static TraceReader open(TraceFormat format, byte[] content, boolean skipDamaged) throws IOException {
        TraceInput input =
                TraceInput.of("fuzzed", new ByteArrayInputStream(content), content.length, InflationLimit.DEFAULT);
        return skipDamaged ? format.openDamaged(input) : Traces.open(input, format);
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
