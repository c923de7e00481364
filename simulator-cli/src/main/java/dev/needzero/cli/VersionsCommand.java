package dev.needzero.cli;

import dev.needzero.report.Table;
import dev.needzero.runtime.Behaviour;
import dev.needzero.runtime.Behaviours;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code versions}: what a Go version is to the twin. */
@Command(
        name = "versions",
        mixinStandardHelpOptions = true,
        description = "List the behaviours in which Go versions differ, each settable alone with --set.")
final class VersionsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (json.leavesOutputToPeople()) {
            print(spec.commandLine().getOut());
        }
        json.write(toJson());
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
