package dev.needzero.cli;

import dev.needzero.units.ByteSize;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
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
    private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("info", InfoCommand::new);
        COMMANDS.put("replay", ReplayCommand::new);
        COMMANDS.put("compare", CompareCommand::new);
        COMMANDS.put("sweep", SweepCommand::new);
        COMMANDS.put("calibrate", CalibrateCommand::new);
        COMMANDS.put("headroom", HeadroomCommand::new);
        COMMANDS.put("bisect", BisectCommand::new);
        COMMANDS.put("report", ReportCommand::new);
        COMMANDS.put("verify", VerifyCommand::new);
        COMMANDS.put("verify-kernel", VerifyKernelCommand::new);
        COMMANDS.put("fidelity", FidelityCommand::new);
        COMMANDS.put("generate", GenerateCommand::new);
        COMMANDS.put("convert", ConvertCommand::new);
        COMMANDS.put("explain", ExplainCommand::new);
        COMMANDS.put("step", StepCommand::new);
        COMMANDS.put("lesson", LessonCommand::new);
        COMMANDS.put("versions", VersionsCommand::new);
        COMMANDS.put("history", HistoryCommand::new);
        COMMANDS.put("publication", PublicationCommand::new);
        COMMANDS.put("completion", CompletionCommand::new);
        COMMANDS.put("man", ManCommand::new);
    }

    /** Alone, these look at no command's options. */
    private static final Set<String> LISTING = Set.of("--help", "-h", "--version", "-V");

    @Spec
    private CommandSpec spec;

    @Option(names = "--stacktrace", scope = ScopeType.INHERIT, description = "Print a stack trace with an error.")
    private boolean stackTrace;

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
        CommandLine line = commandLine(args);
        line.setOut(out);
        line.setErr(err);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            err.print("needzero: out of memory: Java has "
                    + ByteSize.format(Runtime.getRuntime().maxMemory())
                    + "; give it more (NEEDZERO_JAVA_OPTS=-Xmx…, or java -Xmx… -jar needzero.jar)\n");
            return Exit.BAD_INPUT;
        }
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
        Supplier<Object> named = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (named != null) {
            line.addSubcommand(args[0], named.get());
        } else if (args.length == 1 && LISTING.contains(args[0])) {
            COMMANDS.forEach((name, command) -> line.addSubcommand(name, described(command.get())));
        } else {
            COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.get()));
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
