package dev.needzero.cli;

import dev.needzero.experiment.GcSettings;
import dev.needzero.gc.Pacer;
import dev.needzero.units.ByteSize;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who collects garbage in a replay, and under which of Go's settings. */
final class GcOptions {
    /** Who decides when objects are freed. */
    enum Gc {
        RECORDED,
        SIMULATED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int MOST_TIMINGS = 999;

    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--gc",
            paramLabel = "recorded|simulated",
            description =
                    "When objects are freed: where the recording freed them, or where a collector of the twin's own"
                            + " would have. Default: recorded; simulated for traces that say when objects die.")
    private Gc gc;

    @Option(
            names = "--gogc",
            paramLabel = "PERCENT|off",
            description = "GOGC of a simulated collector. Default: what the recorded heap goals tell, else 100.")
    private String gogc;

    @Option(
            names = "--gomemlimit",
            paramLabel = "SIZE|off",
            description = "GOMEMLIMIT of a simulated collector, as in 2GiB. Default: off.")
    private String gomemlimit;

    @Option(
            names = "--gomaxprocs",
            paramLabel = "N",
            description = "GOMAXPROCS of a simulated collector's program: the recorded Ps are folded onto so many.")
    private Integer gomaxprocs;

    @Option(
            names = "--free-os-memory-every",
            paramLabel = "DURATION",
            description = "Have the program call debug.FreeOSMemory this often by the trace's clock, as in 30s.")
    private String freeOsMemoryEvery;

    @Option(
            names = "--deaths",
            paramLabel = "late|early|even",
            description =
                    "When an object died that a recorded collection found dead: just before it, as early as the one"
                            + " before allows, or spread evenly in between. Default: even.")
    private GcSettings.Death deaths;

    @Option(
            names = "--timings",
            paramLabel = "N",
            description =
                    "When a simulated collector gets the processor is partly chance: try so many runs, and tell of the one"
                            + " that ends with the middle one's resident memory. Default: 9.")
    private Integer timings;

    private String given() {
        return gogc != null
                ? "--gogc"
                : gomemlimit != null
                        ? "--gomemlimit"
                        : gomaxprocs != null
                                ? "--gomaxprocs"
                                : freeOsMemoryEvery != null
                                        ? "--free-os-memory-every"
                                        : deaths != null ? "--deaths" : timings != null ? "--timings" : null;
    }

    /** What was asked for. */
    GcSettings settings(String trace) {
        boolean simulated = gc == Gc.SIMULATED;
        if (simulated && trace.equals("-")) {
            throw usage("--gc simulated: the trace is read twice, for when objects die stands in its future; expected a"
                    + " file, not standard input");
        }
        return new GcSettings(
                simulated,
                gogc == null ? GcSettings.AS_RECORDED : percent(),
                gomemlimit == null || gomemlimit.equals("off") ? Long.MAX_VALUE : limit(),
                freeOsMemoryEvery == null ? 0 : nanos(),
                gomaxprocs == null ? 0 : procs(),
                deaths == null ? GcSettings.Death.EVEN : deaths,
                trace,
                timings == null ? GcSettings.TIMINGS : timings(),
                GcSettings.Timing.MEDIANS);
    }

    private int timings() {
        if (timings < 1 || timings > MOST_TIMINGS) {
            throw usage("--timings " + timings + ": expected a number from 1 to " + MOST_TIMINGS);
        }
        return timings;
    }

    /** Options that can do nothing for a trace are usage errors. */
    void check(String format, boolean placed, boolean recordedPlacement) {
        if (placed && gc != Gc.SIMULATED && given() != null) {
            throw usage(
                    given() + ": the recorded collector has run already and goes by no setting; add --gc simulated");
        }
        if (placed && gc == Gc.SIMULATED && recordedPlacement) {
            throw usage("--gc simulated: with --placement recorded an object may be due where one still lives that the"
                    + " recorded collector had freed; expected --placement simulated");
        }
        if (!placed && gc == Gc.RECORDED) {
            throw usage("--gc recorded: a " + format + " trace holds no collections; expected simulated");
        }
        if (!placed && timings != null) {
            throw usage("--timings: a " + format + " trace has no clock that the collector's turns could go by");
        }
        if (!placed && deaths != null) {
            throw usage("--deaths: a " + format + " trace says itself when each object dies");
        }
    }

    private int percent() {
        if (gogc.equals("off")) {
            return Pacer.OFF;
        }
        if (gogc.matches("\\d{1,7}")) {
            return Integer.parseInt(gogc);
        }
        throw usage("--gogc " + gogc + ": expected a percentage of 0 or more, as in 50, or off");
    }

    private long limit() {
        try {
            return ByteSize.parse(gomemlimit);
        } catch (IllegalArgumentException e) {
            throw usage("--gomemlimit: " + e.getMessage() + ", or off");
        }
    }

    private int procs() {
        if (gomaxprocs < 1 || gomaxprocs > Short.MAX_VALUE) {
            throw usage("--gomaxprocs " + gomaxprocs + ": expected a number from 1 to " + Short.MAX_VALUE);
        }
        return gomaxprocs;
    }

    private long nanos() {
        Matcher m = DURATION.matcher(freeOsMemoryEvery);
        if (m.matches()) {
            long unit = switch (m.group(2)) {
                case "ms" -> 1_000_000L;
                case "s" -> 1_000_000_000L;
                case "m" -> 60_000_000_000L;
                default -> 3600_000_000_000L;
            };
            BigDecimal nanos = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(unit));
            if (nanos.signum() > 0 && nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 2)) < 0) {
                return nanos.longValue();
            }
        }
        throw usage(
                "--free-os-memory-every " + freeOsMemoryEvery + ": expected a duration above 0, as in 500ms, 30s, 2m");
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
