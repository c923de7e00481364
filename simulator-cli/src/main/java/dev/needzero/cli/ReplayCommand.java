package dev.needzero.cli;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.report.Comparison;
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
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: one trace under one version. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Replay a trace under one Go version: what becomes resident, and because of whom.")
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
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Mixin
    private ChartOption chart;

    @Override
    public Integer call() throws IOException {
        chart.check();
        Behaviours asked = go == null ? null : options.behaviours(go);
        Replays.Settings settings = options.settings(trace);
        try (TraceReader reader = options.open(trace);
                Progress progress = new Progress("replay", "MiB")) {
            Behaviours version = asked != null ? asked : options.behaviours(recordedBy(reader.info()));
            Replay replay = Replays.run(reader, version, settings, null, false, null, progress);
            progress.close();
            List<Run> runs = List.of(new Run(version, settings.recordedPlacement(), replay));
            Comparison result =
                    new Comparison(trace, reader.info().format(), reader.eventsDecoded(), runs, reader.warnings());
            if (json.leavesOutputToPeople() && !"-".equals(smaps)) {
                Printing.comparison(spec, result, options.assumptions(settings, replay));
            }
            json.write(result.toJson());
            chart.draw(trace, runs);
            writeSmaps(replay.runtime().os().smaps(reader.info().heapBase(), mappingName(version)));
        }
        return Exit.DONE;
    }

    private static String mappingName(Behaviours version) {
        return version.value(Behaviour.VMA_NAMES).equals("true") ? "[anon: Go: heap]" : "";
    }

    private void writeSmaps(String text) throws IOException {
        if ("-".equals(smaps)) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(text);
            out.flush();
        } else if (smaps != null) {
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
