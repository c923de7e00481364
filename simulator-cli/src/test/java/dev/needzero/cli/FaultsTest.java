package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the world does to a running program: full disks, closed pipes, missing directories, signals, files that change under
 * it. Real processes. Nothing half-written stands under its final name, and the exit code tells.
 */
class FaultsTest {
    private static final Path TRACE = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");
    private static final int LONGEST_SECONDS = 60;

    @TempDir
    Path folder;

    /** How a process ended and what it said. */
    private record Ended(int exit, String out, String err) {}

    @BeforeEach
    void needsAShell() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh");
    }

    /** needzero as a shell command; the arguments as in a shell. */
    private static String needzero(String arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return "'" + java + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -cp '"
                + System.getProperty("java.class.path") + "' " + Main.class.getName() + " " + arguments;
    }

    private Process start(String script) throws IOException {
        ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", script)
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        shell.environment().remove("JAVA_TOOL_OPTIONS"); // the JVM tells of it on standard error
        return shell.start();
    }

    private Ended end(Process process) throws IOException, InterruptedException {
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + LONGEST_SECONDS + " s");
        }
        return new Ended(
                process.exitValue(),
                Files.readString(folder.resolve("stdout")),
                Files.readString(folder.resolve("stderr")));
    }

    private Ended run(String script) throws IOException, InterruptedException {
        return end(start(script));
    }

    private List<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(".part"))
                    .toList();
        }
    }

    @Test
    void aDiskThatFillsUpLeavesTheOldFileAndSaysWhich() throws IOException, InterruptedException {
        Path old = Files.writeString(folder.resolve("out.nzt"), "old");
        // No file may grow beyond 8 blocks: what a full disk is to a process.
        Ended run = run("ulimit -f 8; exec " + needzero("generate small --events 300000 -o " + old));
        assertEquals(Exit.BAD_INPUT, run.exit(), run.err());
        assertTrue(run.err().contains("out.nzt: "), run.err());
        assertEquals("old", Files.readString(old));
        assertEquals(List.of(), leftovers());
    }

    @Test
    void aSweepThatRanOutOfDiskGoesOnWhenThereIsRoom() throws IOException, InterruptedException {
        Path results = folder.resolve("s.csv");
        String sweep =
                needzero("sweep " + TRACE + " --vary go=1.21..1.27 --vary thp=always,never --resume -o " + results);
        Ended full = run("ulimit -f 4; exec " + sweep);
        assertEquals(Exit.BAD_INPUT, full.exit(), full.err());
        assertTrue(full.err().contains("s.csv: "), full.err());
        Ended roomy = run("exec " + sweep);
        assertEquals(Exit.DONE, roomy.exit(), roomy.err());
        assertTrue(roomy.out().contains("14 of 14 runs"), roomy.out());
        assertEquals(15, Files.readAllLines(results).size());
    }

    @Test
    void aResultThatDoesNotFitIsTold() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/dev/full")), "no /dev/full");
        for (String to : new String[] {"--json /dev/full", "> /dev/full", "--json - > /dev/full"}) {
            Ended run = run(needzero("replay " + TRACE + " " + to));
            assertEquals(Exit.BAD_INPUT, run.exit(), to + ": " + run.err());
            assertTrue(run.err().contains("No space left"), to + ": " + run.err());
        }
        assertFalse(Files.isRegularFile(Path.of("/dev/full")));
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoError() throws IOException, InterruptedException {
        Ended run = run("{ " + needzero("info " + TRACE) + "; echo $? >&2; } | head -n 1");
        assertEquals("0", run.err().strip());
        assertEquals(1, run.out().lines().count());
    }

    @Test
    void aPlaceThatCannotBeWrittenToIsRefusedBeforeAnyWork() {
        Path nowhere = folder.resolve("nowhere");
        Object[][] commands = {
            {"replay", "no-such-trace", "--json", nowhere.resolve("x.json")},
            {"replay", "no-such-trace", "--chart", nowhere.resolve("x.svg")},
            {"replay", "no-such-trace", "--smaps", nowhere.resolve("x.smaps")},
            {"compare", "no-such-trace", "--json", folder},
            {"report", "no-such-trace", "-o", nowhere.resolve("x.html")},
            {"convert", "no-such-trace", nowhere.resolve("x.nzt")},
            {"generate", "small", "-o", nowhere.resolve("x.nzt")}
        };
        for (Object[] command : commands) {
            Invocation run = Invocation.of(command);
            assertEquals(Exit.USAGE, run.exit(), run.err());
            assertTrue(run.err().contains("directory"), run.err());
        }
    }

    @Test
    void anInterruptLeavesNothingBehind() throws IOException, InterruptedException {
        Path out = folder.resolve("out.nzt");
        Process process = start("exec " + needzero("generate small --events 2000000000 -o " + out));
        for (int i = 0; leftovers().isEmpty() && i < 3000; i++) {
            Thread.sleep(10);
        }
        run("kill -INT " + process.pid());
        assertEquals(130, end(process).exit());
        assertFalse(Files.exists(out));
        assertEquals(List.of(), leftovers());
    }

    @Test
    void killedAtRandomWhatIsThereIsWhole() throws IOException, InterruptedException {
        Random random = new Random(3);
        Path out = folder.resolve("out.csv");
        for (int round = 0; round < 5; round++) {
            Process process =
                    start("exec " + needzero("convert --force " + TRACE + " " + out + " --json " + out + ".json"));
            if (!process.waitFor(250 + random.nextInt(700), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                assertEquals(137, process.exitValue());
            }
            if (Files.exists(out)) {
                assertTrue(isWhole(out), "half a file");
            }
        }
    }

    /** The file is what an undisturbed conversion writes. */
    private boolean isWhole(Path file) throws IOException {
        Path whole = folder.resolve("whole.csv");
        assertEquals(
                Exit.DONE, Invocation.of("convert", "--force", TRACE, whole).exit());
        return Files.mismatch(file, whole) < 0;
    }

    @Test
    void anInputThatIsReplacedWhileItIsReadIsReadToItsEnd() throws IOException {
        Path input = Files.copy(Invocation.TRACES.resolve("service@go1.23.0.trace.gz"), folder.resolve("t.trace.gz"));
        long undisturbed = count(input, () -> {});
        long disturbed = count(
                input,
                () -> Files.move(
                        Files.copy(TRACE, folder.resolve("new.gz")), input, StandardCopyOption.REPLACE_EXISTING));
        assertEquals(undisturbed, disturbed);
    }

    private interface Disturbance {
        void happen() throws IOException;
    }

    private static long count(Path input, Disturbance afterTheFirstBatch) throws IOException {
        long events = 0;
        EventBatch batch = new EventBatch();
        try (TraceReader reader = Traces.open(input.toString())) {
            while (reader.next(batch)) {
                if (events == 0) {
                    afterTheFirstBatch.happen();
                }
                events += batch.size;
            }
        }
        return events;
    }

    @Test
    void twoRunsSayTheSameOnEveryJava() throws IOException, InterruptedException {
        // This Java twice, and those that are installed beside it.
        Path own = Path.of(System.getProperty("java.home")).toRealPath();
        List<Path> javas = new ArrayList<>(List.of(own, own));
        try (Stream<Path> others = Files.list(own.getParent())) {
            others.filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .filter(home -> !Files.isSymbolicLink(home) && !home.equals(own))
                    .forEach(javas::add);
        }
        String arguments = "compare " + TRACE + " --go 1.21..1.27 --json - --chart " + folder.resolve("c.svg");
        byte[] said = null;
        byte[] drawn = null;
        for (Path home : javas) {
            Ended run = run("'" + home + "/bin/java' -XX:TieredStopAtLevel=1 -cp '"
                    + System.getProperty("java.class.path") + "' " + Main.class.getName() + " " + arguments);
            assertEquals(Exit.DONE, run.exit(), home + ": " + run.err());
            byte[] json = run.out().getBytes(StandardCharsets.UTF_8);
            byte[] svg = Files.readAllBytes(folder.resolve("c.svg"));
            if (said != null) {
                assertArrayEquals(said, json, home.toString());
                assertArrayEquals(drawn, svg, home.toString());
            }
            said = json;
            drawn = svg;
        }
    }
}
