package dev.needzero.cli;

import dev.needzero.trace.Nearest;
import dev.needzero.report.TargetFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code man}: needzero's manual pages, from the same text as {@code --help}. */
@Command(
        name = "man",
        mixinStandardHelpOptions = true,
        description = "Print a manual page, or write them all into a directory.",
        footer = {"", "Examples:", "  needzero man replay | man -l -", "  needzero man -o ~/.local/share/man/man1"})
final class ManCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "Whose page. Default: needzero's own.")
    private String command;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Write every page into this directory, which is made if need be.")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        CommandLine all = Main.commandLine();
        Map<String, CommandLine> pages = new TreeMap<>(all.getSubcommands());
        if (directory != null) {
            Files.createDirectories(directory);
            write("needzero", ManPage.of(all));
            for (Map.Entry<String, CommandLine> page : pages.entrySet()) {
                write("needzero-" + page.getKey(), ManPage.of(page.getValue()));
            }
            return Exit.DONE;
        }
        if (command != null && !pages.containsKey(command)) {
            throw new ParameterException(
                    spec.commandLine(), command + ": no such command" + Nearest.hint(command, pages.keySet()));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(ManPage.of(command == null ? all : pages.get(command)));
        out.flush();
        return Exit.DONE;
    }

    private void write(String name, String page) throws IOException {
        TargetFile.write(directory.resolve(name + ".1"), out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
    }
}
