package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Holds README to what its commands print. */
class ReadmeTest {
    private static final Path README = Invocation.TRACES.resolveSibling("README.md");
    private static final Pattern EXAMPLE = Pattern.compile("```console\\n\\$ needzero (.*)\\n((?s:.*?))```");

    @TestFactory
    Stream<DynamicTest> showsWhatTheCommandPrints() throws IOException {
        Matcher examples = EXAMPLE.matcher(Files.readString(README));
        return examples.results()
                .map(e -> DynamicTest.dynamicTest(e.group(1), () -> assertEquals(e.group(2), printed(e.group(1)))));
    }

    private static String printed(String command) {
        Object[] words = Stream.of(command.split(" "))
                .map(word -> word.startsWith("traces") ? Invocation.TRACES + word.substring("traces".length()) : word)
                .toArray();
        return Invocation.of(words).out();
    }
}
