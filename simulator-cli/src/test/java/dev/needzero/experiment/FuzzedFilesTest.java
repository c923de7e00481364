package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.SizeClasses;
import dev.needzero.report.SweepFile;
import dev.needzero.report.SweepParts;
import dev.needzero.report.SweepResult;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.FuzzTarget;
import dev.needzero.trace.NoscanRule;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.Samples;
import dev.needzero.trace.TraceReader;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What stands beside traces, damaged: truth and case files, heap profiles, rules, workloads' specifications, smaps, pages of
 * metrics, a sweep's results.
 */
public class FuzzedFilesTest {
    private static final int QUICK_INPUTS = 200;
    private static final int BATCHES = 20;

    private static final Pattern MILLIONS = Pattern.compile("[1-9]\\d{6,9}(?!\\d)|\\d[eE]\\+?[1-9]");

    private static final String[] SPECS = {
        "gen:service?channels=4&buffer=100&fill=2%&keys=100&small=12KiB&rounds=4&events=1000&seed=7&go=1.24",
        "gen:small?inflight=6&sessions=10&kept=20%&sizes=8:5,16:20,24-32:8&pointers=60%&events=1000",
        "gen:leak?sizes=8:5,16:20&life=exp:2000&leak=1%&events=1000",
        "gen:maps?entries=200&key=string&elem=record&hint=5&procs=3",
        "gen:slices?count=2&length=50&by=1&elem=both",
        "gen:strings?live=10&mean=100B&how=concat&events=1000"
    };

    private static final String SMAPS = """
            00400000-00403000 r-xp 00000000 08:01 1311 [text]
            Size:                 12 kB
            Rss:                  12 kB
            c000000000-c004000000 rw-p 00000000 00:00 0 [anon: Go: heap]
            Size:              65536 kB
            KernelPageSize:        4 kB
            Rss:                7340 kB
            AnonHugePages:         0 kB
            VmFlags: rd wr mr mw me ac sd
            c004000000-c008000000 ---p 00000000 00:00 0
            Size:              65536 kB
            Rss:                   0 kB
            7f2f0c000000-7f2f0c021000 rw-p 00000000 00:00 0
            Size:                132 kB
            Rss:                   8 kB
            """;

    private static final String[] METRICS = {
        """
        /memory/classes/heap/free:bytes 1048576
        /memory/classes/heap/objects:bytes 41231234
        /memory/classes/heap/released:bytes 3932160
        /memory/classes/heap/stacks:bytes 360448
        /memory/classes/heap/unused:bytes 370000
        /memory/classes/total:bytes 55000000
        """,
        """
        # HELP go_memstats_heap_sys_bytes Number of heap bytes obtained from system.
        # TYPE go_memstats_heap_sys_bytes gauge
        go_memstats_heap_sys_bytes 6.6387968e+07
        go_memstats_stack_inuse_bytes 720896
        go_memstats_heap_released_bytes{pod="a"} 2.3e+06 1700000000
        go_memstats_sys_bytes 7.5e+07
        process_resident_memory_bytes 4.1e+07
        """,
        "{\"memstats\": {\"HeapSys\": 66387968, \"StackInuse\": 720896, \"HeapReleased\": 2300000, \"Sys\": 75000000}}"
    };

    @TempDir
    Path folder;

