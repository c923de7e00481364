package dev.needzero.cli;

import dev.needzero.experiment.kernel.KernelCheck;
import dev.needzero.report.KernelReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verify-kernel}: the model of the kernel held against this machine's. */
@Command(
        name = "verify-kernel",
        mixinStandardHelpOptions = true,
        description = {
            "Replay a trace on the model of the kernel and on this machine's kernel at once, and compare them page by page.",
            "Memory of this process is reserved, mapped, advised and written as the twin does it; smaps and pagemap say what"
                    + " came of that. Linux only. Exit code 4 when they differ; with --thp always, when resident memory"
                    + " differs by more than 1 %%."
        },
        footer = {
            "",
            "Examples:",
            "  needzero verify-kernel service.trace.gz --go 1.24",
            "  needzero verify-kernel gen:large --go 1.24 --thp always"
        })
final class VerifyKernelCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRACE", description = "The trace to replay.")
    private String trace;

    @Option(
            names = "--go",
            paramLabel = "VERSION",
            description = "The Go version to replay under. Default: the one that recorded the trace.")
    private String go;

    @Mixin
    private RealKernel kernel;

    @Mixin
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        KernelCheck check = kernel.run(trace, go, options);
        KernelReport report = new KernelReport(trace, check, options.os(), RealKernel.name());
        if (json.leavesOutputToPeople()) {
            PrintWriter out = spec.commandLine().getOut();
            report.print(out);
            out.flush();
        }
        json.write(report.toJson());
        return check.agrees(options.os().thp()) ? Exit.DONE : Exit.ANSWER_IS_NO;
    }
}
