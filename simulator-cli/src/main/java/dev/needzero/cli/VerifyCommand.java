package dev.needzero.cli;

import dev.needzero.experiment.Replays;
import dev.needzero.experiment.Truth;
import dev.needzero.experiment.Verification;
import dev.needzero.report.VerificationReport;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verify}: the twin held against what the kernel and the runtime said. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Hold the twin against a recording's truth file, and say where they part.",
        footer = {
            "",
            "Examples:",
            "  needzero verify service.trace.gz",
            "  needzero verify service.trace.gz --truth service.truth.jsonl.gz"
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace to replay.")
    private String trace;

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            description = "What the kernel and the runtime said. Default: the .truth.jsonl.gz beside the trace.")
    private Path truth;

    @Option(
            names = "--go",
            paramLabel = "VERSION",
            description = "The Go version to replay under. Default: the truth's.")
    private String go;

    @Option(
            names = "--scavenge-to-truth",
            description =
                    "Release as much at each checkpoint as the truth says was; only the choice of pages is the twin's.")
    private boolean scavengeToTruth;

    @Mixin
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (trace.equals("-") && truth == null) {
            throw new ParameterException(
                    spec.commandLine(), "--truth is needed when the trace comes from standard input");
        }
        Behaviours version = options.behaviours(go != null ? go : truth().go());
        Replays.Settings settings = options.settings(trace);
        options.checkForGoTrace();
        if (settings.os().osPageShift() != Units.OS_PAGE_SHIFT) {
            throw new ParameterException(
                    spec.commandLine(), "--os-page: the truth is in pages of 4 KiB; verify takes no others");
        }
        Verification result = Verification.run(
                trace,
                () -> options.open(trace),
                truth,
                version,
                new Replays.Settings(
                        settings.os(),
                        settings.touch(),
                        settings.recordedPlacement(),
                        !scavengeToTruth,
                        settings.checkEvery(),
                        settings.gc()));
        if (json.leavesOutputToPeople()) {
            PrintWriter out = spec.commandLine().getOut();
            new VerificationReport(result).print(out);
            out.print("\n" + options.assumptions(settings, result.replay()) + "\n");
            out.flush();
        }
        json.write(result.toJson());
        return Exit.DONE;
    }

    private Truth truth() throws IOException {
        return Verification.truthOf(trace, () -> options.open(trace), truth);
    }
}
