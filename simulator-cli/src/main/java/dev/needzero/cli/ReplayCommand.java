package dev.needzero.cli;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.experiment.kernel.KernelCheck;
import dev.needzero.report.Comparison;
import dev.needzero.report.KernelReport;
import dev.needzero.report.Run;
import dev.needzero.report.TargetFile;
import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: one trace under one version. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Replay a trace under one Go version: what becomes resident, and because of whom.",
        footer = {
            "",
            "Examples:",
            "  needzero replay service.trace.gz --go 1.24 --smaps -",
            "  needzero replay service.trace.gz --go 1.23 --set largeZeroing=always",
            "  needzero replay service.trace.gz --go 1.24 --pprof heap.pb.gz"
        })
final class ReplayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace to replay.")
    private String trace;

    @Option(
            names = "--go",
            paramLabel = "VERSION",
            description = "The Go version to replay under. Default: the one that recorded the trace.")
    private String go;

    @Option(
            names = "--smaps",
            paramLabel = "FILE",
            description =
                    "Write the heap's lines of /proc/PID/smaps at the end, as the kernel prints them; - is standard"
                            + " output.")
    private String smaps;

    @Mixin
    private ReplayOptions options = new ReplayOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Mixin
    private ChartOption chart = new ChartOption();

    /** Whose pages the replay runs on. */
    enum Os {
        MODEL,
        KERNEL
    }

    @Option(
            names = "--os",
            defaultValue = "model",
            paramLabel = "model|kernel",
            description =
                    "Where pages come from: the model of the kernel, or this machine's own, which then says in smaps"
                            + " and pagemap what came of it. Default: ${DEFAULT-VALUE}.")
    private Os os = Os.MODEL;

    @Mixin
    private RealKernel kernel = new RealKernel();

    @Mixin
    private ExportOptions exports = new ExportOptions();

    /** Where the result is printed when no command line was parsed; else null. */
    private PrintWriter plainOut;

    /**
     * The command as parsing {@code replay TRACE} would leave it, every option at its default. To be called for a trace
     * that is a file: when it fails, a parsed command has to say what is wrong.
     */
    static ReplayCommand plain(String trace, PrintWriter out) {
        ReplayCommand command = new ReplayCommand();
        command.trace = trace;
        command.plainOut = out;
        return command;
    }

    @Override
    public Integer call() throws IOException {
        chart.check();
        if (os == Os.KERNEL) {
            return onRealKernel();
        }
        if (kernel.limitGiven()) {
            throw new ParameterException(spec.commandLine(), "--limit: counts only with --os kernel");
        }
        exports.check(!json.leavesOutputToPeople() || "-".equals(smaps));
        Behaviours asked = go == null ? null : options.behaviours(go);
        Replays.Settings settings = options.settings(trace);
        try (TraceReader reader = exports.watch(options.open(trace));
                Progress progress = new Progress("replay", "MiB")) {
            Behaviours version = asked != null ? asked : options.behaviours(recordedBy(reader.info()));
            Replay replay = Replays.run(reader, version, settings, null, false, null, progress);
            progress.close();
            List<Run> runs = List.of(new Run(version, settings.recordedPlacement(), replay));
            Comparison result =
                    new Comparison(trace, reader.info().format(), reader.eventsDecoded(), runs, reader.warnings());
            if (json.leavesOutputToPeople() && exports.leavesOutputToPeople() && !"-".equals(smaps)) {
                Printing.comparison(out(), result, options.assumptions(settings, replay));
            }
            if (json.isAsked()) {
                json.write(result.toJson());
            }
            chart.draw(trace, runs);
            exports.write(runs.get(0), trace);
            if (smaps != null) {
                writeSmaps(replay.runtime().os().smaps(reader.info().heapBase(), mappingName(version)));
            }
        }
        return Exit.DONE;
    }

    private int onRealKernel() throws IOException {
        KernelCheck check = kernel.run(trace, go, options);
        Replays.Settings settings = options.settings(trace);
        try (TraceReader reader = options.open(trace)) {
            List<Run> runs = List.of(
                    new Run(check.replay().runtime().behaviours(), settings.recordedPlacement(), check.replay()));
            Comparison result = new Comparison(trace, reader.info().format(), check.events(), runs, reader.warnings());
            KernelReport real = new KernelReport(trace, check, settings.os(), RealKernel.name());
            if (json.leavesOutputToPeople() && !"-".equals(smaps)) {
                Printing.comparison(out(), result, options.assumptions(settings, reader.info()));
                PrintWriter out = out();
                out.print(real.summary() + "\n");
                out.flush();
            }
            Map<String, Object> all = result.toJson();
            all.put("kernel", real.toJson());
            json.write(all);
            chart.draw(trace, runs);
            if (smaps != null) {
                writeSmaps(check.smaps());
            }
        }
        return Exit.DONE;
    }

    private PrintWriter out() {
        return plainOut == null ? spec.commandLine().getOut() : plainOut;
    }

    private static String mappingName(Behaviours version) {
        return version.value(Behaviour.VMA_NAMES).equals("true") ? "[anon: Go: heap]" : "";
    }

    private void writeSmaps(String text) throws IOException {
        if ("-".equals(smaps)) {
            PrintWriter out = out();
            out.print(text);
            out.flush();
        } else {
            TargetFile.write(Path.of(smaps), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The version that recorded the trace; the newest for traces that no Go program wrote. */
    static String recordedBy(TraceInfo info) {
        return info.goVersion() != null
                ? info.goVersion()
                : Behaviours.versions().get(Behaviours.versions().size() - 1);
    }
}
