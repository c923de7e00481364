package dev.needzero.cli;

import dev.needzero.heap.SizeClasses;
import dev.needzero.report.Table;
import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code versions}: what a Go version is to the twin. */
@Command(
        name = "versions",
        mixinStandardHelpOptions = true,
        description = "List the behaviours in which Go versions differ, each settable alone with --set.",
        footer = {
            "",
            "Examples:",
            "  needzero versions",
            "  needzero versions --size-classes",
            "  needzero replay service.trace.gz --go 1.23 --set largeZeroing=always"
        })
final class VersionsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--size-classes",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "",
            description = "List a size-class table with what each class wastes: Go's, or the one in FILE, which --set"
                    + " sizeClasses=@FILE takes.")
    private String sizeClasses;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        SizeClasses table = sizeClasses == null || sizeClasses.isEmpty()
                ? SizeClasses.GO
                : SizeClassFile.read(
                        sizeClasses,
                        problem -> new ParameterException(
                                spec.commandLine(), "--size-classes " + sizeClasses + ": " + problem));
        if (json.leavesOutputToPeople()) {
            if (sizeClasses == null) {
                print(spec.commandLine().getOut());
            } else {
                print(spec.commandLine().getOut(), table);
            }
        }
        json.write(sizeClasses == null ? toJson() : Map.of("sizeClasses", toJson(table)));
        return Exit.DONE;
    }

    private static void print(PrintWriter out) {
        List<String> versions = Behaviours.versions();
        Table table = new Table();
        List<String> head = new ArrayList<>(List.of("behaviour"));
        head.addAll(versions);
        table.row(head.toArray(String[]::new));
        for (Behaviour b : Behaviour.values()) {
            List<String> row = new ArrayList<>(List.of(b.key()));
            String before = null;
            for (String version : versions) {
                String value = Behaviours.of(version).value(b);
                row.add(value.equals(before) ? "·" : value);
                before = value;
            }
            table.row(row.toArray(String[]::new));
        }
        table.print(out);
        out.print("\n· as in the version before. Change one with --set BEHAVIOUR=VALUE:\n");
        for (Behaviour b : Behaviour.values()) {
            out.print("\n" + b.key() + "  (" + b.accepted() + ")\n  " + b.what() + ".\n  Go: " + b.source() + ".\n");
            if (b.steps().stream().anyMatch(step -> step.version().matches("1\\.\\d+\\.\\d+"))) {
                out.print("  By patch: "
                        + b.steps().stream()
                                .map(step -> step.version() + " " + step.value())
                                .collect(Collectors.joining(", "))
                        + ".\n");
            }
        }
        out.flush();
    }

    private static void print(PrintWriter out, SizeClasses classes) {
        Table table = new Table();
        table.row("class", "bytes", "pages", "slots", "tail waste", "at most wasted");
        for (int c = 1; c < classes.count(); c++) {
            table.row(
                    Integer.toString(c),
                    Integer.toString(classes.bytes(c)),
                    Integer.toString(classes.pages(c)),
                    Integer.toString(classes.slots(c)),
                    Integer.toString(classes.tailWasteBytes(c)),
                    String.format(Locale.ROOT, "%.2f %%", 100 * classes.maxWaste(c)));
        }
        table.print(out);
        out.print(
                "\nSlots and waste of a span that holds nothing else; at most wasted: when each object is as small as its"
                        + " class lets it be.\n");
        out.flush();
    }

    private static List<Object> toJson(SizeClasses classes) {
        List<Object> all = new ArrayList<>();
        for (int c = 1; c < classes.count(); c++) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("class", c);
            one.put("bytes", classes.bytes(c));
            one.put("pages", classes.pages(c));
            one.put("slots", classes.slots(c));
            one.put("tailWasteBytes", classes.tailWasteBytes(c));
            one.put("maxWaste", classes.maxWaste(c));
            all.add(one);
        }
        return all;
    }

    private static Map<String, Object> toJson() {
        List<Object> behaviours = new ArrayList<>();
        for (Behaviour b : Behaviour.values()) {
            Map<String, String> values = new LinkedHashMap<>();
            for (String version : Behaviours.versions()) {
                values.put(version, Behaviours.of(version).value(b));
            }
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("key", b.key());
            one.put("what", b.what());
            one.put("accepted", b.accepted());
            one.put("source", b.source());
            one.put("values", values);
            Map<String, String> steps = new LinkedHashMap<>();
            b.steps().forEach(step -> steps.put(step.version(), step.value()));
            one.put("since", steps);
            behaviours.add(one);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("versions", Behaviours.versions());
        json.put("behaviours", behaviours);
        return json;
    }
}
