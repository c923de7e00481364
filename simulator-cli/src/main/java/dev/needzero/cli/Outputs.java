package dev.needzero.cli;

import dev.needzero.trace.AtomicOutput;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Files that a command is to write are refused before any work is done for them, where that can be told. */
final class Outputs {
    private Outputs() {}

    static void check(CommandSpec spec, String option, String file) {
        String problem;
        try {
            problem = AtomicOutput.problem(Path.of(file));
        } catch (InvalidPathException e) {
            problem = "not a path: " + e.getReason();
        }
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), option + " " + file + ": " + problem);
        }
    }
}
