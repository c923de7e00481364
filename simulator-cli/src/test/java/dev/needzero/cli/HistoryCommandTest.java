package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.history.Machine;
import dev.needzero.experiment.history.Stories;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code history} on the command line. */
class HistoryCommandTest {
    @Test
    void listRunsNothingAndNamesAll() throws IOException {
        String text = Invocation.of("history", "list").out();
        Map<String, Object> json =
                Invocation.of("history", "list", "--json", "-").json();
        List<?> stories = (List<?>) json.get("stories");
        for (Object story : stories) {
            assertTrue(text.contains((String) ((Map<?, ?>) story).get("name")), text);
        }
        assertEquals(stories.size() + 1, text.lines().count());
    }

    @Test
    void anIssuesNumberNamesItsStory() throws IOException {
        Invocation run = Invocation.of("history", "76063", "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        Map<?, ?> story = (Map<?, ?>) ((List<?>) run.json().get("stories")).get(0);
        assertEquals("scavenged-zero", story.get("name"));
        for (Object row : (List<?>) story.get("rows")) {
            assertEquals("within", ((Map<?, ?>) row).get("verdict"));
        }
        String text = Invocation.of("history", "scavenged-zero").out();
        assertTrue(text.contains("2 of 2 ratios lie within what was observed"), text);
        assertTrue(text.contains("then") && text.contains("the twin"), text);
    }

    /** What a reader types to see a story's machine is the machine that the story was run on. */
    @Test
    void theOptionsPrintedWithAStoryAreItsMachines() {
        Set<Machine> machines = Stories.all().stream()
                .flatMap(story -> story.rows().stream())
                .flatMap(row -> Stream.of(row.above(), row.below()))
                .map(figure -> figure.setup().machine())
                .collect(Collectors.toSet());
        assertTrue(machines.size() > 3, machines.toString());
        for (Machine machine : machines) {
            Told told = new Told();
            new CommandLine(told)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(Stream.of(machine.options().split(" "))
                            .filter(word -> !word.isEmpty())
                            .toArray(String[]::new));
            assertEquals(machine.os(), told.system.settings(), machine.options());
        }
    }

    @Command
    static final class Told {
        @Mixin
        private OsOptions system;
    }

    @Test
    void theCommandsPrintedWithAStoryRun() {
        String text = Invocation.of("history", "mark-areas").out();
        List<String> commands = text.lines()
                .filter(line -> line.startsWith("    needzero "))
                .map(line -> line.substring("    needzero ".length()))
                .toList();
        assertEquals(2, commands.size(), text);
        for (String command : commands) {
            List<String> words = new ArrayList<>();
            for (String part : command.split(" (?=([^']*'[^']*')*[^']*$)")) {
                words.add(part.replace("'", ""));
            }
            Invocation run = Invocation.of(words.toArray());
            assertEquals(Exit.DONE, run.exit(), run.err());
        }
    }

    @Test
    void aNameThatIsNotKnownIsAUsageError() {
        Invocation run = Invocation.of("history", "claering");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("did you mean clearing?"), run.err());
    }
}
