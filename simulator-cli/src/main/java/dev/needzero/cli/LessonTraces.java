package dev.needzero.cli;

import dev.needzero.report.TargetFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The small traces that needzero carries along for its lessons, put into a directory where commands find them. */
final class LessonTraces {
    private static final String PREFIX = "lesson:";
    private static final List<String> FILES = List.of(
            "large-chan-1M@go1.23.0.trace.gz",
            "large-chan-1M@go1.23.0.case.json",
            "release-ptr@go1.25.14.trace.gz",
            "release-ptr@go1.25.14.case.json",
            "last-object.csv",
            "queues.csv");

    private final Path directory;

    private LessonTraces(Path directory) {
        this.directory = directory;
    }

    /** Puts them into a directory that exists; a file of the same name is replaced. */
    static LessonTraces into(Path directory) throws IOException {
        for (String file : FILES) {
            copy(file, directory);
        }
        return new LessonTraces(directory);
    }

    private static void copy(String file, Path directory) throws IOException {
        try (InputStream in = LessonTraces.class.getResourceAsStream("lessons/traces/" + file)) {
            if (in == null) {
                throw new FileNotFoundException("needzero was built without " + file);
            }
            TargetFile.write(directory.resolve(file), in::transferTo);
        }
    }

    /** A word of a command as its user would type it. */
    static String shown(String word) {
        if (!word.startsWith(PREFIX)) {
            return word;
        }
        String name = word.substring(PREFIX.length());
        return name.endsWith(".csv") ? name : name + ".trace.gz";
    }

    /** The same as this process can open it. */
    String path(String word) {
        return word.startsWith(PREFIX) ? directory.resolve(shown(word)).toString() : word;
    }

    /** Takes them away again, and the directory. */
    void delete() throws IOException {
        for (String file : FILES) {
            Files.deleteIfExists(directory.resolve(file));
        }
        Files.delete(directory);
    }
}
