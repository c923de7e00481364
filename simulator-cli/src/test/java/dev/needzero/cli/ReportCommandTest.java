package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    private static final Path CHANNELS = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");

    @TempDir
    Path directory;

    @Test
    void theReportIsOneSelfContainedFileWithBothVersions() throws IOException {
        Path file = directory.resolve("report.html");
        Invocation report = Invocation.of("report", CHANNELS, "--go", "1.23,1.24", "-o", file);
        assertEquals(Exit.DONE, report.exit(), report.err());
        try (Stream<Path> written = Files.list(directory)) {
            assertEquals(List.of(file), written.toList());
        }
        String html = Files.readString(file);
        assertFalse(Pattern.compile("(src|href)=\"(?!data:|#)").matcher(html).find(), "it refers to something else");

        List<?> runs = (List<?>) JSON.std.mapFrom(unpacked(html, "data")).get("runs");
        List<?> compared = (List<?>) Invocation.of("compare", CHANNELS, "--go", "1.23,1.24", "--json", "-")
                .json()
                .get("runs");
        assertEquals(2, runs.size());
        for (int i = 0; i < 2; i++) {
            Map<?, ?> run = (Map<?, ?>) runs.get(i);
            Map<?, ?> expected = (Map<?, ?>) compared.get(i);
            assertEquals("Go " + expected.get("go"), run.get("label"));
            long committed = ((List<?>) run.get("committedBy"))
                    .stream().mapToLong(n -> ((Number) n).longValue()).sum();
            assertEquals(((Number) expected.get("endRssBytes")).longValue(), committed);
            assertEquals(7, ((List<?>) run.get("checkpoints")).size());
            List<?> frames = (List<?>) ((Map<?, ?>) run.get("map")).get("times");
            assertTrue(frames.size() > 10 && frames.size() <= 120, frames.size() + " frames");
            // The workload, "large chan 1048576 64": 64 channels, all alive at its end.
            List<?> largest = (List<?>) ((List<?>) run.get("types")).get(0);
            assertEquals(64, ((Number) largest.get(1)).intValue());
            assertTrue(unpacked(html, "map-" + i).length > 0);
        }
    }

    @Test
    void itSaysWhatTheCgroupWouldHaveDoneAndByWhatCollector() throws IOException {
        Path file = directory.resolve("report.html");
        Invocation report = Invocation.of(
                "report", CHANNELS, "--go", "1.24", "--gc", "simulated", "--memory-max", "8MiB", "-o", file);
        assertEquals(Exit.DONE, report.exit(), report.err());
        Map<String, Object> data = JSON.std.mapFrom(unpacked(Files.readString(file), "data"));
        List<?> verdicts = (List<?>) data.get("verdicts");
        assertTrue(verdicts.get(0).toString().startsWith("memory.max 8.00 MiB: KILLED at event "), verdicts.toString());
        assertTrue(verdicts.get(1).toString().contains("Memory cgroup out of memory"), verdicts.toString());
        String assumptions = data.get("assumptions").toString();
        assertTrue(assumptions.contains("the twin's own at GOGC="), assumptions);
        assertFalse(assumptions.contains("where the recording freed them"), assumptions);
    }

    @Test
    void anOutputThatCannotBeWrittenIsAnError() {
        Invocation report = Invocation.of("report", CHANNELS, "-o", directory.resolve("none/report.html"));
        assertEquals(Exit.USAGE, report.exit(), report.err());
    }

    private static byte[] unpacked(String html, String id) throws IOException {
        Matcher blob = Pattern.compile("id=\"" + id + "\">([^<]*)<").matcher(html);
        assertTrue(blob.find(), "no blob " + id);
        byte[] packed = Base64.getDecoder().decode(blob.group(1).getBytes(StandardCharsets.US_ASCII));
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed), new Inflater(true))) {
            return in.readAllBytes();
        }
    }
}
