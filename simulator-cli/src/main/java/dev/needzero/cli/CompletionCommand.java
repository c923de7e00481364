package dev.needzero.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: what a shell needs to complete needzero's commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print what a shell needs to complete commands, options and their values.",
        footer = {
            "",
            "Examples:",
            "  source <(needzero completion bash)",
            "  source <(needzero completion zsh)",
            "  needzero completion fish > ~/.config/fish/completions/needzero.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    private enum Shell {
        BASH,
        ZSH,
        FISH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "bash|zsh|fish", description = "The shell.")
    private Shell shell;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        // All commands, not this one alone, which is what a command line is made of otherwise.
        CommandLine all = Main.commandLine();
        // zsh reads the same script: it turns on its emulation of bash's completion.
        out.print(shell == Shell.FISH ? fish(all) : AutoComplete.bash("needzero", all) + "\n");
        out.flush();
        return Exit.DONE;
    }

    private static String fish(CommandLine all) {
        StringBuilder script = new StringBuilder("# fish completion of needzero\n");
        all.getSubcommands().forEach((name, command) -> {
            script.append("complete -c needzero -n __fish_use_subcommand -f -a ")
                    .append(name)
                    .append(" -d ")
                    .append(quoted(CommandGroups.summary(command.getCommandSpec())))
                    .append('\n');
        });
        options(script, "__fish_use_subcommand", all.getCommandSpec());
        all.getSubcommands()
                .forEach((name, command) ->
                        options(script, quoted("__fish_seen_subcommand_from " + name), command.getCommandSpec()));
        return script.toString();
    }

    private static void options(StringBuilder script, String when, CommandSpec command) {
        for (OptionSpec option : command.options()) {
            if (option.hidden()) {
                continue;
            }
            script.append("complete -c needzero -n ").append(when);
            for (String name : option.names()) {
                script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            if (option.arity().max() > 0) {
                script.append(" -r");
                if (option.completionCandidates() != null) {
                    script.append(" -f -a ").append(quoted(String.join(" ", option.completionCandidates())));
                }
            }
            String[] description = option.description();
            if (description.length > 0) {
                script.append(" -d ").append(quoted(firstSentence(description[0])));
            }
            script.append('\n');
        }
    }

    private static String firstSentence(String description) {
        String text = description.replace("%%", "%").replace("%n", " ");
        int end = text.indexOf(". ");
        return end < 0 ? text : text.substring(0, end + 1);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
