package dev.needzero.cli;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.kernel.KernelCheck;
import dev.needzero.experiment.kernel.RealMemory;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.ByteSize;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs on this machine's own kernel: whether it can be done at all, and how much memory it may take. */
final class RealKernel {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--limit",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "How much memory the real kernel may be asked for. Default: half of what is free.")
    private Long limit;

    boolean limitGiven() {
        return limit != null;
    }

    /**
     * Replays on the model alone to see what it takes, then, if that is allowed, on model and kernel at once.
     *
     * @param go the version asked for, or null for the trace's own
     */
    KernelCheck run(String trace, String go, ReplayOptions options) throws IOException {
        Replays.Settings settings = options.settings(trace);
        if (trace.equals("-")) {
            throw usage("a trace is read twice for the real kernel; standard input can be read only once");
        }
        String unfit = RealMemory.unfit(settings.os());
        if (unfit != null) {
            throw usage(unfit);
        }
        Behaviours version;
        Replay model;
        try (TraceReader reader = options.open(trace);
                Progress progress = new Progress("model", "MiB")) {
            version = options.behaviours(go != null ? go : ReplayCommand.recordedBy(reader.info()));
            model = Replays.run(reader, version, settings, null, false, null, progress);
        }
        long needed = model.runtime().os().peakChargedBytes();
        long allowed = limit != null ? limit : RealMemory.halfOfFreeBytes();
        if (needed > allowed) {
            throw usage(trace + " takes " + ByteSize.format(needed) + " of real memory, "
                    + (limit != null ? "--limit allows " : "half of what is free is ") + ByteSize.format(allowed)
                    + "; nothing was touched" + (limit != null ? "" : " (--limit allows more)"));
        }
        try (TraceReader reader = options.open(trace);
                Progress progress = new Progress("kernel", "MiB")) {
            return KernelCheck.run(
                    reader, version, settings, model.runtime().os().reservedTo(), progress);
        }
    }

    /** The kernel's name and release. */
    static String name() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