    /** What the long run gives its time to. */
    public static List<FuzzTarget> targets(Path folder) throws IOException {
        Path truth = Recordings.folder().resolve("large-ptr-8M@go1.23.0.truth.jsonl.gz");
        Path profile = Samples.shared("samples/pprof/ast.heap.pb.gz");
        byte[] record = bytes("{\"name\":\"x\",\"go\":\"go1.23.0\",\"touch\":\"default=all\"}");
        return List.of(
                FuzzTarget.of(
                        "truth files",
                        List.of(Recordings.unpacked(truth), Files.readAllBytes(truth)),
                        (input, round) -> {
                            boolean packed = input.length > 2 && input[0] == 0x1f;
                            Path file = folder.resolve(packed ? "t.jsonl.gz" : "t.jsonl");
                            Truth.read(Files.write(file, input)).go();
                        }),
                FuzzTarget.of("case files", List.of(record), (input, round) -> {
                    Files.write(folder.resolve("t.case.json"), input);
                    Verification.caseOf(folder.resolve("t.trace.gz").toString());
                }),
                FuzzTarget.of(
                        "heap profiles",
                        List.of(Recordings.unpacked(profile), Files.readAllBytes(profile)),
                        (input, round) -> generate("gen:like?profile=" + Files.write(folder.resolve("t.pb"), input))),
                text(
                        "touch rules",
                        TouchRules::parse,
                        "untyped=1B main.*=25% small=64KiB uint8=none large=3.5% default=all"),
                text("noscan rules", NoscanRule::parse, "char* >=64KiB <16 main.X none"),
                text(
                        "size classes",
                        FuzzedFilesTest::sizeClasses,
                        "# bytes pages\n8 1\n16 1\n24 1\n128 2 # two\n32768 4\n"),
                text("workloads", FuzzedFilesTest::generateSmall, SPECS),
                FuzzTarget.of(
                        "smaps",
                        List.of(bytes(SMAPS), bytes(SMAPS.replace("[anon: Go: heap]", ""))),
                        (input, round) -> PodMemory.of(Smaps.read(Files.write(folder.resolve("smaps"), input)))),
                FuzzTarget.of(
                        "metrics",
                        Stream.of(METRICS).map(FuzzedFilesTest::bytes).toList(),
                        (input, round) -> PodMemory.ofMetrics(Files.write(folder.resolve("metrics"), input))),
                sweep(folder, "sweep results, CSV", "part.csv", CSV),
                sweep(folder, "sweep results, JSON Lines", "part.jsonl", JSONL));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private interface TextReading {
        void of(String text) throws IOException;
    }

    private static FuzzTarget text(String name, TextReading reading, String... sound) {
        return FuzzTarget.ofText(
                name,
                Stream.of(sound).map(FuzzedFilesTest::bytes).toList(),
                (input, round) -> reading.of(new String(input, StandardCharsets.UTF_8)));
    }

    private static void sizeClasses(String text) {
        SizeClasses table = SizeClasses.parse(text);
        for (int bytes = 1; bytes <= table.maxBytes(); bytes += 7) {
            table.classFor(bytes);
        }
    }

    /** Who asks for millions of objects gets them, or hears that there is not memory enough. */
    private static void generateSmall(String spec) throws IOException {
        if (!MILLIONS.matcher(spec).find()) {
            generate(spec);
        }
    }

    private static void generate(String spec) throws IOException {
        try (TraceReader reader = Workloads.open(spec)) {
            EventBatch batch = new EventBatch();
            for (int i = 0; i < BATCHES && reader.next(batch); i++) {
                assertTrue(batch.size > 0);
            }
        }
    }

    // ---- a sweep's results: read, ranked, joined with themselves, gone on with

    private static final String CSV = """
            grid,cell,cells,trace,go,gogc,peak-rss,end-rss,gc-cycles,/gc/heap/goal:bytes
            5ee1,1,4,a.trace,1.23,50,71360512,71360512,3,184549376
            5ee1,2,4,a.trace,1.23,100,81360512,71360512,2,
            5ee1,3,4,a.trace,1.24,50,101360512,71360512,3,1.5e8
            5ee1,4,4,"a, b.trace",1.24,100,131360512,71360512,2,184549376
            """;

    private static final String JSONL = """
            {"grid":"5ee1","cell":1,"cells":3,"trace":"a","vary":{"go":"1.23"},"figures":{"peak-rss":71360512,"gc-cycles":3}}
            {"grid":"5ee1","cell":2,"cells":3,"trace":"a","vary":{"go":"1.24"},"figures":{"peak-rss":71360512,"gc-cycles":null}}
            {"grid":"5ee1","cell":3,"cells":3,"trace":"a","vary":{"go":"1.25"},"figures":{"peak-rss":71360512,"gc-cycles":1.5}}
            """;

    private static FuzzTarget sweep(Path folder, String name, String fileName, String sound) {
        return FuzzTarget.of(name, List.of(bytes(sound)), (input, round) -> {
            Path file = Files.write(folder.resolve(fileName), input);
            SweepFile part = SweepFile.read(file);
            SweepParts parts = new SweepParts();
            try {
                parts.add("a", part.rows());
                parts.add("b", part.rows());
            } catch (IllegalArgumentException e) {
                return; // of several grids
            }
            parts.missing();
            parts.doubled();
            parts.differing();
            for (String metric : SweepResult.metrics(part.rows())) {
                SweepResult result = new SweepResult(part.rows(), metric);
                result.table();
                result.toJson();
            }
            if (!parts.isEmpty()) {
                SweepFile.write(folder.resolve("whole" + fileName), parts.rows());
            }
            try (SweepFile again = SweepFile.append(file)) {
                if (!again.rows().isEmpty()) {
                    again.append(again.rows().get(0));
                }
            }
        });
    }

    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        for (FuzzTarget target : targets(folder)) {
            int inputs = target.name().equals("heap profiles") ? QUICK_INPUTS / 10 : QUICK_INPUTS;
            for (int seed = 0; seed < inputs; seed++) {
                target.meet(seed);
            }
        }
    }
}
