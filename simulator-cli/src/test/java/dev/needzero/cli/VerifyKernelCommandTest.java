package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.needzero.experiment.kernel.RealMemory;
import dev.needzero.os.OsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real traces on the kernel of the machine that the tests run on; skipped where that is not Linux. */
class VerifyKernelCommandTest {
    private static final Path SERVICE = Invocation.TRACES.resolve("service@go1.23.0.trace.gz");
    private static final Path RELEASE = Invocation.TRACES.resolve("release-ptr@go1.25.14.trace.gz");

    @TempDir
    Path directory;

    @BeforeEach
    void onlyOnLinux() {
        String unfit = RealMemory.unfit(new OsSettings(12, OsSettings.Thp.NEVER));
        assumeTrue(unfit == null, unfit);
    }

    @Test
    void modelAndKernelAgreeOnEveryPage() throws IOException {
        for (Path trace : List.of(SERVICE, RELEASE)) {
            Invocation run = Invocation.of("verify-kernel", trace, "--thp", "never", "--json", "-");
            assertEquals(Exit.DONE, run.exit(), run.err());
            for (Object c : (List<?>) run.json().get("checkpoints")) {
                Map<?, ?> row = (Map<?, ?>) c;
                assertEquals(row.get("pages"), row.get("agreeingPages"), "" + row);
                assertEquals(row.get("model"), row.get("kernel"));
            }
            assertEquals(true, run.json().get("agrees"));
        }
    }

    @Test
    void withHugePagesResidentMemoryIsTheSame() {
        String unfit = RealMemory.unfit(new OsSettings(12, OsSettings.Thp.ALWAYS));
        assumeTrue(unfit == null, unfit);
        Invocation run = Invocation.of("verify-kernel", RELEASE, "--thp", "always");
        assertEquals(Exit.DONE, run.exit(), run.out() + run.err());
        assertTrue(run.out().contains("agree on resident memory within 1 %"), run.out());
    }

    @Test
    void beyondTheLimitNothingIsTouched() {
        Invocation run = Invocation.of("verify-kernel", RELEASE, "--limit", "1MiB");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("--limit allows 1.00 MiB; nothing was touched"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void whatThisMachineCannotDoIsRefused() {
        Invocation pages = Invocation.of("verify-kernel", RELEASE, "--os-page", "64KiB");
        assertEquals(Exit.USAGE, pages.exit());
        assertTrue(pages.err().contains("this machine's pages are 4.00 KiB"), pages.err());
        Invocation twice = Invocation.of("verify-kernel", "-");
        assertEquals(Exit.USAGE, twice.exit());
        assertTrue(twice.err().contains("only once"), twice.err());
        assertEquals(
                Exit.USAGE, Invocation.of("replay", RELEASE, "--limit", "1GiB").exit());
    }

    @Test
    void replayOnTheKernelPrintsTheKernelsSmaps() throws IOException {
        Path smaps = directory.resolve("smaps");
        Invocation run = Invocation.of("replay", RELEASE, "--os", "kernel", "--smaps", smaps, "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        Map<?, ?> one = (Map<?, ?>) ((List<?>) run.json().get("runs")).get(0);
        long kib = Files.readAllLines(smaps).stream()
                .filter(line -> line.startsWith("Rss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        assertEquals(((Number) one.get("endRssBytes")).longValue(), kib << 10);
        assertEquals(true, ((Map<?, ?>) run.json().get("kernel")).get("agrees"));
    }
}
