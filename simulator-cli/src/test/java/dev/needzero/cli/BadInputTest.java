package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says of what it cannot read or do: one line, and the exit code of its kind. */
class BadInputTest {
    private static final Path SERVICE = Invocation.TRACES.resolve("service@go1.23.0.trace.gz");
    private static final Path SMALL = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");

    @TempDir
    Path directory;

    private static void refused(int exit, String says, Object... args) {
        Invocation run = Invocation.of(args);
        assertAll(
                () -> assertEquals(exit, run.exit(), run.err()),
                () -> assertEquals("", run.out()),
                () -> assertEquals(1, run.err().lines().count(), run.err()),
                () -> assertTrue(run.err().contains(says), run.err()));
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    @Test
    void aDirectoryIsNoTrace() {
        refused(Exit.BAD_INPUT, "is a directory", "replay", directory);
    }

    @Test
    void anEmptyFileIsNoTrace() throws IOException {
        refused(Exit.BAD_INPUT, "is empty", "info", file("empty", new byte[0]));
    }

    @Test
    void aMissingFileIsNamed() {
        refused(Exit.BAD_INPUT, "nowhere", "compare", directory.resolve("nowhere"));
    }

    @Test
    void anUnknownFormatSaysWhichAreKnown() throws IOException {
        refused(Exit.BAD_INPUT, "go-trace", "info", file("text", "hello, world".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void anOldGoTraceSaysHowToRecordANewOne() throws IOException {
        byte[] head = "go 1.21 trace\0\0\0".getBytes(StandardCharsets.US_ASCII);
        refused(Exit.BAD_INPUT, "GODEBUG=traceallocfree=1", "replay", file("v1", Arrays.copyOf(head, 64)));
    }

    @Test
    void aTraceCutShortReplaysAsFarAsItGoesAndSaysSo() throws IOException {
        byte[] whole = Files.readAllBytes(SERVICE);
        Path cut = file("cut.trace.gz", Arrays.copyOf(whole, whole.length / 4));
        Invocation run = Invocation.of("replay", cut);
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertTrue(run.out().contains("cut"), run.out());
    }

    @Test
    void aTraceWithoutATruthCannotBeVerified() throws IOException {
        refused(Exit.BAD_INPUT, "truth", "verify", file("alone.trace.gz", Files.readAllBytes(SMALL)));
    }

    @Test
    void aTraceFromStandardInputNeedsItsTruthNamed() {
        refused(Exit.USAGE, "--truth", "verify", "-");
    }

    @Test
    void anUnknownVersionSaysWhichAreKnown() {
        refused(Exit.USAGE, "1.21 … 1.27", "compare", SMALL, "--go", "1.23,1.28");
    }

    @Test
    void anUnknownBehaviourSaysWhichAreKnown() {
        refused(Exit.USAGE, "largeZeroing", "replay", SMALL, "--set", "largeZeroeing=always");
    }

    @Test
    void aValueThatABehaviourCannotHaveSaysWhichItCan() {
        refused(Exit.USAGE, "when-dirty, always", "replay", SMALL, "--set", "largeZeroing=sometimes");
    }

    @Test
    void aBadTouchRuleIsQuoted() {
        refused(Exit.USAGE, "\"large=120%\"", "replay", SMALL, "--touch", "large=120%");
    }

    @Test
    void aMissingRuleFileIsNamed() {
        refused(Exit.BAD_INPUT, "rules.txt", "replay", SMALL, "--touch", "@" + directory.resolve("rules.txt"));
    }

    @Test
    void anOsPageMustBeOneThatLinuxHas() {
        refused(Exit.USAGE, "4KiB, 16KiB or 64KiB", "replay", SMALL, "--os-page", "8KiB");
    }

    @Test
    void aChartNeedsAKnownEndingBeforeAnyWorkIsDone() {
        refused(Exit.USAGE, ".svg or .png", "compare", directory.resolve("nowhere"), "--chart", "chart.pdf");
    }

    @Test
    void aMistypedCommandIsMetWithASuggestion() {
        refused(Exit.USAGE, "did you mean replay", "repla");
    }

    @Test
    void aStackTraceIsPrintedOnlyWhenAskedFor() {
        assertFalse(Invocation.of("info", directory).err().contains("\tat "));
        assertTrue(Invocation.of("info", directory, "--stacktrace").err().contains("\tat "));
    }
}
