package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A replay without options runs without the parser; the parser is its oracle. */
class PlainReplayTest {
    private static final String TRACE =
            Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz").toString();

    @Test
    void everyOptionHasTheValueThatParsingLeavesItAt() {
        CommandLine parsed = new CommandLine(new ReplayCommand());
        parsed.setCaseInsensitiveEnumValuesAllowed(true);
        parsed.parseArgs(TRACE);
        CommandSpec plain = CommandSpec.forAnnotatedObject(ReplayCommand.plain(TRACE, new PrintWriter(System.out)));
        assertEquals(values(parsed.getCommandSpec()), values(plain));
    }

    private static Map<String, String> values(CommandSpec spec) {
        Map<String, String> values = new TreeMap<>();
        for (OptionSpec option : spec.options()) {
            Object value = option.getValue();
            values.put(
                    option.longestName(),
                    String.valueOf(value instanceof Map<?, ?> map && map.isEmpty() ? null : value));
        }
        return values;
    }

    @Test
    void itPrintsWhatTheParsedCommandPrints() throws IOException {
        StringWriter out = new StringWriter();
        assertEquals(Exit.DONE, ReplayCommand.plain(TRACE, new PrintWriter(out)).call());
        assertEquals(Invocation.of("replay", TRACE).out(), out.toString());
    }
}
