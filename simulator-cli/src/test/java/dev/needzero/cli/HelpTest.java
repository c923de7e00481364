package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Help, manual pages, completion and near misses. */
class HelpTest {
    @TempDir
    Path directory;

    private static Map<String, CommandLine> commands() {
        return Main.commandLine().getSubcommands();
    }

    @Test
    void helpListsEveryCommandOnceAndFitsATerminal() {
        String help = Invocation.of("--help").out();
        for (String name : commands().keySet()) {
            assertEquals(
                    1,
                    help.lines()
                            .filter(line -> line.matches("  " + name + " .*"))
                            .count(),
                    name + " in\n" + help);
        }
        for (String heading : List.of("Learn:", "Replay a trace:", "Examples:", "Exit codes:")) {
            assertTrue(help.contains("\n" + heading), heading);
        }
        assertTrue(help.lines().allMatch(line -> line.length() <= 110), help);
        assertFalse(help.contains("\u001b"));
    }

    @Test
    void whatTheBuildLeftIsWhatWouldBePrinted() {
        for (String asked : List.of("--help", "-h")) {
            String[] args = {asked};
            assumeTrue(ReadyHelp.of(args, false) != null, "not built by Maven: there is no help.txt");
            assertEquals(Invocation.of(asked).out(), ReadyHelp.of(args, false));
            assertEquals(Main.commandLine(args).getUsageMessage(CommandLine.Help.Ansi.ON), ReadyHelp.of(args, true));
        }
        assertNull(ReadyHelp.of(new String[] {"--help", "replay"}, false));
        assertNull(ReadyHelp.of(new String[] {"--version"}, false));
    }

    @Test
    void nearMissesAreNamed() {
        assertTrue(Invocation.of("repaly", "x").err().contains("there is no command \"repaly\"; did you mean replay?"));
        assertTrue(Invocation.of("replay", "x", "--tuoch", "all")
                .err()
                .contains("there is no option --tuoch; did you mean --touch?"));
        assertTrue(Invocation.of("replay", "gen:large", "--go", "1.28").err().contains("known are 1.21 … 1.27"));
        assertTrue(Invocation.of("replay", "gen:large", "--set", "largeZeroin=always")
                .err()
                .contains("did you mean largeZeroing?"));
        assertTrue(Invocation.of("man", "lessen").err().contains("did you mean lesson?"));
        String far = Invocation.of("xylophone").err();
        assertTrue(far.contains("there is no command") && !far.contains("did you mean"), far);
        assertEquals(Exit.USAGE, Invocation.of("repaly").exit());
    }

    @Test
    void everyCommandShowsExamplesAndSpeaksInWholeSentences() {
        commands().forEach((name, command) -> {
            String help = Invocation.of(name, "--help").out();
            assertTrue(help.contains("  needzero " + name), help);
            assertTrue(help.lines().allMatch(line -> line.length() <= 110), help);
            assertTrue(help.startsWith("Usage: needzero " + name + " ["), help);
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertTrue(String.join(" ", option.description()).endsWith("."), name + " " + option.longestName());
            }
        });
    }

    @Test
    void manyOptionsStandUnderHeadingsEachOnce() {
        String help = Invocation.of("replay", "--help").out();
        int own = help.indexOf("--pprof");
        int system = help.indexOf("\nThe operating system:\n");
        assertTrue(help.startsWith("Usage: needzero replay [OPTIONS] TRACE\n"), help);
        assertTrue(system > 0 && help.indexOf("  --thp=") > system, help);
        assertTrue(help.indexOf("\nFiles to write:\n") < own, help);
        commands().get("replay").getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .forEach(name -> assertEquals(
                        1,
                        help.lines()
                                .filter(line -> line.matches(" +(-\\w, )?" + name + "\\b(?!-).*"))
                                .count(),
                        name));
    }

    @Test
    void thereIsAPageForEveryCommandWithAllItsOptions() throws IOException {
        Path pages = directory.resolve("man1");
        assertEquals(Exit.DONE, Invocation.of("man", "-o", pages).exit());
        assertEquals(Exit.DONE, Invocation.of("man", "-o", pages).exit(), "into a directory that is there");
        assertTrue(Files.readString(pages.resolve("needzero.1")).startsWith(".TH NEEDZERO 1 "));
        for (Map.Entry<String, CommandLine> command : commands().entrySet()) {
            String page = Files.readString(pages.resolve("needzero-" + command.getKey() + ".1"));
            assertTrue(page.contains(".SH NAME\nneedzero-" + command.getKey() + " \\- "), page);
            for (OptionSpec option : command.getValue().getCommandSpec().options()) {
                for (String name : option.names()) {
                    assertTrue(page.contains("\\fB" + name.replace("-", "\\-") + "\\fR"), name + " in\n" + page);
                }
            }
            assertFalse(page.contains("${") || page.contains("%%") || page.contains("\u001b"), page);
            for (String line : page.lines().toList()) {
                assertTrue(!line.startsWith("'") && line.matches("(?s)(\\.(TH|SH|SS|PP|TP|nf|fi)\\b|[^.]).*"), line);
            }
        }
    }

    @Test
    void bashCompletesCommandsAndOptions() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash to ask");
        Path script = directory.resolve("needzero.bash");
        Files.writeString(script, Invocation.of("completion", "bash").out());
        assertEquals("replay report", bash(script, "needzero", "rep"));
        assertEquals("--perfetto", bash(script, "needzero", "replay", "--per"));
    }

    private static String bash(Path script, String... words) throws IOException, InterruptedException {
        String ask = "source '" + script + "'; COMP_WORDS=(" + String.join(" ", words) + "); COMP_CWORD="
                + (words.length - 1) + "; _complete_needzero; echo $(printf '%s\\n' \"${COMPREPLY[@]}\" | sort)";
        Process bash = new ProcessBuilder("/bin/bash", "--norc", "-c", ask)
                .redirectError(ProcessBuilder.Redirect.DISCARD) // compopt, which works on a keystroke only
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), said);
        return said.strip();
    }

    @Test
    void fishLearnsEveryCommandAndOption() {
        String script = Invocation.of("completion", "fish").out();
        for (Map.Entry<String, CommandLine> command : commands().entrySet()) {
            assertTrue(script.contains("-n __fish_use_subcommand -f -a " + command.getKey() + " -d '"), script);
        }
        assertTrue(script.contains("-n '__fish_seen_subcommand_from replay' -l pprof -r -d '"), script);
        for (String line : script.lines().toList()) {
            assertTrue(line.startsWith("#") || line.matches("complete -c needzero -n .*[^\\\\]'"), line);
        }
        assertEquals(Exit.USAGE, Invocation.of("completion", "cmd").exit());
    }
}
