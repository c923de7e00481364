package dev.needzero.cli;

import dev.needzero.experiment.LiveTypes;
import dev.needzero.experiment.ResidentShares;
import dev.needzero.experiment.TimeLine;
import dev.needzero.report.OpenMetrics;
import dev.needzero.report.PprofProfile;
import dev.needzero.report.Run;
import dev.needzero.report.TargetFile;
import dev.needzero.report.TimeLineCsv;
import dev.needzero.report.TraceEvents;
import dev.needzero.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A replay in files that other tools open. */
final class ExportOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--pprof",
            paramLabel = "FILE",
            description =
                    "Write a heap profile for go tool pprof and speedscope, with resident bytes by cause: FILE.pb.gz.")
    private Path pprof;

    @Option(
            names = "--openmetrics",
            paramLabel = "FILE",
            description = "Write the end as Prometheus would scrape it; - is standard output.")
    private String openMetrics;

    @Option(
            names = "--perfetto",
            paramLabel = "FILE",
            description = "Write memory over time as Chrome trace events in JSON, for ui.perfetto.dev.")
    private Path perfetto;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Write memory over time as comma-separated values; - is standard output.")
    private String csv;

    private LiveTypes live;

    /** Only one thing can have standard output. */
    void check(boolean taken) {
        int wanting = (taken ? 1 : 0) + ("-".equals(openMetrics) ? 1 : 0) + ("-".equals(csv) ? 1 : 0);
        if (wanting > 1) {
            throw new ParameterException(spec.commandLine(), "only one of the outputs can be -, standard output");
        }
    }

    /** Whether standard output is for a person to read. */
    boolean leavesOutputToPeople() {
        return !"-".equals(openMetrics) && !"-".equals(csv);
    }

    /** The reader to feed a replay from, so that what it says can be written afterwards. */
    TraceReader watch(TraceReader reader) {
        if (pprof == null) {
            return reader;
        }
        live = new LiveTypes(reader, true);
        return live;
    }

    /** Writes what was asked for. */
    void write(Run run, String trace) throws IOException {
        TimeLine line = run.replay().timeLine();
        if (pprof != null) {
            TargetFile.write(
                    pprof,
                    out -> PprofProfile.write(
                            out,
                            ResidentShares.of(run.replay(), live),
                            trace + " under Go " + run.label(),
                            line.timeNanos(line.size() - 1)));
        }
        write(openMetrics, out -> out.write(OpenMetrics.text(run, trace).getBytes(StandardCharsets.UTF_8)));
        if (perfetto != null) {
            TargetFile.write(perfetto, out -> TraceEvents.write(out, run, trace));
        }
        write(csv, out -> TimeLineCsv.write(out, line));
    }

    private void write(String file, TargetFile.Content content) throws IOException {
        if ("-".equals(file)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            content.writeTo(bytes);
            PrintWriter out = spec.commandLine().getOut();
            out.print(bytes.toString(StandardCharsets.UTF_8));
            out.flush();
        } else if (file != null) {
            TargetFile.write(Path.of(file), content);
        }
    }
}
