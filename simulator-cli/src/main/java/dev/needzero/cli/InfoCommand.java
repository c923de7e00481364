package dev.needzero.cli;

import dev.needzero.experiment.TraceSummary;
import dev.needzero.report.SummaryChart;
import dev.needzero.report.SummaryReport;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code info}: what a trace holds, and what it cannot tell. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description = "Say what a trace holds: events, objects by size and lifetime, types, and what it cannot tell.",
        footer = {
            "",
            "Examples:",
            "  needzero info service.trace.gz",
            "  needzero info service.trace.gz --chart sizes.svg"
        })
final class InfoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace to look at.")
    private String trace;

    @Mixin
    private JsonOption json;

    @Mixin
    private ChartOption chart;

    @Mixin
    private DamageOption damage;

    @Override
    public Integer call() throws IOException {
        chart.check();
        try (TraceReader reader = damage.open(trace);
                Progress progress = new Progress("info", "MiB")) {
            TraceSummary summary = TraceSummary.of(reader, progress);
            progress.close();
            SummaryReport report = new SummaryReport(trace, summary);
            if (json.leavesOutputToPeople()) {
                PrintWriter out = spec.commandLine().getOut();
                report.print(out);
                out.flush();
            }
            json.write(report.toJson());
            chart.draw(new SummaryChart(ChartOption.title(trace), summary));
        }
        return Exit.DONE;
    }
}
