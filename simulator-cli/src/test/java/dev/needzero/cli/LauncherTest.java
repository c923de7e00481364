package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher asks of the JVM, as a java that only prints its arguments sees it. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
    private static final String QUICK = "-XX:TieredStopAtLevel=1";
    private static final String MEMORY_ACCESS = "--sun-misc-unsafe-memory-access=allow";
    private static final long QUICK_UP_TO_BYTES = 64L << 20;

    @TempDir
    private Path dir;

    private Path launcher;

    @BeforeEach
    void install() throws IOException {
        Path script = Path.of("src", "launcher", "needzero.sh");
        launcher = Files.copy(
                Files.exists(script) ? script : Path.of("simulator-cli").resolve(script), dir.resolve("needzero"));
        Path java = Files.createDirectories(dir.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        assertTrue(java.toFile().setExecutable(true));
        release("17.0.15");
    }

    private void release(String version) throws IOException {
        Files.writeString(
                dir.resolve("jdk/release"),
                "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nJAVA_VERSION_DATE=\"2025-04-15\"\n");
    }

    private List<String> handedToJava(Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", launcher.toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("JAVA_HOME", dir.resolve("jdk").toString());
        builder.environment().remove("NEEDZERO_JAVA_OPTS");
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.lines().toList();
    }

    private List<String> handedToJava(String... arguments) throws Exception {
        return handedToJava(Map.of(), arguments);
    }

    private String trace(long bytes) throws IOException {
        Path file = dir.resolve("my service.trace");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes);
        }
        return file.toString();
    }

    @Test
    void shortWorkIsLeftToTheQuickCompiler() throws Exception {
        assertTrue(handedToJava("--help").contains(QUICK));
        assertTrue(handedToJava("replay", trace(QUICK_UP_TO_BYTES)).contains(QUICK));
        assertTrue(handedToJava("replay", "no such file").contains(QUICK));
    }

    @Test
    void largeTracesAndGeneratorsGetBothCompilers() throws Exception {
        assertFalse(handedToJava("replay", trace(QUICK_UP_TO_BYTES + 1)).contains(QUICK));
        assertFalse(handedToJava("replay", "gen:small?events=1e9").contains(QUICK));
        assertFalse(handedToJava("replay", "-").contains(QUICK));
    }

    @Test
    void aLargeTraceBehindALinkIsLarge() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of(trace(QUICK_UP_TO_BYTES + 1)));
        assertFalse(handedToJava("replay", link.toString()).contains(QUICK));
    }

    @Test
    void onlyJavaSince24KnowsTheOptionAboutMemoryAccess() throws Exception {
        assertFalse(handedToJava("--help").contains(MEMORY_ACCESS));
        release("25.0.1");
        assertTrue(handedToJava("--help").contains(MEMORY_ACCESS));
        release("24");
        assertTrue(handedToJava("--help").contains(MEMORY_ACCESS));
    }

    @Test
    void argumentsArriveAsTheyWereGivenAndTheUsersOptionsLast() throws Exception {
        List<String> all = handedToJava(Map.of("NEEDZERO_JAVA_OPTS", "-Xmx512m -Da=b"), "replay", "a  b", "", "'$x'");
        int jar = all.indexOf("-jar");
        assertEquals(List.of("-Xmx512m", "-Da=b"), all.subList(jar - 2, jar));
        assertEquals(List.of("replay", "a  b", "", "'$x'"), all.subList(jar + 2, all.size()));
        assertEquals(dir.toRealPath().resolve("needzero").toString(), all.get(jar + 1));
    }

    @Test
    void theArchiveBesideTheLauncherIsUsed() throws Exception {
        String archive = "-XX:SharedArchiveFile=" + dir.toRealPath().resolve("needzero.jsa");
        assertTrue(handedToJava("versions").contains(archive));
    }
}
