package dev.needzero.cli;

import dev.needzero.experiment.Convert;
import dev.needzero.trace.NoscanRule;
import dev.needzero.trace.Slice;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.ByteSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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

/** {@code convert}: any trace into needzero's own formats. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = {
            "Write a trace in another format: .nzt is small and fast to read, CSV and JSON Lines are for other tools.",
            "What the target cannot hold is named."
        },
        footer = {
            "",
            "Examples:",
            "  needzero convert service.trace.gz service.nzt",
            "  needzero convert service.trace.gz service.csv",
            "  needzero convert service.nzt moment.csv --from 1.2s --to 1.21s",
            "  needzero convert heaptrack.app.gz app.nzt --noscan 'char* >=64KiB'"
        })
final class ConvertCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "TRACE", description = "The trace to read.")
    private String trace;

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "nzt, csv or jsonl. Default: what OUT's name ends with.")
    private Convert.Target format;

    @Option(
            names = "--noscan",
            paramLabel = "RULE",
            description = "Which objects of a trace without a pointer map hold no pointers:"
                    + " all, NAME (NAME* for any ending), >=BYTES, <BYTES; several in quotes.")
    private String noscan;

    @Option(
            names = "--from",
            paramLabel = "N|TIME",
            description = "Write a part: from the event with this number (from 0) or from this time on, as in 20ms. An"
                    + " .nzt file is entered right there.")
    private String from;

    @Option(
            names = "--to",
            paramLabel = "N|TIME",
            description = "Write a part: up to this event or time, which is not in it any more.")
    private String to;

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @Mixin
    private DamageOption damage;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        Convert.Target target = format != null ? format : Convert.Target.byName(out);
        if (target == null) {
            throw usage("OUT's name does not end with .nzt, .csv or .jsonl; say which with --format");
        }
        if (Files.isRegularFile(out) && !force) {
            throw usage(out + " exists; --force replaces it");
        }
        try (TraceReader reader = open();
                Progress progress = new Progress("convert", "MiB")) {
            Convert.Result result = Convert.run(reader, out, target, force, progress);
            progress.close();
            print(result, target);
            json.write(toJson(result, target));
        }
        return Exit.DONE;
    }

    private TraceReader open() throws IOException {
        NoscanRule rule;
        try {
            rule = noscan == null ? null : NoscanRule.parse(noscan);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
        Slice.Moment first = moment("--from", from);
        Slice.Moment last = moment("--to", to);
        TraceReader reader = damage.open(trace, from != null);
        try {
            TraceReader part = first == null && last == null ? reader : new Slice(reader, first, last);
            return rule == null ? part : rule.apply(part);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private Slice.Moment moment(String option, String text) {
        try {
            return text == null ? null : Slice.Moment.parse(text);
        } catch (IllegalArgumentException e) {
            throw usage(option + " " + e.getMessage());
        }
    }

    private void print(Convert.Result result, Convert.Target target) {
        if (!json.leavesOutputToPeople()) {
            return;
        }
        PrintWriter text = spec.commandLine().getOut();
        text.print(String.format(
                Locale.ROOT,
                "%s: %,d events as %s, %s%n",
                out,
                result.events(),
                target,
                ByteSize.format(result.fileBytes())));
        for (String loss : result.losses()) {
            text.print("Not held: " + loss + ".\n");
        }
        for (String warning : result.warnings()) {
            text.print("Note: " + warning + ".\n");
        }
        text.flush();
    }

    private Map<String, Object> toJson(Convert.Result result, Convert.Target target) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("trace", trace);
        object.put("file", out.toString());
        object.put("format", target.toString());
        object.put("events", result.events());
        object.put("fileBytes", result.fileBytes());
        object.put("notHeld", result.losses());
        object.put("warnings", result.warnings());
        return object;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
