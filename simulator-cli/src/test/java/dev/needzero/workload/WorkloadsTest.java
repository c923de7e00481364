package dev.needzero.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadsTest {
    static Stream<String> names() {
        return Workloads.all().stream().map(WorkloadKind::name).filter(name -> !name.equals("like"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyWorkloadKeepsTheContractAndGivesTheEventsAskedFor(String name) throws IOException {
        Runs run = Runs.of(name + "?events=234567&procs=3");
        assertEquals(234_567, run.events());
        assertTrue(run.allocs() > 0);
        assertTrue(run.ids() <= 2 * run.peakObjects() + 10_000, () -> run.ids() + " ids, peak " + run.peakObjects());
    }

    @ParameterizedTest
    @MethodSource("names")
    void theSameSeedGivesTheSameEvents(String name) throws IOException {
        String spec = name + "?events=100000&seed=";
        assertEquals(Runs.of(spec + 5).hash(), Runs.of(spec + 5).hash());
    }

    @ParameterizedTest
    @CsvSource({"service", "small", "strings", "cache", "leak", "bursts", "mix", "heapbench"})
    void anotherSeedGivesOtherEvents(String name) throws IOException {
        String spec = name + "?events=3000000&seed=";
        assertNotEquals(Runs.of(spec + 5).hash(), Runs.of(spec + 6).hash());
    }

    @ParameterizedTest
    @CsvSource({"maps?entries=1000", "channels?count=10", "slices?count=4", "large?count=3", "grid?cell=1MiB"})
    void aProgramThatEndsIsRunAgainOnAHeapThatWasFreed(String spec) throws IOException {
        Runs once = Runs.of(spec);
        String more = spec + "&events=" + 10 * once.events();
        Runs often = Runs.of(more);
        assertEquals(10 * once.events(), often.events());
        assertTrue(often.peakObjects() <= once.peakObjects() + once.peakObjects() / 5 + 5);
    }

    @Test
    void halfOfTheServiceIsChannelBuffersAndAFifthMaps() throws IOException {
        Runs run = Runs.of("service");
        double all =
                run.liveBytes().values().stream().mapToLong(Long::longValue).sum();
        assertEquals(0.5, run.liveBytes().get("main.record") / all, 0.05);
        assertEquals(0.2, run.liveBytes().get("map.group[string]main.record") / all, 0.03);
        assertEquals(List.of("channels-made"), run.checkpoints().subList(0, 1));
        assertEquals("end", run.checkpoints().get(run.checkpoints().size() - 1));
    }

    @Test
    void theSameServiceAllocatesDifferentlyUnder123And124() throws IOException {
        assertTrue(Runs.of("service?go=1.23").liveBytes().containsKey("map.bucket[string]main.record"));
        assertTrue(Runs.of("service?go=1.24").liveBytes().containsKey("map.group[string]main.record"));
    }

    @Test
    void heapbenchKeepsItsRates() throws IOException {
        Runs run = Runs.of("heapbench?for=20s&events=0&baseheap=8MiB&garbagerate=4MiB&leakrate=512KiB&jobrate=200");
        assertEquals(20e9, run.nanos(), 0.2e9);
        double nodes = run.liveBytes().get("main.node");
        assertEquals(8 * 1048576 + 20 * 512 * 1024, nodes, 0.02 * nodes);
        double garbage = run.allocBytes() - nodes;
        assertEquals(20 * 4 * 1048576, garbage, 0.06 * garbage);
    }

    @Test
    void leakedObjectsAreTheShareAskedFor() throws IOException {
        Runs run = Runs.of("leak?leak=10%&life=fixed:100&events=1000000");
        assertEquals(0.1, (run.allocs() - run.frees()) / (double) run.allocs(), 0.003);
    }

    @Test
    void burstsComeAndGo() throws IOException {
        Runs run = Runs.of("bursts?events=2000000");
        assertEquals(
                List.of("base", "quiet", "burst", "over", "quiet", "burst", "over"),
                run.checkpoints().subList(0, 7));
    }

    @Test
    void theCacheServesMostRequestsFromTheKeysAskedForMost() throws IOException {
        String spec = "cache?entries=1000&keys=100000&sizes=1KiB&answer=100B&events=500000&skew=";
        assertTrue(misses(spec + "1.2") < 0.4);
        assertEquals(0.99, misses(spec + "0"), 0.005);
    }

    private static double misses(String spec) throws IOException {
        Map<String, Integer> slots = Slots.generated(spec, false);
        return slots.get("main.entry 64 scan") / (double) slots.get("uint8 112 noscan");
    }

    @Test
    void aGridIsItsCells() throws IOException {
        WorkloadSpec grid = WorkloadSpec.parse("gen:grid?kinds=ptr,chan&sizes=4KiB,1MiB&touched=0%,25%&cell=4MiB");
        List<WorkloadSpec> cells = grid.cells();
        assertEquals(8, cells.size());
        assertEquals(
                "gen:large?count=1024&kind=ptr&size=4KiB&touched=0%",
                cells.get(0).toString());
        long allocs = 0;
        for (WorkloadSpec cell : cells) {
            allocs += Runs.of(cell.toString()).allocs();
        }
        Runs whole = Runs.of(grid.toString());
        assertEquals(allocs, whole.allocs());
        assertEquals(allocs, whole.frees());
        assertEquals("ptr-4KiB-0%", whole.checkpoints().get(0));
    }

    @Test
    void theSeedDecidesAndDefaultsNeedNotBeSaid() throws IOException {
        assertEquals(
                Runs.of("gen:mix?events=50000&seed=1").hash(),
                Runs.of("mix?events=50000").hash());
        assertEquals(
                "gen:mix?events=50000&seed=7",
                WorkloadSpec.parse("mix?seed=7&events=50000").toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gen:servce|did you mean service?",
                "nothing|known are service, small, maps",
                "service?chanels=3|parameter \"chanels\" is not known; known are channels, buffer, fill",
                "service?channels|expected NAME=VALUE",
                "service?channels=1&channels=2|given twice",
                "service?channels=many|expected a whole number",
                "service?channels=-1|expected a whole number",
                "service?channels=0|expected 1 to",
                "service?fill=200%|expected a share",
                "service?small=16k|is not a byte count",
                "maps?key=stringy|is not a type",
                "maps?go=1.30|Go version \"1.30\" is not known",
                "strings?how=magic|expected one of concat, builder, bytes",
                "bursts?hold=5|expected a duration",
                "cache?entries=10&keys=5|cannot be more than keys",
                "grid?kinds=ptr,map|expected one of ptr, noscan, chan, intchan",
                "large?kind=chan&size=8B|holds nothing",
                "like|names the heap profile",
            })
    void aSpecificationThatMakesNoSenseIsRefused(String spec, String message) {
        Exception e = assertThrows(
                IllegalArgumentException.class, () -> WorkloadSpec.parse(spec).open());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
