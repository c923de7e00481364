package dev.needzero.cli;

import dev.needzero.report.Table;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lesson}: lists the guided tours, or runs one. */
@Command(
        name = "lesson",
        mixinStandardHelpOptions = true,
        description = {
            "Short guided tours: a few commands, what to look for in their output, a question and its answer.",
            "On a terminal it waits for you; else it runs through. Without a number it lists the lessons."
        },
        footer = {"", "Examples:", "  needzero lesson", "  needzero lesson 5"})
final class LessonCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NUMBER", arity = "0..1", description = "Which lesson.")
    private Integer number;

    @Option(
            names = "--traces",
            paramLabel = "DIR",
            description = "Put the traces that the lessons use into this directory, and leave them there.")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        List<Lesson> lessons = Lesson.all();
        PrintWriter out = spec.commandLine().getOut();
        if (number == null) {
            if (directory != null) {
                LessonTraces.into(existing());
            }
            list(lessons, out);
            return Exit.DONE;
        }
        if (number < 1 || number > lessons.size()) {
            throw usage("there is no lesson " + number + ": known are 1 … " + lessons.size());
        }
        Path passing = directory == null ? Files.createTempDirectory("needzero-lesson") : existing();
        LessonTraces traces = LessonTraces.into(passing);
        try {
            Console console = Terminals.console();
            new LessonRunner(
                            lessons.get(number - 1),
                            traces,
                            out,
                            console == null ? null : prompt -> console.readLine("%s", prompt))
                    .run();
        } finally {
            if (directory == null) {
                traces.delete();
            }
        }
        return Exit.DONE;
    }

    private Path existing() {
        if (!Files.isDirectory(directory)) {
            throw usage("--traces " + directory + ": there is no such directory");
        }
        return directory;
    }

    private static void list(List<Lesson> lessons, PrintWriter out) {
        Table table = new Table().leftAligned();
        for (Lesson lesson : lessons) {
            table.row(String.format("%2d", lesson.number()), lesson.title());
        }
        table.print(out);
        out.print("\nneedzero lesson NUMBER runs one.\n");
        out.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
