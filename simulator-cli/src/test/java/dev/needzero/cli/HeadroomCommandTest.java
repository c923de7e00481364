package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.needzero.trace.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadroomCommandTest {
    private static final double GIB = 1L << 30;
    private static final Path SERVICE = Invocation.TRACES.resolve("service@go1.23.0.trace.gz");

    @TempDir
    Path directory;

    private static double bytes(Map<String, Object> json, String key) {
        return ((Number) json.get(key)).doubleValue();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("page"), text);
    }

    /** What was seen in production: 1.33 GiB mapped and 1.04 GiB resident on 1.23, then 1.28 GiB and 1.26 GiB on 1.24. */
    @Test
    void theIncidentIsForetoldWithinFivePercent() throws IOException {
        Map<String, Object> json = Invocation.of("headroom", "--mapped", "1.33GiB", "--rss", "1.04GiB", "--json", "-")
                .json();
        assertEquals(1.28, bytes(json, "heapMappedBytes") / GIB, 0.05 * 1.28);
        assertEquals(1.26, bytes(json, "likelyHeapRssBytes") / GIB, 0.05 * 1.26);
        assertEquals(bytes(json, "worstRssBytes"), bytes(json, "heapMappedBytes"));
        assertNull(json.get("fits"));
    }

    @Test
    void eachCaseIsHeldAgainstTheLimit() throws IOException {
        limited("1.5GiB", Exit.DONE, "worst", "Fits: ");
        limited("1.31GiB", Exit.ANSWER_IS_NO, "likely", "Fits in the likely case only: ");
        limited("1.1GiB", Exit.ANSWER_IS_NO, "no", "Does not fit: ");
    }

    private static void limited(String limit, int exit, String fits, String verdict) throws IOException {
        Object[] args = {"headroom", "--mapped", "1.33GiB", "--rss", "1.04GiB", "--limit", limit, "--json", "-"};
        Invocation run = Invocation.of(args);
        assertEquals(exit, run.exit(), run.err());
        assertEquals(fits, run.json().get("fits"));
        assertTrue(((String) run.json().get("verdict")).startsWith(verdict), run.out());
        assertTrue(Invocation.of(List.of(args).subList(0, 7).toArray())
                .out()
                .lines()
                .anyMatch(l -> l.startsWith(verdict)));
    }

    /** A real run of 1.23 seen from outside, and what the same program then took under 1.24. */
    @Test
    void whatSmapsAndMetricsTellIsWhatHappened() throws IOException {
        Map<?, ?> before = lastLine("large-ptr-1M-25@go1.23.0");
        Map<?, ?> after = lastLine("large-ptr-1M-25@go1.24.0");
        StringBuilder smaps = new StringBuilder();
        for (Object o : (List<?>) before.get("mappings")) {
            Map<?, ?> m = (Map<?, ?>) o;
            smaps.append(String.format(
                    "%s-%s %s 00000000 00:00 0 \nSize: %8s kB\nRss: %8s kB\nVmFlags: rd wr\n",
                    ((String) m.get("start")).substring(2),
                    ((String) m.get("end")).substring(2),
                    m.get("perms"),
                    m.get("Size_kB"),
                    m.get("Rss_kB")));
        }
        smaps.append("7f0000000000-7f0000100000 r--p 00000000 08:01 5 /lib/libc.so\nSize: 1024 kB\nRss: 512 kB\n");
        Path seen = Files.writeString(directory.resolve("smaps"), smaps);
        StringBuilder metrics = new StringBuilder();
        ((Map<?, ?>) before.get("metrics")).forEach((name, value) -> metrics.append(name + " " + value + "\n"));
        Map<String, Object> json = Invocation.of(
                        "headroom", "--smaps", seen, "--metrics", file(metrics.toString()), "--json", "-")
                .json();
        assertEquals(rssBytes(before) + (512 << 10), bytes(json, "nowRssBytes"));
        assertEquals(rssBytes(after), bytes(json, "likelyHeapRssBytes"), 0.05 * rssBytes(after));
        assertEquals(512 << 10, bytes(json, "otherRssBytes"));
    }

    private static Map<?, ?> lastLine(String recording) throws IOException {
        List<String> lines = Recordings.truth(Recordings.trace(recording));
        return JSON.std.mapFrom(lines.get(lines.size() - 1));
    }

    private static long rssBytes(Map<?, ?> line) {
        return ((List<?>) line.get("mappings"))
                .stream()
                        .mapToLong(m -> ((Number) ((Map<?, ?>) m).get("Rss_kB")).longValue() << 10)
                        .sum();
    }

    /** A page in the form of Prometheus' Go collector: 100 MiB of heap, of which 30 are released, 5 beside it. */
    @Test
    void aPrometheusPageWillDo() throws IOException {
        String page = """
                # HELP go_memstats_heap_sys_bytes Number of heap bytes obtained from system.
                # TYPE go_memstats_heap_sys_bytes gauge
                go_memstats_heap_sys_bytes 1.03809024e+08
                go_memstats_stack_inuse_bytes{pod="a-1"} 1.048576e+06
                go_memstats_heap_released_bytes 3.145728e+07 1700000000000
                go_memstats_sys_bytes 1.10100480e+08
                process_resident_memory_bytes 5.24288e+07
                """;
        Map<String, Object> json = Invocation.of("headroom", "--metrics", file(page), "--json", "-")
                .json();
        // 50 MiB resident, 5 of them beside the heap's 45; 100 - 45 - 30 = 25 are mapped, absent and not released.
        assertEquals(50 << 20, bytes(json, "nowRssBytes"));
        assertEquals((50 + 25) << 20, bytes(json, "likelyRssBytes"));
        assertEquals((100 + 5) << 20, bytes(json, "worstRssBytes"));
    }

    @Test
    void pagesThatTellTooLittleOrTooMuchAreRefused() throws IOException {
        Invocation little = Invocation.of("headroom", "--metrics", file("go_goroutines 7\n"));
        assertEquals(Exit.BAD_INPUT, little.exit());
        assertTrue(little.err().contains("go_memstats_heap_sys_bytes"), little.err());
        Invocation twice = Invocation.of(
                "headroom",
                "--metrics",
                file("go_memstats_sys_bytes{pod=\"a\"} 1\ngo_memstats_sys_bytes{pod=\"b\"} 2\n"));
        assertEquals(Exit.BAD_INPUT, twice.exit());
        assertTrue(twice.err().contains(":2: "), twice.err());
        assertEquals(Exit.USAGE, Invocation.of("headroom").exit());
        assertEquals(
                Exit.USAGE,
                Invocation.of("headroom", "--mapped", "1MiB", "--rss", "2MiB").exit());
    }

    @Test
    void aTraceTellsByItsTwin() throws IOException {
        Invocation run = Invocation.of("headroom", SERVICE, "--limit", "100MiB", "--other", "4MiB", "--json", "-");
        assertEquals(Exit.ANSWER_IS_NO, run.exit(), run.err());
        List<?> compared = (List<?>) Invocation.of("compare", SERVICE, "--go", "1.23,1.24", "--json", "-")
                .json()
                .get("runs");
        Map<?, ?> after = (Map<?, ?>) compared.get(1);
        assertEquals(
                ((Number) after.get("peakRssBytes")).doubleValue() + (4 << 20), bytes(run.json(), "likelyRssBytes"));
        assertEquals(
                ((Number) after.get("endMappedBytes")).doubleValue() + (4 << 20), bytes(run.json(), "worstRssBytes"));
    }

    @Test
    void aVersionThatClearsNothingChangesNothing() throws IOException {
        Map<String, Object> json = Invocation.of(
                        "headroom", "--mapped", "2GiB", "--rss", "1GiB", "--go", "1.25", "--json", "-")
                .json();
        assertEquals(bytes(json, "nowRssBytes"), bytes(json, "likelyRssBytes"));
    }
}
