package dev.needzero.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import com.google.protobuf.DynamicMessage;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.needzero.experiment.LiveTypes;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.ResidentShares;
import dev.needzero.experiment.TouchRules;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files for other tools, held against what those tools publish. */
class ExportsTest {
    private static final String LARGE = "gen:large?kind=ptr&count=16&touched=25%";

    private record Replayed(Run run, LiveTypes live) {}

    private static Replayed replay(String trace, String version, OsSettings os) throws IOException {
        try (LiveTypes live = new LiveTypes(Replays.open(trace), true)) {
            Behaviours behaviours = Behaviours.of(version);
            Replay replay = Replays.run(
                    live, behaviours, new Replays.Settings(os, TouchRules.ALL, false), null, false, null, null);
            return new Replayed(new Run(behaviours, false, replay), live);
        }
    }

    private static Replayed replay(String trace, String version) throws IOException {
        return replay(trace, version, OsSettings.defaults());
    }

    private static String recording(String name) {
        Path above = Path.of("..", "traces");
        return (Files.isDirectory(above) ? above : Path.of("traces"))
                .resolve(name)
                .toString();
    }

    /** A profile's sums by sample type, and its in-use objects by innermost function. */
    private record Profile(Map<String, Long> sums, Map<String, Long> inUse) {
        static Profile of(Replayed replayed) throws Exception {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PprofProfile.write(out, ResidentShares.of(replayed.run.replay(), replayed.live), "what it is", 17);
            DynamicMessage profile =
                    PprofMessage.parse(new GZIPInputStream(new ByteArrayInputStream(out.toByteArray())).readAllBytes());
            assertTrue(profile.getUnknownFields().asMap().isEmpty());
            List<?> strings = (List<?>) PprofMessage.get(profile, "string_table");
            assertEquals("", strings.get(0), "the first string is empty");
            assertEquals(17, PprofMessage.number(profile, "duration_nanos"));
            Map<Long, String> functions = new HashMap<>();
            for (DynamicMessage function : PprofMessage.messages(profile, "function")) {
                String name = (String) strings.get((int) PprofMessage.number(function, "name"));
                assertTrue(functions.put(PprofMessage.number(function, "id"), name) == null, "ids are unique");
            }
            Map<Long, String> locations = new HashMap<>();
            for (DynamicMessage location : PprofMessage.messages(profile, "location")) {
                DynamicMessage line = PprofMessage.messages(location, "line").get(0);
                long id = PprofMessage.number(location, "id");
                assertTrue(id > 0, "no location has the id 0");
                locations.put(id, functions.get(PprofMessage.number(line, "function_id")));
            }
            return sum(profile, strings, locations);
        }

        private static Profile sum(DynamicMessage profile, List<?> strings, Map<Long, String> locations) {
            List<String> types = PprofMessage.messages(profile, "sample_type").stream()
                    .map(type -> (String) strings.get((int) PprofMessage.number(type, "type")))
                    .toList();
            assertTrue(types.contains(strings.get((int) PprofMessage.number(profile, "default_sample_type"))));
            Map<String, Long> sums = new HashMap<>();
            Map<String, Long> inUse = new HashMap<>();
            for (DynamicMessage sample : PprofMessage.messages(profile, "sample")) {
                List<?> values = (List<?>) PprofMessage.get(sample, "value");
                assertEquals(types.size(), values.size(), "a value for each sample type");
                List<?> stack = (List<?>) PprofMessage.get(sample, "location_id");
                assertTrue(locations.keySet().containsAll(stack));
                for (int i = 0; i < types.size(); i++) {
                    sums.merge(types.get(i), (Long) values.get(i), Long::sum);
                }
                inUse.merge(locations.get(stack.get(0)), (Long) values.get(types.indexOf("inuse_objects")), Long::sum);
            }
            return new Profile(sums, inUse);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"release-ptr@go1.25.14.trace.gz", "gen:service?rounds=2&keys=2000", LARGE})
    void pprofSharesOutAllThatIsResident(String name) throws Exception {
        String trace = name.startsWith("gen:") ? name : recording(name);
        for (OsSettings os : List.of(OsSettings.defaults(), new OsSettings(16, OsSettings.Thp.ALWAYS))) {
            Replayed replayed = replay(trace, "1.24", os);
            Profile profile = Profile.of(replayed);
            long all = 0;
            for (int cause = 0; cause < Cause.COUNT; cause++) {
                long committed = replayed.run.os().committedBytes(cause);
                assertEquals(committed, profile.sums.get("resident_" + PprofProfile.sampleTypeName(cause)));
                all += committed;
            }
            assertEquals(all, profile.sums.get("resident"));
        }
    }

    @Test
    void pprofCountsTheObjectsInUse() throws Exception {
        Profile profile = Profile.of(replay(LARGE, "1.23"));
        assertEquals(16, profile.inUse.get("*int"));
        assertEquals(16L << 20, profile.sums.get("inuse_space"));
        assertEquals(16, profile.sums.get("alloc_objects"));
        String forever = "gen:mix?sizes=64:1&life=forever&pointers=0%&events=5000";
        Profile kept = Profile.of(replay(forever, "1.23"));
        assertEquals(allocations(forever), kept.sums.get("inuse_objects"));
        assertEquals(kept.sums.get("alloc_space"), kept.sums.get("inuse_space"));
    }

