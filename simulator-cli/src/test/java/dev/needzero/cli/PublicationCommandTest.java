package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PublicationCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void showsTheScheduleInTwoColumns() {
        assertEquals(0, run("--go", "1.24", "--memory", "weak"));
        assertTrue(Arrays.stream(out.toString().split("\n")).anyMatch(l -> l.matches(" +allocator +\\| collector")));
        assertTrue(out.toString().contains("span.largeType = T *"));
        assertTrue(out.toString().contains("UNSAFE  it stumbles on it by conservative scan"));
    }

    @Test
    void saysThatThereIsNone() {
        assertEquals(0, run("--go", "1.25"));
        assertEquals(2, out.toString().split("No such schedule in this model", -1).length - 1);
        assertFalse(out.toString().contains("UNSAFE"));
    }

    @Test
    void fitsATerminalOf80Columns() {
        run("--break", "clear-last");
        assertTrue(out.toString().lines().allMatch(l -> l.length() <= 80));
    }

    @Test
    void jsonOnStandardOutputStandsAlone() {
        assertEquals(0, run("--go", "1.23,1.25", "--memory", "weak", "--json", "-"));
        String json = out.toString().replaceAll("\\s", "");
        assertTrue(json.startsWith(
                "{\"broken\":\"none\",\"verdicts\":[{\"go\":\"1.23\",\"memory\":\"weak\",\"safe\":false"));
        assertTrue(json.contains("\"go\":\"1.25\",\"memory\":\"weak\",\"safe\":true"));
        assertTrue(json.contains("\"readsUncleared\":true"));
    }

    @Test
    void jsonToAFileLeavesTheTextOnStandardOutput(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("p.json");
        assertEquals(0, run("--json", file.toString()));
        assertTrue(Files.readString(file).replaceAll("\\s", "").endsWith("]}"));
        assertTrue(out.toString().startsWith("Can the collector"));
    }

    @Test
    void anUnknownVersionNamesTheKnownOnes() {
        assertEquals(2, run("--go", "1.28"));
        assertTrue(err.toString().contains("--go 1.28: known are 1.23, 1.24, 1.25"));
    }

    private int run(String... args) {
        return new CommandLine(new PublicationCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }
}
