package dev.needzero.cli;

import dev.needzero.experiment.Convert;
import dev.needzero.report.Table;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TraceWriter;
import dev.needzero.units.ByteSize;
import dev.needzero.workload.Parameter;
import dev.needzero.workload.WorkloadKind;
import dev.needzero.workload.WorkloadSpec;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code generate}: a workload into a file, or what workloads there are. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Write the trace of a program that never ran: same seed, same events.",
            "Without a file: any command takes gen:WORKLOAD in place of a TRACE."
        },
        footer = {
            "",
            "Examples:",
            "  needzero generate --list",
            "  needzero generate 'service?channels=64&fill=2%%' --events 1e7 -o service.nzt",
            "  needzero generate --like heap.pb.gz -o like.nzt"
        })
final class GenerateCommand implements Callable<Integer> {
    private static final String LIKE = "like";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "WORKLOAD",
            arity = "0..1",
            description = "NAME or NAME?PARAMETER=VALUE&…, as in 'service?channels=64&fill=2%%'; --list shows them.")
    private String workload;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write the trace: as .csv or .jsonl if the name ends so, else as .nzt. A file of"
                    + " that name is replaced.")
    private Path output;

    @Option(names = "--events", paramLabel = "N", description = "As the parameter events, as in 1e9.")
    private String events;

    @Option(names = "--seed", paramLabel = "N", description = "As the parameter seed.")
    private String seed;

    @Option(names = "--go", paramLabel = "VERSION", description = "As the parameter go: what builds the program.")
    private String go;

    @Option(
            names = "--like",
            paramLabel = "PROFILE",
            description = "A pprof heap profile: a program with the same live heap, size class by size class.")
    private String like;

    @Option(names = "--list", description = "List the workloads and what can be said about each.")
    private boolean list;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            if (json.leavesOutputToPeople()) {
                print(out);
            }
            json.write(toJson());
            return Exit.DONE;
        }
        WorkloadSpec asked = asked();
        if (output == null) {
            throw usage(
                    "-o FILE is missing; without a file, give " + asked + " to another command in place of a TRACE");
        }
        try (TraceReader reader = open(asked)) {
            write(reader);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("workload", asked.toString());
            result.put("events", reader.eventsDecoded());
            result.put("file", output.toString());
            result.put("fileBytes", Files.size(output));
            if (json.leavesOutputToPeople()) {
                out.print(String.format(
                        Locale.ROOT,
                        "%s: %,d events of %s, %s%n",
                        output,
                        reader.eventsDecoded(),
                        asked,
                        ByteSize.format(Files.size(output))));
                for (String warning : reader.warnings()) {
                    out.print("Note: " + warning + ".\n");
                }
                out.flush();
            }
            json.write(result);
        }
        return Exit.DONE;
    }

    private WorkloadSpec asked() {
        if (like != null && workload != null && !workload.startsWith(LIKE)) {
            throw usage("--like PROFILE is a workload of its own; leave out " + workload);
        }
        if (like == null && workload == null) {
            throw usage("WORKLOAD is missing; --list shows what there is");
        }
        try {
            WorkloadSpec asked = WorkloadSpec.parse(workload == null ? LIKE : workload);
            asked = like == null ? asked : asked.with("profile", like);
            asked = events == null ? asked : asked.with("events", events);
            asked = seed == null ? asked : asked.with("seed", seed);
            return go == null ? asked : asked.with("go", go);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private TraceReader open(WorkloadSpec asked) throws IOException {
        try {
            return asked.open();
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private void write(TraceReader reader) throws IOException {
        Convert.Target target = Convert.Target.byName(output);
        try (TraceWriter writer =
                        Convert.open(output, target == null ? Convert.Target.NZT : target, reader.info(), true);
                Progress progress = new Progress("generate", "events")) {
            EventBatch batch = new EventBatch();
            while (reader.next(batch)) {
                writer.write(batch, reader);
                progress.accept(reader);
            }
            writer.finish(reader);
        }
    }

    private static void print(PrintWriter out) {
        for (WorkloadKind kind : Workloads.all()) {
            out.print(kind.name() + ": " + kind.meaning() + "\n");
            List<Parameter> own = new ArrayList<>(kind.parameters());
            own.removeAll(WorkloadKind.COMMON);
            print(out, own);
            out.print("\n");
        }
        out.print("every workload:\n");
        print(out, WorkloadKind.COMMON);
        out.flush();
    }

    private static void print(PrintWriter out, List<Parameter> parameters) {
        Table table = new Table().leftAligned();
        for (Parameter p : parameters) {
            table.row("", p.name() + "=" + p.defaultValue(), p.meaning());
        }
        table.print(out);
    }

    private static Map<String, Object> toJson() {
        List<Object> workloads = new ArrayList<>();
        for (WorkloadKind kind : Workloads.all()) {
            List<Object> parameters = new ArrayList<>();
            for (Parameter p : kind.parameters()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("name", p.name());
                one.put("looks", p.kind().looks());
                one.put("default", p.defaultValue());
                one.put("meaning", p.meaning());
                parameters.add(one);
            }
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", kind.name());
            one.put("meaning", kind.meaning());
            one.put("parameters", parameters);
            workloads.add(one);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("workloads", workloads);
        return result;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
