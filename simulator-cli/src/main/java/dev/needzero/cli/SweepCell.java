package dev.needzero.cli;

import dev.needzero.trace.Nearest;
import dev.needzero.experiment.Replays;
import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * One run of a sweep, set up as {@code replay} sets up its own: from arguments, through the same options. What replay can
 * be told can thus be varied.
 */
@Command(name = "replay")
final class SweepCell {
    @Option(names = "--go")
    private String go;

    @Mixin
    private ReplayOptions options;

    private final CommandLine parser;

    SweepCell() {
        this.parser =
                new CommandLine(this).setCaseInsensitiveEnumValuesAllowed(true).setExpandAtFiles(false);
    }

    /** The names of everything that can be varied, without dashes. */
    Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        for (OptionSpec option : parser.getCommandSpec().options()) {
            keys.add(option.longestName().replaceFirst("^--", ""));
        }
        return keys;
    }

    /**
     * The argument that gives a key a value: {@code thp} is {@code --thp=…}, {@code set.largeZeroing} and plain
     * {@code largeZeroing} are {@code --set=largeZeroing=…}.
     *
     * @throws IllegalArgumentException when there is no such key, naming those that there are
     */
    String argument(String key, String value) {
        OptionSpec option = parser.getCommandSpec().findOption("--" + key);
        if (option != null && !option.isMultiValue()) {
            return "--" + key + "=" + value;
        }
        int dot = key.indexOf('.');
        OptionSpec map = dot < 0 ? null : parser.getCommandSpec().findOption("--" + key.substring(0, dot));
        if (map != null && map.isMultiValue()) {
            return "--" + key.substring(0, dot) + "=" + key.substring(dot + 1) + "=" + value;
        }
        Set<String> known = keys();
        for (Behaviour behaviour : Behaviour.values()) {
            if (behaviour.key().equals(key)) {
                return "--set=" + key + "=" + value;
            }
            known.add(behaviour.key());
        }
        throw new IllegalArgumentException("\"" + key + "\" is no option of replay and no behaviour"
                + Nearest.hint(key, known) + " (an option's name without dashes, as in go, thp or touch, or what"
                + " needzero versions lists)");
    }

    /** Takes these arguments for what follows. */
    private void parse(List<String> arguments) {
        parser.parseArgs(arguments.toArray(String[]::new));
    }

    /** A twin set up. */
    record SetUp(Behaviours behaviours, Replays.Settings settings, String decoding, String assumptions) {}

    /** Sets up the run that these arguments ask for; what cannot be is a {@link ParameterException}. */
    SetUp setUp(List<String> arguments, String trace, TraceInfo info) throws IOException {
        parse(arguments);
        options.check(info);
        Behaviours behaviours = options.behaviours(go != null ? go : ReplayCommand.recordedBy(info));
        Replays.Settings settings = options.settings(trace);
        return new SetUp(behaviours, settings, options.decoding(), options.assumptions(settings, info));
    }

    /** Opens a trace as these arguments want it read. */
    TraceReader open(List<String> arguments, String trace) throws IOException {
        parse(arguments);
        return options.open(trace);
    }

    /** Those of a command's options that are a replay's, with the values given, as arguments. */
    static List<String> given(CommandLine.ParseResult parsed, Set<String> keys) {
        List<String> arguments = new ArrayList<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            if (keys.contains(option.longestName().replaceFirst("^--", ""))) {
                for (String value : option.originalStringValues()) {
                    arguments.add(option.longestName() + "=" + value);
                }
            }
        }
        return arguments;
    }

    /** The keys that arguments give a value. */
    static Set<String> keysOf(List<String> arguments) {
        Set<String> keys = new LinkedHashSet<>();
        for (String argument : arguments) {
            String[] parts = argument.substring(2).split("=", 3);
            keys.add(parts[0].equals("set") ? parts[1] : parts[0]);
        }
        return keys;
    }
}
