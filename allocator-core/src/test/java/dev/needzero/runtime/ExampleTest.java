package dev.needzero.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;

/** The example for jshell runs, and says what the story says. */
class ExampleTest {
    private static final Path EXAMPLE = Path.of("src", "examples", "twin.jsh");

    @Test
    void onlyGo124HasMoreResidentThanTheProgramWrote() throws IOException {
        List<String> lines = run(Files.readString(EXAMPLE));
        assertEquals(Behaviours.versions().size(), lines.size());
        for (String line : lines) {
            int kib = line.startsWith("Go 1.24:") ? 64 * 1024 : 64 * 4;
            assertTrue(line.endsWith(": " + kib + " KiB resident"), line);
        }
    }

    @Test
    void hasTenLinesOfCode() throws IOException {
        long lines = Files.readAllLines(EXAMPLE).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("//"))
                .count();
        assertTrue(lines <= 10, lines + " lines");
    }

    /** What it prints, line by line; run within this process, on this test's own classes. */
    private static List<String> run(String code) {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            for (String snippet : code.split("(?m)^(?=import |for )")) {
                if (snippet.startsWith("//")) {
                    continue;
                }
                for (SnippetEvent event :
                        shell.eval(snippet.replaceAll("(?m)^//.*$", "").strip())) {
                    assertEquals(Snippet.Status.VALID, event.status(), () -> problems(shell, event.snippet()));
                    assertEquals(null, event.exception());
                }
            }
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static String problems(JShell shell, Snippet snippet) {
        List<String> problems = new ArrayList<>(List.of(snippet.source()));
        shell.diagnostics(snippet).forEach(diagnostic -> problems.add(diagnostic.getMessage(null)));
        return String.join("\n", problems);
    }
}
