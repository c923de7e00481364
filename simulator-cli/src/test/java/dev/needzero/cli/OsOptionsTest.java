package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each knob of the system changes what the kernel's documentation says it changes, and refuses what makes no sense. */
class OsOptionsTest {
    private static final Path CHANNELS = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");
    private static final Path RELEASE = Invocation.TRACES.resolve("release-ptr@go1.25.14.trace.gz");
    private static final Path SERVICE = Invocation.TRACES.resolve("service@go1.23.0.trace.gz");

    private static Map<?, ?> run(Path trace, String... options) throws IOException {
        Object[] args = new Object[options.length + 4];
        args[0] = "replay";
        args[1] = trace;
        args[2] = "--json";
        args[3] = "-";
        System.arraycopy(options, 0, args, 4, options.length);
        Invocation invocation = Invocation.of(args);
        assertEquals(Exit.DONE, invocation.exit(), invocation.err());
        return (Map<?, ?>) ((List<?>) invocation.json().get("runs")).get(0);
    }

    private static long bytes(Map<?, ?> run, String key) {
        return ((Number) run.get(key)).longValue();
    }

    private static long rss(Map<?, ?> run, String checkpoint) {
        for (Object c : (List<?>) run.get("checkpoints")) {
            if (((Map<?, ?>) c).get("name").equals(checkpoint)) {
                return bytes((Map<?, ?>) c, "rssBytes");
            }
        }
        throw new AssertionError("no checkpoint " + checkpoint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--os-page 3KiB | expected 4KiB, 16KiB or 64KiB",
                "--os-page 8KiB | expected 4KiB, 16KiB or 64KiB",
                "--os-page tiny | not a byte count",
                "--thp sometimes | always or madvise or never",
                "--khugepaged=0 | milliseconds and pages",
                "--khugepaged=10:0 | milliseconds and pages",
                "--khugepaged=fast | milliseconds and pages",
                "--khugepaged --thp never | does nothing",
                "--max-ptes-none 5 | khugepaged sleeps",
                "--khugepaged --max-ptes-none 512 | expected 0 to 511",
                "--khugepaged --max-ptes-none -1 | expected 0 to 511",
                "--memory-max 0 | leaves the heap nothing",
                "--memory-max 8MiB --memory-other 8MiB | --memory-other takes 8.00 MiB",
                "--memory-other 8MiB | counts only towards",
                "--memory-max=-5 | not a byte count",
                "--madvise maybe | dontneed or free"
            })
    void whatMakesNoSenseIsAUsageErrorThatSaysWhat(String options, String hint) {
        Object[] args = ("replay " + CHANNELS + " " + options).split(" ");
        Invocation run = Invocation.of(args);
        assertEquals(Exit.USAGE, run.exit(), run.err());
        assertTrue(run.err().contains(hint), run.err());
    }

    /** One touched runtime page commits a whole OS page: 64 KiB where 4 KiB would do. */
    @Test
    void largerPagesHoldMore() throws IOException {
        long small = bytes(run(CHANNELS), "endRssBytes");
        long large = bytes(run(CHANNELS, "--os-page", "64KiB"), "endRssBytes");
        assertTrue(large > small, large + " is not above " + small);
        assertEquals(0, large % (64 << 10));
    }

    @Test
    void hugePagesRoundUpWhatIsWritten() throws IOException {
        Map<?, ?> never = run(SERVICE, "--thp", "never");
        Map<?, ?> always = run(SERVICE, "--thp", "always");
        assertEquals(0, bytes(never, "endHugeBytes"));
        assertEquals(0, bytes(always, "endHugeBytes") % (2 << 20));
        assertTrue(bytes(always, "endRssBytes") > bytes(never, "endRssBytes"));
        assertEquals(
                never.get("endRssBytes"), run(SERVICE, "--thp", "madvise").get("endRssBytes"), "Go advises nothing");
    }

    /** Without the huge zero page the collector's reads alone would commit memory. */
    @Test
    void readingCommitsWithoutTheHugeZeroPage() throws IOException {
        Map<?, ?> with = run(RELEASE, "--thp", "always");
        Map<?, ?> without = run(RELEASE, "--thp", "always", "--huge-zero-page", "off");
        assertTrue(rss(without, "first-dropped") >= rss(with, "first-dropped"));
        assertEquals(
                0L,
                ((List<?>) without.get("checkpoints"))
                        .stream()
                                .mapToLong(c -> bytes((Map<?, ?>) c, "zeroMappedBytes"))
                                .sum());
    }

    /** golang/go#64332: what the scavenger gave back comes again, unless max_ptes_none forbids it. */
    @Test
    void khugepagedUndoesTheScavengersWork() throws IOException {
        long asleep = rss(run(RELEASE, "--thp", "always"), "returned");
        long awake = rss(run(RELEASE, "--thp", "always", "--khugepaged=1:1000000"), "returned");
        long strict =
                rss(run(RELEASE, "--thp", "always", "--khugepaged=1:1000000", "--max-ptes-none", "0"), "returned");
        assertTrue(awake >= asleep, awake + " is below " + asleep);
        assertEquals(asleep, strict);
    }

    @Test
    void withMadvFreeRssFallsOnlyUnderPressure() throws IOException {
        Map<?, ?> dontNeed = run(RELEASE);
        Map<?, ?> free = run(RELEASE, "--madvise", "free");
        Map<?, ?> pressed = run(RELEASE, "--madvise", "free", "--pressure", "1B");
        assertTrue(rss(dontNeed, "returned") < rss(dontNeed, "second-live") / 10, "FreeOSMemory");
        assertTrue(rss(free, "returned") >= rss(free, "second-live"), "MADV_FREE takes nothing by itself");
        assertEquals(rss(dontNeed, "returned"), rss(pressed, "returned"));
    }

    @Test
    void theVerdictNamesTheMomentAndTheKernelsLine() throws IOException {
        Map<?, ?> killed = (Map<?, ?>) run(SERVICE, "--memory-max", "60MiB").get("cgroup");
        assertEquals(60L << 20, bytes((Map<?, ?>) killed.get("killed"), "chargedBytes"));
        assertTrue(((String) killed.get("log")).startsWith("Memory cgroup out of memory: Killed process 1 (service) "));
        Map<?, ?> alive = (Map<?, ?>) run(SERVICE, "--memory-max", "1GiB").get("cgroup");
        assertNull(alive.get("killed"));
        Invocation text = Invocation.of("replay", SERVICE, "--memory-max", "60MiB", "--memory-high", "50MiB");
        assertEquals(Exit.DONE, text.exit());
        assertTrue(text.out().contains("KILLED at event ") && text.out().contains("anon-rss:61440kB"), text.out());
        assertTrue(text.out().contains("memory.high 50.0 MiB: exceeded from event "), text.out());
    }

    /** 1.24 commits what 1.23 does not (golang/go#72991): the same limit kills one and spares the other. */
    @Test
    void aLimitCanTellVersionsApart() throws IOException {
        String out = Invocation.of("compare", SERVICE, "--go", "1.23,1.24", "--memory-max", "100MiB")
                .out();
        assertTrue(out.contains("Go 1.23: memory.max 100 MiB: never reached"), out);
        assertTrue(out.contains("Go 1.24: memory.max 100 MiB: KILLED"), out);
    }
}