    private static long allocations(String trace) throws IOException {
        try (TraceReader reader = Replays.open(trace)) {
            EventBatch batch = new EventBatch();
            long allocations = 0;
            while (reader.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    allocations += batch.kind[i] == Kind.ALLOC ? 1 : 0;
                }
            }
            return allocations;
        }
    }

    @Test
    void needzeroReadsItsOwnProfileBack() throws Exception {
        Path file = Files.createTempFile("needzero", ".pb.gz");
        try {
            Replayed replayed = replay(LARGE, "1.24");
            TargetFile.write(
                    file,
                    out -> PprofProfile.write(out, ResidentShares.of(replayed.run.replay(), replayed.live), "", 0));
            Replayed like = replay("gen:like?profile=" + file, "1.24");
            assertEquals(
                    replayed.run.replay().metrics().get("/memory/classes/heap/objects:bytes"),
                    like.run.replay().metrics().get("/memory/classes/heap/objects:bytes"));
        } finally {
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"release-ptr@go1.25.14.trace.gz", LARGE})
    void openMetricsKeepsToItsGrammar(String name) throws IOException {
        Replayed replayed = replay(name.startsWith("gen:") ? name : recording(name), "1.24");
        OpenMetricsText text = OpenMetricsText.parse(OpenMetrics.text(replayed.run, "a \"b\\c\"\nd"));
        assertEquals(replayed.run.os().rssBytes(), text.values.get("process_resident_memory_bytes"));
        Map<String, Long> metrics = replayed.run.replay().metrics();
        assertEquals(
                (double) metrics.get("/memory/classes/heap/objects:bytes"),
                text.values.get("go_memstats_heap_alloc_bytes"));
        // Names as Go's client library (collectors.MetricsAll) spells them.
        for (String expected : List.of(
                "go_memory_classes_heap_objects_bytes",
                "go_memory_classes_heap_released_bytes",
                "go_gc_heap_allocs_bytes_total",
                "go_gc_heap_tiny_allocs_objects_total",
                "go_gc_cycles_total_gc_cycles_total",
                "go_memstats_heap_idle_bytes",
                "go_memstats_mallocs_total")) {
            assertTrue(text.values.containsKey(expected), expected + " of " + text.values.keySet());
        }
        assertEquals(
                text.values.get("go_memstats_heap_sys_bytes"),
                text.values.get("go_memstats_heap_inuse_bytes") + text.values.get("go_memstats_heap_idle_bytes"));
    }

    @Test
    void perfettoGetsTraceEventsThatAreInOrder() throws IOException {
        Replayed replayed = replay(recording("release-ptr@go1.25.14.trace.gz"), "1.25");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TraceEvents.write(out, replayed.run, "trace");
        Map<String, Object> json = JSON.std.mapFrom(out.toString(StandardCharsets.UTF_8));
        Set<Object> names = new HashSet<>();
        Map<Object, Double> last = new HashMap<>();
        Number resident = null;
        for (Object one : (List<?>) json.get("traceEvents")) {
            Map<?, ?> event = (Map<?, ?>) one;
            Object name = event.get("name");
            names.add(name);
            assertTrue(Set.of("C", "i", "M").contains(event.get("ph")), event.toString());
            assertTrue(event.get("pid") instanceof Integer && event.get("tid") instanceof Integer);
            double at = ((Number) event.get("ts")).doubleValue();
            assertTrue(at >= last.getOrDefault(name, 0.0), "a counter's samples are in time's order");
            last.put(name, at);
            if (event.get("ph").equals("C")) {
                Map<?, ?> args = (Map<?, ?>) event.get("args");
                assertTrue(args.values().stream().allMatch(Number.class::isInstance), "counters are numbers");
                resident = name.equals("resident") ? (Number) args.get("bytes") : resident;
            }
            assertTrue(!event.get("ph").equals("i") || event.get("s").equals("p"), "an instant says its scope");
        }
        assertTrue(names.containsAll(Set.of("resident", "mapped", "collection 1", "process_name")), names.toString());
        assertEquals(replayed.run.os().rssBytes(), resident.longValue());
    }

    @Test
    void csvHasARowForEachSample() throws IOException {
        Replayed replayed = replay(LARGE, "1.24");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TimeLineCsv.write(out, replayed.run.timeLine());
        try (CsvReader<NamedCsvRecord> rows =
                CsvReader.builder().ofNamedCsvRecord(out.toString(StandardCharsets.UTF_8))) {
            List<NamedCsvRecord> all = rows.stream().toList();
            assertEquals(replayed.run.timeLine().size(), all.size());
            NamedCsvRecord last = all.get(all.size() - 1);
            assertEquals(Long.toString(replayed.run.os().rssBytes()), last.getField("rssBytes"));
            assertEquals(Long.toString(replayed.run.os().mappedBytes()), last.getField("mappedBytes"));
        }
    }
}
