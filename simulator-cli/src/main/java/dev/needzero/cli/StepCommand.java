package dev.needzero.cli;

import dev.needzero.experiment.Replays;
import dev.needzero.experiment.explain.Stepper;
import dev.needzero.report.StepScreen;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code step}: a replay to walk through, on the whole screen or line by line. */
@Command(
        name = "step",
        mixinStandardHelpOptions = true,
        description = {
            "Walk through a replay event by event, forward and back: pages, cached spans, queues, slots.",
            "On a terminal it takes the whole screen and is told by keys; else it reads commands from standard input, one a"
                    + " line, and prints a screen after each."
        },
        footer = {
            "",
            "Commands: " + StepSession.HELP + ".",
            "",
            "Examples:",
            "  needzero step service.trace.gz --go 1.23,1.24",
            "  echo s | needzero step gen:large --go 1.24"
        })
final class StepCommand implements Callable<Integer> {
    private static final int PLAIN_COLUMNS = 80;
    private static final int PLAIN_ROWS = 23;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "TRACE",
            description = "The trace to replay; a file or a generator, for going back reads it anew.")
    private String trace;

    @Option(
            names = "--go",
            paramLabel = "VERSION[,VERSION]",
            description = "One Go version, or two that go in step. Default: the one that recorded the trace.")
    private String go;

    @Mixin
    private ReplayOptions options;

    @Override
    public Integer call() throws IOException {
        if (trace.equals("-")) {
            throw usage("standard input cannot be read anew to go back, and commands come from it; give a file");
        }
        List<Behaviours> versions = go == null
                ? List.of()
                : Versions.expand(go, spec).stream().map(options::behaviours).toList();
        if (versions.size() > 2) {
            throw usage("--go " + go + ": " + versions.size() + " versions; expected one or two");
        }
        Replays.Settings settings = options.settings(trace);
        if (versions.isEmpty()) {
            try (TraceReader reader = options.open(trace)) {
                versions = List.of(options.behaviours(ReplayCommand.recordedBy(reader.info())));
            }
        }
        try (Stepper stepper = new Stepper(() -> options.open(trace), versions, settings)) {
            StepSession session = new StepSession(stepper, name());
            if (Terminals.console() != null && !"dumb".equals(System.getenv("TERM"))) {
                try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
                    new StepTerminal(terminal, session, System.getenv("NO_COLOR") == null).run();
                }
            } else {
                plain(
                        session,
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                        spec.commandLine().getOut());
            }
        }
        return Exit.DONE;
    }

    private String name() {
        return trace.startsWith("gen:") ? trace : String.valueOf(Path.of(trace).getFileName());
    }

    /** A screen, then one after each command. */
    static void plain(StepSession session, BufferedReader commands, PrintWriter out) throws IOException {
        while (true) {
            for (StepScreen.Line line : session.draw(PLAIN_COLUMNS, PLAIN_ROWS)) {
                out.print(line.text() + "\n");
            }
            if (!session.message().isEmpty()) {
                out.print(session.message() + "\n");
            }
            out.flush();
            String line = commands.readLine();
            if (line != null) {
                session.command(line);
            }
            if (line == null || session.over()) {
                return;
            }
            out.print("\n");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
