package dev.needzero.cli;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.TouchRules;
import dev.needzero.experiment.Verification;
import dev.needzero.heap.SizeClasses;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.Nearest;
import dev.needzero.trace.NoscanRule;
import dev.needzero.trace.TextFile;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a replay takes beside its trace and its version. */
final class ReplayOptions {
    /** Who chooses addresses. */
    enum Placement {
        SIMULATED,
        RECORDED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--set",
            paramLabel = "BEHAVIOUR=VALUE",
            description = "Change one behaviour of the version; needzero versions lists them. Repeatable.")
    private Map<String, String> changes = new LinkedHashMap<>();

    @Option(
            names = "--touch",
            paramLabel = "RULES",
            description = "What the program writes of its objects: 'WHAT=HOW …' or @FILE. WHAT: untyped, small, large,"
                    + " default or a type's name (a trailing * for any ending); HOW: all, none, 25%%, 64KiB. Default: what"
                    + " the .case.json beside the trace says, else default=all.")
    private String touch;

    @Option(
            names = "--placement",
            defaultValue = "simulated",
            paramLabel = "simulated|recorded",
            description = "Who chooses addresses: the version replayed, or the recording. Default: ${DEFAULT-VALUE}.")
    private Placement placement = Placement.SIMULATED;

    @Mixin
    private GcOptions gc = new GcOptions();

    @Mixin
    private OsOptions system = new OsOptions();

    @Option(
            names = "--noscan",
            paramLabel = "RULE",
            description = "Which objects of a trace without a pointer map hold no pointers, as in 'char* >=64KiB'.")
    private String noscan;

    @Option(
            names = "--check",
            description =
                    "Hold the twin against its own laws while it runs: no byte lost, none counted twice. A check of"
                            + " a heap of 128 MiB takes about 2 ms.")
    private boolean check;

    @Option(
            names = "--check-every",
            paramLabel = "EVENTS",
            defaultValue = "10000",
            description =
                    "How often --check looks; 1 names the very event that breaks a law. Default: ${DEFAULT-VALUE}.")
    private long checkEvery = 10_000;

    @Mixin
    private DamageOption damage = new DamageOption();

    private String touchOrigin;

    /** A version as {@code --go} names it, changed as {@code --set} says. */
    Behaviours behaviours(String version) {
        return behaviours("--go", version);
    }

    /** The same for a version that another option names. */
    Behaviours behaviours(String option, String version) {
        Behaviours result;
        try {
            result = Behaviours.of(version);
        } catch (IllegalArgumentException e) {
            throw usage(option + " " + version + ": not a version that is known; known are 1." + Behaviours.OLDEST_MINOR
                    + " … 1." + Behaviours.NEWEST_MINOR);
        }
        return changed(result, "--set", changes);
    }

    /** A version changed as an option says. */
    Behaviours changed(Behaviours version, String option, Map<String, String> settings) {
        Behaviours result = version;
        for (Map.Entry<String, String> change : settings.entrySet()) {
            try {
                result = change.getKey().equals(Behaviour.SIZE_CLASSES.key())
                                && change.getValue().startsWith("@")
                        ? result.withSizeClasses(change.getValue(), table(option, change.getValue()))
                        : result.with(change.getKey(), change.getValue());
            } catch (IllegalArgumentException e) {
                throw usage(option + " " + change.getKey() + "=" + change.getValue() + ": " + e.getMessage()
                        + Nearest.hint(change.getKey(), unlessBehaviour(change.getKey())));
            }
        }
        return result;
    }

    private SizeClasses table(String option, String file) {
        return SizeClassFile.read(
                file.substring(1), problem -> usage(option + " sizeClasses=" + file + ": " + problem));
    }

    /** The names that one that is no behaviour's may have been meant for; none when it is one. */
    private static List<String> unlessBehaviour(String key) {
        List<String> names = Stream.of(Behaviour.values()).map(Behaviour::key).toList();
        return names.contains(key) ? List.of() : names;
    }

    /** Checks every option that can be wrong, before any work is done. */
    Replays.Settings settings(String trace) throws IOException {
        behaviours(Behaviours.versions().get(0));
        if (checkEvery < 1) {
            throw usage("--check-every " + checkEvery + ": expected a number of events, 1 or more");
        }
        return new Replays.Settings(
                os(), touch(trace), recordedPlacement(), true, check ? checkEvery : 0, gc.settings(trace));
    }

    /** Opens the trace; options that mean nothing for its format are usage errors. */
    TraceReader open(String trace) throws IOException {
        NoscanRule rule = noscanRule();
        TraceReader reader = damage.open(trace);
        try {
            check(reader.info());
            return rule == null ? reader : rule.apply(reader);
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** Refuses what means nothing for a trace of this kind. */
    void check(TraceInfo trace) {
        if (trace.placed() && noscanRule() != null) {
            throw usage("--noscan: a Go trace says itself which objects hold pointers");
        }
        if (!trace.placed() && recordedPlacement()) {
            throw usage("--placement recorded: a " + trace.format() + " trace carries no addresses");
        }
        check(trace.format(), trace.placed());
    }

    /** Refuses what means nothing for a Go trace. */
    void checkForGoTrace() {
        check("go-trace", true);
    }

    private void check(String format, boolean placed) {
        gc.check(format, placed, recordedPlacement());
        if (placed && changes.containsKey(Behaviour.TINY_BLOCK.key())) {
            throw usage(
                    "--set tinyBlock: the recorded program has packed its tiny objects already, and a Go trace does not"
                            + " tell their sizes; give a trace that does, as from needzero generate");
        }
    }

    private NoscanRule noscanRule() {
        try {
            return noscan == null ? null : NoscanRule.parse(noscan);
        } catch (IllegalArgumentException e) {
            throw usage("--noscan: " + e.getMessage());
        }
    }

    /** What of the options changes the events that {@link #open} delivers; runs alike in it can share one decode. */
    String decoding() {
        return damage.skipsDamaged() + " " + noscan;
    }

    boolean recordedPlacement() {
        return placement == Placement.RECORDED;
    }

    OsSettings os() {
        return system.settings();
    }

    private TouchRules touch(String trace) throws IOException {
        try {
            if (touch != null) {
                touchOrigin = "--touch";
                return TouchRules.parse(
                        touch.startsWith("@") ? TextFile.read(Path.of(touch.substring(1)), "touch rules") : touch);
            }
            if (!trace.equals("-") && Verification.caseOf(trace).get("touch") instanceof String rules) {
                touchOrigin = "its .case.json";
                return TouchRules.parse(rules);
            }
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
        touchOrigin = "no rules given";
        return TouchRules.ALL;
    }

    /** What the figures rest on, in one line. */
    String assumptions(Replays.Settings settings, TraceInfo trace) {
        return assumptions(
                settings, trace.exactFrees() ? "the twin's own" : settings.gc().simulated() ? "simulated" : "recorded");
    }

    /** The same, with what a replay's collector went by. */
    String assumptions(Replays.Settings settings, Replay replay) {
        return assumptions(
                settings,
                replay.ownCollector() == null
                        ? "recorded"
                        : replay.ownCollector().toString());
    }

    private String assumptions(Replays.Settings settings, String collector) {
        String what = settings.touch().toString();
        return "Assumed: the program writes of its objects "
                + (what.equals("default=all") ? "everything" : "\"" + what + "\"")
                + " (" + touchOrigin + "); placement " + placement + "; collector "
                + collector + "; " + system.assumption() + ".";
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
