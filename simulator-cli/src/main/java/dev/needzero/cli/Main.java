package dev.needzero.cli;

import dev.needzero.trace.HeadStart;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.ByteSize;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code needzero} command: hands its arguments to the command that they name. */
@Command(
        name = "needzero",
        mixinStandardHelpOptions = true,
        versionProvider = Main.ManifestVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "A digital twin of the Go memory allocator on a model of the operating system's pages.",
            "Replays recorded allocation traces under any Go version and says which pages end up committed, and by whom."
        },
        footer = {
            "",
            "Examples:",
            "  needzero lesson                                      begin here",
            "  needzero compare service.trace.gz --go 1.23..1.26    one recording under four versions",
            "  needzero report service.trace.gz --go 1.23,1.24 -o service.html",
            "  needzero bisect service.trace.gz --good 1.23 --bad 1.24",
            "  needzero explain 40000 --pointers --go 1.24          one allocation, step by step",
            "",
            "needzero COMMAND --help has a command's options.",
            "TRACE is a path or - for standard input, plain, gzip or zstd; FORMAT:PATH names its format;",
            "gen:WORKLOAD is a generated one.",
            "Exit codes: 0 done; 1 a bug of ours; 2 usage; 3 bad input; 4 the answer is no."
        })
public final class Main implements Runnable {
    private static final List<String> COMMANDS = List.of(
            "info",
            "replay",
            "compare",
            "sweep",
            "calibrate",
            "headroom",
            "bisect",
            "report",
            "verify",
            "verify-kernel",
            "fidelity",
            "generate",
            "convert",
            "explain",
            "step",
            "lesson",
            "versions",
            "history",
            "publication",
            "completion",
            "man");

    /** Alone, these look at no command's options. */
    private static final Set<String> LISTING = Set.of("--help", "-h", "--version", "-V");

    @Spec
    private CommandSpec spec;

    @Option(names = "--stacktrace", scope = ScopeType.INHERIT, description = "Print a stack trace with an error.")
    private boolean stackTrace;

    private HeadStart headStart;

    private Main() {}

    public static void main(String[] args) {
        Standard standard = new Standard(new FileOutputStream(FileDescriptor.out));
        PrintWriter out = utf8(standard);
        PrintWriter err = utf8(new FileOutputStream(FileDescriptor.err));
        int exit = Exit.DONE;
        String help = ReadyHelp.of(args, Help.Ansi.AUTO.enabled());
        if (help != null) {
            out.print(help);
        } else {
            exit = execute(args, out, err);
        }
        out.flush();
        if (standard.failure() != null) {
            err.print("needzero: standard output: " + standard.failure() + "\n");
            exit = exit == Exit.DONE ? Exit.BAD_INPUT : exit;
        }
        err.flush();
        System.exit(exit);
    }

    private static int execute(String[] args, PrintWriter out, PrintWriter err) {
        try {
            if (isPlainReplay(args) && plainReplay(args[1], out)) {
                return Exit.DONE;
            }
            HeadStart headStart = headStart(args);
            CommandLine line = commandLine(args);
            ((Main) line.getCommand()).headStart = headStart;
            line.setOut(out);
            line.setErr(err);
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            err.print("needzero: out of memory: Java has "
                    + ByteSize.format(Runtime.getRuntime().maxMemory())
                    + "; give it more (NEEDZERO_JAVA_OPTS=-Xmx…, or java -Xmx… -jar needzero.jar)\n");
            return Exit.BAD_INPUT;
        }
    }

    /** Without any options there is nothing to parse, and setting the parser up takes as long as replaying a million events. */
    private static boolean isPlainReplay(String... args) {
        return args.length == 2 && args[0].equals("replay") && new File(args[1]).isFile();
    }

    /** False when it failed, before anything was printed: going the usual way then tells why. */
    private static boolean plainReplay(String trace, PrintWriter out) {
        try {
            return ReplayCommand.plain(trace, out).call() == Exit.DONE;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Parsing the options takes longer than reading a small trace does: where the trace stands first, both go on at once. */
    private static HeadStart headStart(String... args) {
        boolean isTrace = args.length > 1
                && COMMANDS.contains(args[0])
                && Runtime.getRuntime().availableProcessors() > 1
                && new File(args[1]).isFile();
        return isTrace ? HeadStart.on(args[1]) : null;
    }

    /** The trace that was begun while the options were parsed, if it is this one; null if it is to be opened now. */
    TraceReader begun(String trace) {
        HeadStart begun = headStart;
        headStart = null;
        return begun == null ? null : begun.take(trace);
    }

    private static PrintWriter utf8(OutputStream to) {
        return new PrintWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8), false);
    }

    /**
     * The command line for these arguments; only the command that they begin with is loaded, if they do. The list of
     * commands needs no more of each than its description: looking at all their options takes longer than printing it.
     */
    static CommandLine commandLine(String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        if (args.length > 0 && COMMANDS.contains(args[0])) {
            line.addSubcommand(args[0], command(args[0]));
        } else if (args.length == 1 && LISTING.contains(args[0])) {
            COMMANDS.forEach(name -> line.addSubcommand(name, described(command(name))));
        } else {
            COMMANDS.forEach(name -> line.addSubcommand(name, command(name)));
        }
        Errors errors = new Errors(() -> main.stackTrace);
        line.setExecutionStrategy(parsed -> {
            Outputs.check(parsed);
            return new CommandLine.RunLast().execute(parsed);
        });
        line.setParameterExceptionHandler(errors);
        line.setExecutionExceptionHandler(errors);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false); // @FILE is a file of touch rules
        line.setUsageHelpWidth(110);
        CommandGroups.install(line);
        OptionGroups.install(line);
        return line;
    }

    /** A switch, and no table of constructors: linking a method reference for each is work at every start, for one that is used. */
    private static Object command(String name) {
        return switch (name) {
            case "info" -> new InfoCommand();
            case "replay" -> new ReplayCommand();
            case "compare" -> new CompareCommand();
            case "sweep" -> new SweepCommand();
            case "calibrate" -> new CalibrateCommand();
            case "headroom" -> new HeadroomCommand();
            case "bisect" -> new BisectCommand();
            case "report" -> new ReportCommand();
            case "verify" -> new VerifyCommand();
            case "verify-kernel" -> new VerifyKernelCommand();
            case "fidelity" -> new FidelityCommand();
            case "generate" -> new GenerateCommand();
            case "convert" -> new ConvertCommand();
            case "explain" -> new ExplainCommand();
            case "step" -> new StepCommand();
            case "lesson" -> new LessonCommand();
            case "versions" -> new VersionsCommand();
            case "history" -> new HistoryCommand();
            case "publication" -> new PublicationCommand();
            case "completion" -> new CompletionCommand();
            case "man" -> new ManCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static CommandSpec described(Object command) {
        CommandSpec described = CommandSpec.create();
        described
                .usageMessage()
                .description(command.getClass().getAnnotation(Command.class).description());
        return described;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given; needzero lesson is a way in");
    }

    /** The version that the build wrote into the jar's manifest; classes outside a jar have none. */
    static final class ManifestVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"needzero " + (version == null ? "(not packaged)" : version)};
        }
    }
}
