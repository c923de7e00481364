package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.needzero.report.SweepRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweeps of the repository's own recordings. */
class SweepCommandTest {
    private static final Path CHANNELS = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");
    private static final Path RELEASE = Invocation.TRACES.resolve("release-ptr@go1.25.14.trace.gz");
    private static final Path SERVICE = Invocation.TRACES.resolve("service@go1.23.0.trace.gz");

    @TempDir
    Path directory;

    private Path file(String name) {
        return directory.resolve(name);
    }

    private static Invocation sweep(Object... args) {
        List<Object> all = new ArrayList<>(List.of("sweep"));
        all.addAll(Arrays.asList(args));
        Invocation run = Invocation.of(all.toArray());
        assertEquals(Exit.DONE, run.exit(), run.err());
        return run;
    }

    private static List<Map<?, ?>> runs(Invocation sweep) throws IOException {
        List<Map<?, ?>> runs = new ArrayList<>();
        for (Object run : (List<?>) sweep.json().get("runs")) {
            runs.add((Map<?, ?>) run);
        }
        return runs;
    }

    /** The lines below the head, in no order. */
    private static Set<String> rows(Path csv) throws IOException {
        List<String> lines = Files.readAllLines(csv);
        Set<String> rows = new TreeSet<>(lines.subList(1, lines.size()));
        assertEquals(lines.size() - 1, rows.size(), "a row stands there twice");
        return rows;
    }

    private static long end(Object run, String key) {
        return ((Number) ((Map<?, ?>) run).get(key)).longValue();
    }

    /** What it can be ranked by is known before anything runs; and going on with a file changes neither keys nor figures. */
    @ParameterizedTest
    @ValueSource(strings = {"s.csv", "s.jsonl"})
    void aRunMeasuresWhatItCanBeRankedByAndNothingElse(String name) throws IOException {
        for (Object trace : new Object[] {CHANNELS, "gen:small?events=2000"}) {
            Path results = file((trace == CHANNELS ? "go-" : "gen-") + name);
            sweep(trace, "--vary", "go=1.23,1.24", "-o", results, "--shard", "1/2");
            Invocation all = sweep(trace, "--vary", "go=1.23,1.24", "-o", results, "--resume", "--json", "-");
            Set<Object> keys = new HashSet<>();
            for (Map<?, ?> run : runs(all)) {
                assertEquals(Set.of("go"), ((Map<?, ?>) run.get("vary")).keySet());
                keys.addAll(((Map<?, ?>) run.get("figures")).keySet());
            }
            assertEquals(2, runs(all).size());
            Set<Object> known = new HashSet<>(SweepRow.metrics());
            assertTrue(known.containsAll(keys), keys.toString());
            known.removeAll(keys);
            known.removeIf(metric -> metric.toString().matches("/gc/heap/(goal|live|tiny).*"));
            assertEquals(Set.of(), known);
        }
    }

