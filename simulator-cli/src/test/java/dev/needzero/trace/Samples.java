package dev.needzero.trace;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the files that others recorded lie, and how tests open them or a text of their own. */
public final class Samples {
    private Samples() {}

    /** A file or folder below the shared directory; the test is skipped where there is none. */
    public static Path shared(String relative) {
        String root = System.getProperty("needzero.shared");
        String base = System.getProperty("basedir", ".");
        Path shared = root != null ? Path.of(root) : Path.of(base, "..", "..", "shared");
        Path path = shared.resolve(relative).toAbsolutePath().normalize();
        assumeTrue(Files.exists(path), "not here: " + relative + " (name the folder with -Dneedzero.shared)");
        return path;
    }

    public static List<Path> filesIn(String relative) throws IOException {
        try (Stream<Path> files = Files.list(shared(relative))) {
            return files.sorted().collect(Collectors.toList());
        }
    }

    public static TraceInput input(Path file) throws IOException {
        return TraceInput.open(file.toString(), InflationLimit.DEFAULT);
    }

    public static TraceInput input(byte[] content) throws IOException {
        return TraceInput.of("test", new ByteArrayInputStream(content), content.length, InflationLimit.DEFAULT);
    }

    public static TraceInput input(String text) throws IOException {
        return input(text.getBytes(StandardCharsets.UTF_8));
    }
}
