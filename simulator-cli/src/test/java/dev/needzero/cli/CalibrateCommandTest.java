package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.Truth;
import dev.needzero.trace.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrateCommandTest {
    private static final Path CHANNELS = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");

    @TempDir
    Path directory;

    private static long lastRss(String recording) throws IOException {
        Path truth = Recordings.folder().resolve(recording + ".truth.jsonl.gz");
        List<Truth.Line> lines = Truth.read(truth).lines();
        return lines.get(lines.size() - 1).rssBytes();
    }

    private static double number(Map<String, Object> json, String key) {
        return ((Number) json.get(key)).doubleValue();
    }

    /** Programs that wrote the first quarter of each of their large objects; all that is told is how much was resident. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "large-chan-1M-25@go1.23.0",
                "large-ptr-1M-25@go1.25.14",
                "large-ptr-64K-25@go1.23.0",
                "large-ptr-64K-25@go1.26.7",
                "large-noscan-1M-25@go1.24.0",
                "large-noscan-1M-25@go1.27.0"
            })
    void aQuarterIsFoundFromResidentMemoryAlone(String recording) throws IOException {
        String go = recording.substring(recording.indexOf("@go") + 3);
        Invocation run = Invocation.of(
                "calibrate", Recordings.trace(recording), "--rss", lastRss(recording) + "B", "--go", go, "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertEquals(25, number(run.json(), "percent"), 1);
        assertTrue(number(run.json(), "leastPercent") <= number(run.json(), "percent"));
    }

    /** Go 1.24 clears them whole: what the program writes leaves no trace in resident memory. */
    @Test
    void whereTheRuntimeWritesAllThereIsNothingToFind() throws IOException {
        String recording = "large-ptr-1M-25@go1.24.0";
        Invocation run = Invocation.of(
                "calibrate", Recordings.trace(recording), "--rss", lastRss(recording) + "B", "--go", "1.24");
        assertEquals(Exit.ANSWER_IS_NO, run.exit(), run.err());
        assertTrue(run.out().contains("Nothing to find"), run.out());
    }

    /** The rules found on 1.23 tell what 1.24 really did. */
    @Test
    void theRulesFoundAnswerWhatIf() throws IOException {
        Path rules = directory.resolve("found.touch");
        String recording = "large-chan-1M-25@go1.23.0";
        assertEquals(
                Exit.DONE,
                Invocation.of("calibrate", Recordings.trace(recording), "--rss", lastRss(recording) + "B", "-o", rules)
                        .exit());
        Map<String, Object> json = Invocation.of(
                        "replay", Recordings.trace(recording), "--go", "1.24", "--touch", "@" + rules, "--json", "-")
                .json();
        long predicted = ((Number) ((Map<?, ?>) ((List<?>) json.get("runs")).get(0)).get("endRssBytes")).longValue();
        long really = lastRss("large-chan-1M-25@go1.24.0");
        assertEquals(really, predicted, 0.01 * really);
    }

    /** 1.23's heap is known by its address, 1.25's by its name. */
    @ParameterizedTest
    @ValueSource(strings = {"large-chan-1M@go1.23.0", "large-ptr-1M-25@go1.25.14"})
    void aWholeSmapsWillDo(String recording) throws IOException {
        Path trace = Recordings.trace(recording);
        Path smaps = directory.resolve("smaps");
        String touch = "unknown=none untyped=all large=40% default=all";
        String go = recording.substring(recording.indexOf("@go") + 3);
        assertEquals(
                Exit.DONE,
                Invocation.of("replay", trace, "--go", go, "--touch", touch, "--smaps", smaps)
                        .exit());
        String other = "55d0c0000000-55d0c0100000 r-xp 00000000 08:01 99 /bin/service\nSize: 1024 kB\nRss: 1000 kB\n";
        Files.writeString(smaps, other + Files.readString(smaps) + other.replace("/bin/service", "[heap]"));
        // The replay heeds marks of what was written, which are no more than a quarter.
        Map<String, Object> json = Invocation.of(
                        "calibrate", trace, "--go", go, "--smaps", smaps, "--use-writes", "--json", "-")
                .json();
        assertEquals(40, number(json, "percent"), 1);
        assertTrue(number(json, "leastPercent") <= 40);
    }

    @Test
    void whatNoShareExplainsIsAnswerNo() throws IOException {
        Path rules = directory.resolve("none.touch");
        Invocation run = Invocation.of("calibrate", CHANNELS, "--rss", "1GiB", "-o", rules);
        assertEquals(Exit.ANSWER_IS_NO, run.exit(), run.err());
        assertTrue(run.out().contains("No share explains it"), run.out());
        assertFalse(Files.exists(rules));
    }

    @Test
    void aCheckpointThatIsNotThereIsNamed() {
        Invocation run = Invocation.of("calibrate", CHANNELS, "--rss", "1MiB", "--checkpoint", "77");
        assertEquals(Exit.BAD_INPUT, run.exit());
        assertTrue(run.err().contains("6 (stop)"), run.err());
    }

    @Test
    void oneObservationIsNeeded() throws IOException {
        assertEquals(Exit.USAGE, Invocation.of("calibrate", CHANNELS).exit());
        Path nothing = Files.writeString(directory.resolve("nothing"), "hello\n");
        assertEquals(
                Exit.BAD_INPUT,
                Invocation.of("calibrate", CHANNELS, "--smaps", nothing).exit());
    }
}
