package dev.needzero.cli;

import dev.needzero.trace.AtomicOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Files that a command is to write are refused before any work is done for them, where that can be told: a place where
 * nothing can be written, two results in one file, a result in place of what is read.
 */
final class Outputs {
    private static final Set<String> OPTIONS =
            Set.of("--json", "--chart", "--csv", "--pprof", "--openmetrics", "--perfetto", "--output");
    private static final String OUT = "OUT";
    /** A directory, which may be there already. */
    private static final String DIR = "DIR";

    private Outputs() {}

    /** Looks at all that the command line names. */
    static void check(ParseResult parsed) {
        ParseResult command = parsed;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        if (command.isUsageHelpRequested() || command.isVersionHelpRequested()) {
            return;
        }
        CommandSpec spec = command.commandSpec();
        Map<Path, String> inputs = new LinkedHashMap<>();
        Map<Path, String> outputs = new LinkedHashMap<>();
        for (PositionalParamSpec parameter : command.matchedPositionals()) {
            boolean written = parameter.paramLabel().equals(OUT);
            for (String value : parameter.originalStringValues()) {
                if (written) {
                    check(spec, OUT, value);
                }
                add(written ? outputs : inputs, value, written ? OUT : value);
            }
        }
        for (OptionSpec option : command.matchedOptions()) {
            String name = option.longestName();
            if (option.paramLabel().equals(DIR)
                    || !OPTIONS.contains(name)
                            && !(name.equals("--smaps") && spec.name().equals("replay"))) {
                continue;
            }
            for (String value : option.originalStringValues()) {
                if (value.equals("-")) {
                    continue;
                }
                check(spec, name, value);
                Path file = real(value);
                String other = outputs.get(file);
                if (other != null) {
                    throw refused(spec, name, value, "is written by " + other + ", too");
                }
                if (inputs.containsKey(file)) {
                    throw refused(spec, name, value, "is what is read; it would be replaced");
                }
                add(outputs, value, name);
            }
        }
    }

    static void check(CommandSpec spec, String option, String file) {
        String problem;
        try {
            problem = AtomicOutput.problem(Path.of(file));
        } catch (InvalidPathException e) {
            problem = "not a path: " + e.getReason();
        }
        if (problem != null) {
            throw refused(spec, option, file, problem);
        }
    }

    private static ParameterException refused(CommandSpec spec, String option, String file, String problem) {
        return new ParameterException(spec.commandLine(), option + " " + file + ": " + problem);
    }

    /** Devices can be written to by as many as like to; they are left out. */
    private static void add(Map<Path, String> files, String value, String name) {
        Path file = real(value);
        if (file != null && (!Files.exists(file) || Files.isRegularFile(file))) {
            files.put(file, name);
        }
    }

    /** One name for a file that has many, the {@code FORMAT:} of a trace left out; null for what is no file's. */
    private static Path real(String value) {
        try {
            Path file = Path.of(value);
            if (!Files.exists(file)) {
                file = Path.of(value.replaceFirst("^[a-z0-9-]+:(?=.)", ""));
            }
            return Files.exists(file)
                    ? file.toRealPath()
                    : file.toAbsolutePath().normalize();
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }
}
