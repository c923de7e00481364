package dev.needzero.cli;

import dev.needzero.experiment.LiveTypes;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.report.Comparison;
import dev.needzero.report.HtmlReport;
import dev.needzero.report.PageMapRecorder;
import dev.needzero.report.ReportBuilder;
import dev.needzero.report.ReportData;
import dev.needzero.report.Run;
import dev.needzero.report.TargetFile;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: one trace under several versions, as one HTML file to look at. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description =
                "Replay a trace under several Go versions into one HTML file: memory over time, and every OS page.",
        footer = {
            "",
            "Examples:",
            "  needzero report service.trace.gz",
            "  needzero report service.trace.gz --go 1.23..1.26 --memory-max 512MiB -o service.html",
            "  needzero report gen:service --go 1.23,1.24"
        })
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace to replay.")
    private String trace;

    @Option(
            names = "--go",
            paramLabel = "VERSIONS",
            defaultValue = "1.23,1.24",
            description = "The Go versions, as in 1.23,1.24 or 1.23..1.27. Default: ${DEFAULT-VALUE}.")
    private String go;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = "report.html",
            description = "The file to write. Default: ${DEFAULT-VALUE}.")
    private Path file;

    @Mixin
    private ReplayOptions options;

    @Override
    public Integer call() throws IOException {
        Outputs.check(spec, "-o", file.toString()); // the default's place, too
        List<Behaviours> versions =
                Versions.expand(go, spec).stream().map(options::behaviours).toList();
        Replays.Settings settings = options.settings(trace);
        try (LiveTypes reader = new LiveTypes(options.open(trace));
                Progress progress = new Progress("report", "MiB")) {
            List<PageMapRecorder> pages =
                    versions.stream().map(v -> new PageMapRecorder()).toList();
            List<Replay> replays = Replays.runAll(reader, versions, settings, pages, progress);
            progress.close();
            List<LiveTypes.Use> types = reader.uses();
            List<Run> runs = new ArrayList<>();
            List<ReportData.Run> shown = new ArrayList<>();
            for (int i = 0; i < replays.size(); i++) {
                runs.add(new Run(versions.get(i), settings.recordedPlacement(), replays.get(i)));
                shown.add(ReportBuilder.run(runs.get(i), pages.get(i), types));
            }
            Comparison comparison =
                    new Comparison(trace, reader.info().format(), reader.eventsDecoded(), runs, reader.warnings());
            String name = trace.equals("-")
                    ? "standard input"
                    : Path.of(trace).getFileName().toString();
            String subtitle =
                    String.format(Locale.ROOT, "%s, %,d events", reader.info().format(), reader.eventsDecoded());
            ReportData data = new ReportData(
                    name,
                    subtitle,
                    true,
                    shown,
                    comparison.verdicts(),
                    assumptions(settings, reader.info(), replays.get(0), comparison));
            byte[] html = HtmlReport.of(data).getBytes(StandardCharsets.UTF_8);
            TargetFile.write(file, to -> to.write(html));
            PrintWriter out = spec.commandLine().getOut();
            out.print("Written: " + file + "\n");
            for (String note : comparison.notes()) {
                out.print("Note: " + note + ".\n");
            }
            out.flush();
        }
        return Exit.DONE;
    }

    private List<String> assumptions(Replays.Settings settings, TraceInfo trace, Replay replay, Comparison comparison) {
        List<String> all = new ArrayList<>();
        all.add(options.assumptions(settings, replay));
        if (trace.placed()) {
            all.add(
                    settings.gc().simulated()
                            ? "Objects are freed where a collector of the twin's own finds them dead, under each version"
                                    + " for itself."
                            : "Objects are freed where the recording freed them, under every version.");
            all.add("The trace has slots but no requested sizes: an object in use counts with its whole slot.");
        }
        all.add("Types are those of the recording's live objects at the end; objects not yet swept count as live.");
        for (String note : comparison.notes()) {
            all.add(note + ".");
        }
        return all;
    }
}
