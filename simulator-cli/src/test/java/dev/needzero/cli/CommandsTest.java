package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands answer when nothing is wrong, on the repository's own recordings. */
class CommandsTest {
    private static final Path CHANNELS = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");
    private static final Path RELEASE = Invocation.TRACES.resolve("release-ptr@go1.25.14.trace.gz");
    private static final Path SERVICE = Invocation.TRACES.resolve("service@go1.23.0.trace.gz");

    @TempDir
    Path directory;

    private static List<?> runs(Map<String, Object> json) {
        return (List<?>) json.get("runs");
    }

    private static long bytes(Object run, String key) {
        return ((Number) ((Map<?, ?>) run).get(key)).longValue();
    }

    @Test
    void replayPutsNothingButJsonOnStandardOutput() throws IOException {
        Invocation run = Invocation.of("replay", CHANNELS, "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertTrue(run.json().keySet().containsAll(Set.of("trace", "format", "events", "runs")));
        Map<?, ?> one = (Map<?, ?>) runs(run.json()).get(0);
        assertTrue(one.keySet()
                .containsAll(Set.of(
                        "go",
                        "settings",
                        "touch",
                        "gc",
                        "placement",
                        "peakRssBytes",
                        "endRssBytes",
                        "endMappedBytes",
                        "committedBy",
                        "checkpoints")));
        assertEquals(
                Set.of("program", "zeroing", "runtime", "hugePage"), ((Map<?, ?>) one.get("committedBy")).keySet());
        Map<?, ?> checkpoint = (Map<?, ?>) ((List<?>) one.get("checkpoints")).get(0);
        assertTrue(checkpoint
                .keySet()
                .containsAll(Set.of(
                        "checkpoint", "name", "event", "rssBytes", "mappedBytes", "zeroMappedBytes", "metrics")));
    }

    @Test
    void residentMemoryIsTheSumOfItsCauses() throws IOException {
        Object run =
                runs(Invocation.of("replay", RELEASE, "--json", "-").json()).get(0);
        Map<?, ?> committed = (Map<?, ?>) ((Map<?, ?>) run).get("committedBy");
        long sum = committed.values().stream()
                .mapToLong(n -> ((Number) n).longValue())
                .sum();
        assertEquals(bytes(run, "endRssBytes"), sum);
    }

    /** With the addresses recorded, a collection's frees and reuse happen where the program had them: RSS is the same. */
    @Test
    void recordedPlacementLeavesWhatSimulatedPlacementLeavesWhereTheTwinIsExact() throws IOException {
        for (String version : List.of("1.21", "1.23", "1.26")) {
            Map<?, ?> recorded = (Map<?, ?>)
                    runs(Invocation.of("replay", SERVICE, "--go", version, "--placement", "recorded", "--json", "-")
                                    .json())
                            .get(0);
            assertEquals("recorded", recorded.get("placement"));
            if (version.equals("1.23")) {
                Map<?, ?> simulated = (Map<?, ?>)
                        runs(Invocation.of("replay", SERVICE, "--json", "-").json())
                                .get(0);
                assertEquals(simulated.get("endRssBytes"), recorded.get("endRssBytes"));
            }
        }
    }

    @Test
    void verifyTakesOnlyTheTruthsPageSize() {
        assertEquals(
                Exit.USAGE,
                Invocation.of("verify", CHANNELS, "--os-page", "64KiB").exit());
    }

    @Test
    void replayFollowsTheRecordingsVersionUnlessToldOtherwise() throws IOException {
        Map<?, ?> own = (Map<?, ?>)
                runs(Invocation.of("replay", CHANNELS, "--json", "-").json()).get(0);
        assertEquals("1.23", own.get("go"));
        Map<?, ?> other = (Map<?, ?>) runs(Invocation.of("replay", CHANNELS, "--go", "1.26", "--json", "-")
                        .json())
                .get(0);
        assertEquals("1.26", other.get("go"));
    }

    @Test
    void theCaseFilesTouchRulesHoldUnlessOthersAreGiven() {
        assertTrue(Invocation.of("replay", CHANNELS).out().contains("\"untyped=all large=none default=all\""));
        assertTrue(
                Invocation.of("replay", CHANNELS, "--touch", "default=1B").out().contains("\"default=1B\""));
    }

    @Test
    void oneBehaviourCanBeSetAlone() throws IOException {
        Object asShipped =
                runs(Invocation.of("replay", CHANNELS, "--json", "-").json()).get(0);
        Object always = runs(Invocation.of("replay", CHANNELS, "--set", "largeZeroing=always", "--json", "-")
                        .json())
                .get(0);
        assertEquals(Map.of("largeZeroing", "always"), ((Map<?, ?>) always).get("settings"));
        assertTrue(bytes(always, "peakRssBytes") > bytes(asShipped, "peakRssBytes"));
    }

    @Test
    void compareTakesListsAndRanges() throws IOException {
        Map<String, Object> json = Invocation.of("compare", CHANNELS, "--go", "1.21,1.23..1.25", "--json", "-")
                .json();
        assertEquals(
                List.of("1.21", "1.23", "1.24", "1.25"),
                runs(json).stream().map(r -> ((Map<?, ?>) r).get("go")).toList());
    }

    @Test
    void onlyGo124ClearsFreshLargeObjectsWithPointers() throws IOException {
        List<?> runs = runs(Invocation.of("compare", CHANNELS, "--go", "1.23,1.24,1.25", "--json", "-")
                .json());
        // 64 channels of 1 MiB, never written: recorded in the case file beside the trace.
        long difference = bytes(runs.get(1), "peakRssBytes") - bytes(runs.get(0), "peakRssBytes");
        assertTrue(difference >= 60L << 20, "1.24 commits only " + difference + " bytes more than 1.23");
        assertEquals(bytes(runs.get(0), "peakRssBytes"), bytes(runs.get(2), "peakRssBytes"));
    }

    @Test
    void jsonAndTableGoTheirOwnWays() throws IOException {
        Path file = directory.resolve("result.json");
        Invocation run = Invocation.of("compare", CHANNELS, "--go", "1.23,1.24", "--json", file);
        assertTrue(run.out().contains("resident memory"));
        assertEquals(2, runs(JSON.std.mapFrom(Files.readString(file))).size());
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void chartsAreDrawnWithoutAScreen() throws IOException {
        Path svg = directory.resolve("chart.svg");
        Path png = directory.resolve("chart.png");
        assertEquals(
                Exit.DONE, Invocation.of("compare", CHANNELS, "--chart", svg).exit());
        assertEquals(
                Exit.DONE, Invocation.of("replay", CHANNELS, "--chart", png).exit());
        String drawing = Files.readString(svg);
        assertTrue(drawing.contains("<svg") && drawing.contains("Go 1.24"), "no svg, or no legend");
        assertTrue(ImageIO.read(png.toFile()).getWidth() > 0);
    }

    /** The kernel's name for memory that Go has it call "Go: heap", prctl(PR_SET_VMA_ANON_NAME), from 1.25 on. */
    @Test
    void vmaNamesIsWhetherTheHeapsMappingsBearAName() throws IOException {
        assertFalse(named("1.24", "vmaNames=false"));
        assertTrue(named("1.24", "vmaNames=true"));
        assertTrue(named("1.25", "vmaNames=true"));
        assertFalse(named("1.25", "vmaNames=false"));
    }

    private boolean named(String go, String setting) throws IOException {
        Path smaps = directory.resolve("named");
        Invocation run = Invocation.of("replay", CHANNELS, "--go", go, "--set", setting, "--smaps", smaps);
        assertEquals(Exit.DONE, run.exit(), run.err());
        return Files.readString(smaps).contains("[anon: Go: heap]");
    }

    @Test
    void smapsAddsUpToTheResidentMemory() throws IOException {
        Path file = directory.resolve("smaps");
        Object run = runs(Invocation.of("replay", CHANNELS, "--smaps", file, "--json", "-")
                        .json())
                .get(0);
        long kib = Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("Rss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        assertEquals(bytes(run, "endRssBytes"), kib << 10);
    }

    @Test
    void noEscapeCodesInPipes() {
        assertFalse(Invocation.of("compare", CHANNELS).out().contains("\u001b"));
        assertFalse(Invocation.of("--help").out().contains("\u001b"));
    }

    @Test
    void infoCountsWhatTheRecorderMade() throws IOException {
        Map<String, Object> json =
                Invocation.of("info", CHANNELS, "--json", "-").json();
        Map<?, ?> large = (Map<?, ?>) json.get("largeWithPointers");
        // The workload, "large chan 1048576 64": 64 channels; the tracer's own large objects hold no pointers.
        assertEquals(64, ((Number) large.get("count")).intValue());
        assertEquals("go-trace", json.get("format"));
    }

    @Test
    void infoDrawsHistogramsInTextAndAsAPicture() throws IOException {
        for (String ending : List.of("png", "svg")) {
            Path picture = directory.resolve("info." + ending);
            Invocation run = Invocation.of("info", CHANNELS, "--chart", picture);
            assertEquals(Exit.DONE, run.exit(), run.err());
            assertTrue(run.out().contains("objects by size of their slot"), run.out());
            assertTrue(run.out().contains("█"), run.out());
            assertTrue(Files.size(picture) > 5000, picture.toString());
        }
    }

    @Test
    void checkHoldsTheTwinAgainstItsLaws() {
        Invocation every = Invocation.of("replay", CHANNELS, "--check", "--check-every", 1);
        assertEquals(Exit.DONE, every.exit(), every.err());
        assertTrue(every.out().contains("was held against its laws"), every.out());
        assertTrue(Invocation.of("compare", "gen:mix?events=30000", "--check", "--go", "1.21,1.27")
                .out()
                .contains("was held against its laws 4 times"));
        assertFalse(Invocation.of("replay", CHANNELS).out().contains("its laws"));
        assertEquals(
                Exit.USAGE,
                Invocation.of("replay", CHANNELS, "--check", "--check-every", 0).exit());
    }

    @Test
    void verifyComparesEveryCheckpoint() throws IOException {
        Map<String, Object> json =
                Invocation.of("verify", CHANNELS, "--json", "-").json();
        assertTrue(json.keySet().containsAll(Set.of("trace", "go", "events", "seconds", "placement", "checkpoints")));
        Map<?, ?> placement = (Map<?, ?>) json.get("placement");
        assertEquals(placement.get("objects"), placement.get("objectsSame"));
        assertEquals(7, ((List<?>) json.get("checkpoints")).size());
        assertTrue(Invocation.of("verify", CHANNELS).out().contains("pages that agree"));
    }

    @Test
    void fidelityMeasuresARecordingsDirectory() throws IOException {
        Invocation all = Invocation.of("fidelity", Invocation.TRACES, "--filter", "large-*", "--json", "-");
        assertEquals(Exit.DONE, all.exit(), all.err());
        assertEquals(2, ((List<?>) all.json().get("recordings")).size());
        String csv = Invocation.of("fidelity", Invocation.TRACES, "--filter", "large-*", "--csv")
                .out();
        assertTrue(csv.startsWith("recording,under,"), csv);
    }

    @Test
    void aMissedThresholdIsAnswerNo() {
        Invocation run = Invocation.of("fidelity", Invocation.TRACES, "--filter", "large-*", "--min-pages", "100.1");
        assertEquals(Exit.ANSWER_IS_NO, run.exit());
        assertTrue(run.out().contains("missed: large-chan-1M@go1.23.0"), run.out());
    }

    @Test
    void aFilterThatNothingMatchesIsBadInput() {
        assertEquals(
                Exit.BAD_INPUT,
                Invocation.of("fidelity", Invocation.TRACES, "--filter", "none*")
                        .exit());
    }

    @Test
    void versionsListsEveryBehaviour() throws IOException {
        Map<String, Object> json = Invocation.of("versions", "--json", "-").json();
        assertEquals(7, ((List<?>) json.get("versions")).size());
        Map<?, ?> large = ((List<?>) json.get("behaviours"))
                .stream()
                        .map(b -> (Map<?, ?>) b)
                        .filter(b -> b.get("key").equals("largeZeroing"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("always", ((Map<?, ?>) large.get("values")).get("1.24"));
        assertTrue(Invocation.of("versions").out().contains("largeZeroing"));
    }

    @Test
    void exportsAreWrittenAndOnlyOneHasStandardOutput() throws IOException {
        Path profile = directory.resolve("heap.pb.gz");
        Path events = directory.resolve("events.json");
        Invocation run = Invocation.of("replay", CHANNELS, "--pprof", profile, "--perfetto", events, "--csv", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertTrue(run.out().startsWith("timeNanos,event,rssBytes"), run.out());
        assertTrue(Files.size(profile) > 0 && Files.size(events) > 0);
        Invocation metrics = Invocation.of("replay", CHANNELS, "--openmetrics", "-");
        assertTrue(metrics.out().startsWith("# TYPE ") && metrics.out().endsWith("# EOF\n"), metrics.out());
        assertEquals(
                Exit.USAGE,
                Invocation.of("replay", CHANNELS, "--openmetrics", "-", "--json", "-")
                        .exit());
    }
}