    @Test
    void everyRunIsWhatASingleReplaySays() throws IOException {
        Invocation sweep = sweep(
                SERVICE,
                RELEASE,
                "--vary",
                "go=1.23..1.24,1.27",
                "--vary",
                "set.zeroTracking=high-water,none",
                "--vary",
                "thp=always,never",
                "--json",
                "-");
        List<Map<?, ?>> runs = runs(sweep);
        assertEquals(2 * 3 * 2 * 2, runs.size());
        for (int i = 0; i < runs.size(); i += 5) {
            Map<?, ?> vary = (Map<?, ?>) runs.get(i).get("vary");
            Map<?, ?> figures = (Map<?, ?>) runs.get(i).get("figures");
            Map<String, Object> single = Invocation.of(
                            "replay",
                            runs.get(i).get("trace"),
                            "--go",
                            vary.get("go"),
                            "--set",
                            "zeroTracking=" + vary.get("set.zeroTracking"),
                            "--thp",
                            vary.get("thp"),
                            "--json",
                            "-")
                    .json();
            Map<?, ?> expected = (Map<?, ?>) ((List<?>) single.get("runs")).get(0);
            assertEquals(end(expected, "peakRssBytes"), end(figures, "peak-rss"));
            assertEquals(end(expected, "endRssBytes"), end(figures, "end-rss"));
            assertEquals(end(expected, "endMappedBytes"), end(figures, "end-mapped"));
            assertEquals(end(expected.get("committedBy"), "zeroing"), end(figures, "zeroing"));
            assertEquals(end(expected.get("committedBy"), "hugePage"), end(figures, "huge-page"));
            ((Map<?, ?>) expected.get("endMetrics"))
                    .forEach((name, value) -> assertEquals(
                            ((Number) value).longValue(), ((Number) figures.get(name)).longValue(), name.toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv", "jsonl"})
    void aFileCutAnywhereIsGoneOnWith(String form) throws IOException {
        Path whole = file("whole." + form);
        Object[] grid = {CHANNELS, "--vary", "go=1.23,1.24", "--vary", "touch=default=all,default=none", "-o"};
        sweep(with(grid, whole));
        List<String> lines = Files.readAllLines(whole);
        byte[] bytes = Files.readAllBytes(whole);
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 12; i++) {
            int length = i == 0 ? bytes.length - 1 : random.nextInt(bytes.length);
            Path cut = file("cut-" + i + "." + form);
            Files.write(cut, Arrays.copyOf(bytes, length));
            sweep(with(grid, cut, "--resume"));
            assertEquals(sorted(lines), sorted(Files.readAllLines(cut)), "cut after " + length + " bytes");
        }
    }

    private static List<String> sorted(List<String> lines) {
        List<String> sorted = new ArrayList<>(lines);
        Collections.sort(sorted);
        return sorted;
    }

    private static Object[] with(Object[] args, Object... more) {
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }

    @Test
    void aProcessKilledAtAnyMomentLosesNoFinishedRun() throws IOException, InterruptedException {
        Object[] grid = {SERVICE, "--vary", "go=1.23..1.26", "--vary", "os-page=4KiB,64KiB", "--at-once", "1", "-o"};
        Path whole = file("whole.csv");
        sweep(with(grid, whole));
        Path killed = file("killed.csv");
        SplittableRandom random = new SplittableRandom();
        for (int kills = 0; kills < 3; kills++) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.needzero.cli.Main",
                    "sweep"));
            for (Object arg : with(grid, killed, "--resume")) {
                command.add(arg.toString());
            }
            Set<String> before = Files.exists(killed) ? wholeLines(killed) : Set.of();
            Path said = file("said-" + kills);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try {
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                while (process.isAlive()
                        && System.nanoTime() < until
                        && (!Files.exists(killed) || wholeLines(killed).size() <= before.size())) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(150));
            } finally {
                process.destroyForcibly().waitFor();
            }
            Set<String> after = wholeLines(killed);
            assertTrue(after.containsAll(before), "a finished run is lost");
            assertTrue(after.size() > before.size(), "no run finished: " + Files.readString(said));
        }
        sweep(with(grid, killed, "--resume"));
        assertEquals(rows(whole), rows(killed));
    }

    private static Set<String> wholeLines(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        return new HashSet<>(whole.lines().toList());
    }

    @Test
    void partsJoinedAreTheWhole() throws IOException {
        Object[] grid = {CHANNELS, RELEASE, "--vary", "go=1.22..1.26", "--vary", "thp=always,never", "-o"};
        Path whole = file("whole.csv");
        sweep(with(grid, whole));
        List<Object> merge = new ArrayList<>(List.of("sweep", "merge", file("joined.csv")));
        for (int part = 1; part <= 3; part++) {
            sweep(with(grid, file(part + ".csv"), "--shard", part + "/3"));
            merge.add(file(part + ".csv"));
            int size = rows(file(part + ".csv")).size();
            assertTrue(size == 6 || size == 7, size + " of 20 runs in one of 3 parts");
        }
        Invocation joined = Invocation.of(merge.toArray());
        assertEquals(Exit.DONE, joined.exit(), joined.out() + joined.err());
        assertEquals(rows(whole), rows(file("joined.csv")));
        List<String> numbers = Files.readAllLines(file("joined.csv")).stream()
                .skip(1)
                .map(line -> line.split(",")[1])
                .toList();
        assertEquals(List.of("1", "2", "3"), numbers.subList(0, 3));
    }

    @Test
    void aGapAndAnOverlapAreNamed() throws IOException {
        Object[] grid = {CHANNELS, "--vary", "go=1.23..1.25", "--vary", "thp=always,never", "-o"};
        sweep(with(grid, file("1.csv"), "--shard", "1/2"));
        sweep(with(grid, file("2.csv"), "--shard", "2/2"));
        List<String> lines = Files.readAllLines(file("2.csv"));
        Files.write(file("2.csv"), lines.subList(0, lines.size() - 1));
        String lost = lines.get(lines.size() - 1);
        Invocation gap = Invocation.of("sweep", "merge", file("joined.csv"), file("1.csv"), file("2.csv"));
        assertAll(
                () -> assertEquals(Exit.ANSWER_IS_NO, gap.exit(), gap.err()),
                () -> assertTrue(gap.out().contains("missing: cell " + lost.split(",")[1] + " ("), gap.out()),
                () -> assertTrue(
                        gap.out().contains("go=" + lost.split(",")[4] + " thp=" + lost.split(",")[5]), gap.out()),
                () -> assertFalse(Files.exists(file("joined.csv"))));
        Invocation twice = Invocation.of("sweep", "merge", file("joined.csv"), file("1.csv"), file("1.csv"));
        assertEquals(Exit.ANSWER_IS_NO, twice.exit(), twice.err());
        assertTrue(twice.out().contains("twice: cell 1 ("), twice.out());
    }

    @Test
    void otherGridsAreNotMixed() throws IOException {
        sweep(CHANNELS, "--vary", "go=1.23,1.24", "-o", file("a.csv"));
        sweep(CHANNELS, "--vary", "go=1.23,1.25", "-o", file("b.csv"));
        Invocation merged = Invocation.of("sweep", "merge", file("c.csv"), file("a.csv"), file("b.csv"));
        assertEquals(Exit.BAD_INPUT, merged.exit());
        Invocation resumed =
                Invocation.of("sweep", CHANNELS, "--vary", "go=1.23,1.26", "-o", file("a.csv"), "--resume");
        assertEquals(Exit.USAGE, resumed.exit());
        assertTrue(resumed.err().contains("other traces, values or options"), resumed.err());
    }

    @Test
    void whatCannotBeIsSaidBeforeAnythingRuns() throws IOException {
        refused("go=1.42", "1.42");
        refused("largeZeroing=sometimes", "expected one of");
        refused("os-page=5KiB", "os-page");
        refused("thp=now", "thp");
        refused("tph=always", "did you mean thp");
        refused("placement=recorded", "carries no addresses", "gen:large?events=10");
        refused("go=", "expected KEY=VALUE");
        assertTrue(Files.notExists(file("never.csv")));
        Invocation both = Invocation.of("sweep", CHANNELS, "--vary", "thp=always,never", "--thp", "never");
        assertEquals(Exit.USAGE, both.exit());
    }

    private void refused(String vary, String says, Object... more) {
        Object[] args = {"sweep", CHANNELS, "--vary", "go=1.23,1.24", "--vary", vary, "-o", file("never.csv")};
        if (vary.startsWith("go")) {
            args[3] = "thp=always,never";
        }
        Invocation run = Invocation.of(with(args, more));
        assertAll(
                () -> assertEquals(Exit.USAGE, run.exit(), run.err()),
                () -> assertEquals(1, run.err().lines().count(), run.err()),
                () -> assertTrue(run.err().contains(says), run.err()));
    }

    @Test
    void aTraceThatCannotBeReadOnDoesNotStopTheOthers() throws IOException {
        Path broken = file("broken.csv");
        assertEquals(Exit.DONE, Invocation.of("convert", CHANNELS, broken).exit());
        List<String> lines = new ArrayList<>(Files.readAllLines(broken));
        lines.set(lines.size() / 2, "what is this");
        Files.write(broken, lines);
        Invocation run = Invocation.of(
                "sweep", broken, CHANNELS, "--vary", "go=1.23,1.24", "-o", file("a.csv"), "--metric", "end-rss");
        assertEquals(Exit.BAD_INPUT, run.exit(), run.err());
        assertTrue(run.err().contains("2 of 4 runs failed"), run.err());
        assertEquals(2, rows(file("a.csv")).size());
    }

    @Test
    void aSweepIsDrawn() throws IOException {
        sweep(CHANNELS, "--vary", "go=1.22..1.25", "--chart", file("lines.svg"));
        assertTrue(Files.readString(file("lines.svg")).contains("<svg"));
        sweep(CHANNELS, "--vary", "thp=always,never", "--vary", "go=1.23,1.24", "--chart", file("map.png"));
        assertTrue(ImageIO.read(file("map.png").toFile()).getWidth() > 0);
    }

    @Test
    void theBestAndTheWorstAreShown() {
        String out = sweep(CHANNELS, "--vary", "go=1.23..1.25").out();
        assertTrue(out.lines().anyMatch(line -> line.startsWith("worst") && line.contains("1.24")), out);
        Invocation unknown = Invocation.of("sweep", CHANNELS, "--vary", "go=1.23,1.24", "--metric", "peak-rs");
        assertEquals(Exit.USAGE, unknown.exit());
        assertTrue(unknown.err().contains("did you mean peak-rss"), unknown.err());
    }

    @Test
    void jsonHoldsEveryRunAndTheRanking() throws IOException {
        Map<String, Object> json =
                sweep(CHANNELS, "--vary", "go=1.23,1.24", "--json", "-").json();
        assertEquals(Set.of("grid", "cells", "metric", "ranked", "runs"), json.keySet());
        Map<?, ?> best = (Map<?, ?>) ((List<?>) json.get("ranked")).get(0);
        assertEquals(Map.of("go", "1.23"), best.get("vary"));
        assertEquals(2, JSON.std.mapFrom(JSON.std.asString(json)).get("cells"));
    }
}
