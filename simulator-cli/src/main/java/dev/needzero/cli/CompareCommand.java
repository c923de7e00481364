package dev.needzero.cli;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.report.Comparison;
import dev.needzero.report.Run;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: one trace under several versions, decoded once, a thread a twin. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = "Replay a trace under several Go versions, side by side.",
        footer = {
            "",
            "Examples:",
            "  needzero compare service.trace.gz --go 1.23..1.26 --chart service.svg",
            "  needzero compare my.trace --go 1.23,1.24 --touch 'large=25%% default=all'"
        })
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace to replay.")
    private String trace;

    @Option(
            names = "--go",
            paramLabel = "VERSIONS",
            defaultValue = "1.23,1.24,1.25,1.26",
            description = "The Go versions, as in 1.23,1.24 or 1.23..1.27. Default: ${DEFAULT-VALUE}.")
    private String go;

    @Mixin
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Mixin
    private ChartOption chart;

    @Override
    public Integer call() throws IOException {
        chart.check();
        List<Behaviours> versions =
                Versions.expand(go, spec).stream().map(options::behaviours).toList();
        Replays.Settings settings = options.settings(trace);
        try (TraceReader reader = options.open(trace);
                Progress progress = new Progress("compare", "MiB")) {
            List<Replay> replays = Replays.runAll(reader, versions, settings, progress);
            progress.close();
            List<Run> runs = new ArrayList<>();
            for (int i = 0; i < replays.size(); i++) {
                runs.add(new Run(versions.get(i), settings.recordedPlacement(), replays.get(i)));
            }
            Comparison result =
                    new Comparison(trace, reader.info().format(), reader.eventsDecoded(), runs, reader.warnings());
            if (json.leavesOutputToPeople()) {
                Printing.comparison(spec.commandLine().getOut(), result, options.assumptions(settings, replays.get(0)));
            }
            json.write(result.toJson());
            chart.draw(trace, runs);
        }
        return Exit.DONE;
    }
}
