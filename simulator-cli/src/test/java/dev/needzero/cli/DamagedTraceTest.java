package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trace with a flipped bit: every command names the block and, when told to, goes on behind it. */
class DamagedTraceTest {
    private static final Path TRACE = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");
    private static final Path TRUTH = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.truth.jsonl.gz");
    private static final String BLOCK = "block 4 (events ";

    @TempDir
    Path folder;

    private Path damaged;

    @BeforeEach
    void flipABitOfTheEvents() throws IOException {
        Path whole = folder.resolve("whole.nzt");
        assertEquals(Exit.DONE, Invocation.of("convert", TRACE, whole).exit());
        byte[] bytes = Files.readAllBytes(whole);
        bytes[bytes.length / 2] ^= 4;
        damaged = Files.write(folder.resolve("damaged.nzt"), bytes);
    }

    private void isNamedAndCanBeSkipped(Object... command) {
        Invocation strict = Invocation.of(command);
        assertEquals(Exit.BAD_INPUT, strict.exit(), strict.err());
        assertTrue(strict.err().contains(BLOCK) && strict.err().contains("--skip-damaged"), strict.err());
        Object[] lenient = new Object[command.length + 1];
        System.arraycopy(command, 0, lenient, 0, command.length);
        lenient[command.length] = "--skip-damaged";
        Invocation run = Invocation.of(lenient);
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertTrue(run.out().contains(BLOCK) && run.out().contains("left out"), run.out());
        assertTrue(run.out().contains("events were in damaged blocks and are lost"), run.out());
    }

    @Test
    void infoGoesOnBehindIt() {
        isNamedAndCanBeSkipped("info", damaged);
    }

    @Test
    void replayGoesOnBehindIt() {
        isNamedAndCanBeSkipped("replay", damaged, "--placement", "recorded");
    }

    @Test
    void compareGoesOnBehindIt() {
        isNamedAndCanBeSkipped("compare", damaged);
    }

    @Test
    void verifyGoesOnBehindIt() {
        isNamedAndCanBeSkipped("verify", damaged, "--truth", TRUTH);
    }

    @Test
    void reportGoesOnBehindIt() {
        isNamedAndCanBeSkipped("report", damaged, "-o", folder.resolve("r.html"));
    }

    @Test
    void otherFormatsHaveNothingToSkip() {
        Invocation run = Invocation.of("replay", TRACE, "--skip-damaged");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains(".nzt"), run.err());
    }
}
