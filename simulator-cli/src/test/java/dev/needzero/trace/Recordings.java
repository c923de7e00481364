package dev.needzero.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/** The recordings of real programs that lie beside the repository; tests that need them are skipped where they do not. */
public final class Recordings {
    private Recordings() {}

    public static Path folder() {
        String given = System.getProperty("needzero.shared");
        Path shared = given != null ? Path.of(given) : Path.of("..", "..", "shared");
        Path folder = shared.resolve("recorded");
        Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no recordings at " + folder.toAbsolutePath());
        return folder;
    }

    public static Path trace(String name) {
        return folder().resolve(name + ".trace.gz");
    }

    public static List<Path> traces() throws IOException {
        List<Path> traces = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder(), "*.trace.gz")) {
            found.forEach(traces::add);
        }
        Collections.sort(traces);
        return traces;
    }

    /** A recording's trace, unpacked. */
    public static byte[] unpacked(Path trace) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(trace))) {
            return in.readAllBytes();
        }
    }

    /** The lines of a trace's truth file: one a checkpoint. */
    public static List<String> truth(Path trace) throws IOException {
        String name = trace.getFileName().toString().replace(".trace.gz", ".truth.jsonl.gz");
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(trace.resolveSibling(name))), StandardCharsets.UTF_8))) {
            return in.lines().filter(line -> !line.isBlank()).toList();
        }
    }
}
