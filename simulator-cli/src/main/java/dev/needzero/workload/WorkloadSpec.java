package dev.needzero.workload;

import dev.needzero.trace.Nearest;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A workload in one line: {@code gen:service?channels=64&fill=2%&events=1e7&seed=1}. The {@code gen:} may be left out.
 */
public final class WorkloadSpec {
    /** What stands before a workload where a trace's path could stand. */
    public static final String PREFIX = "gen:";

    private final WorkloadKind kind;
    private final Arguments arguments;

    private WorkloadSpec(WorkloadKind kind, Arguments arguments) {
        this.kind = kind;
        this.arguments = arguments;
    }

    /**
     * Reads a specification. Values are checked when the workload is opened.
     *
     * @throws IllegalArgumentException for a name or parameter that is not known, saying which are
     */
    public static WorkloadSpec parse(String text) {
        String rest = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
        int mark = rest.indexOf('?');
        WorkloadKind kind = kind(mark < 0 ? rest : rest.substring(0, mark));
        Map<String, String> given = new LinkedHashMap<>();
        if (mark >= 0 && mark + 1 < rest.length()) {
            for (String pair : rest.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException(kind.name() + ": \"" + pair
                            + "\" is not a parameter (expected NAME=VALUE, with & between two of them)");
                }
                String name = kind.parameter(pair.substring(0, equals)).name();
                if (given.put(name, pair.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException(kind.name() + ": " + name + " is given twice");
                }
            }
        }
        return new WorkloadSpec(kind, new Arguments(kind, given));
    }

    /** The same with one parameter changed. */
    public WorkloadSpec with(String name, String value) {
        return new WorkloadSpec(kind, arguments.with(name, value));
    }

    public WorkloadKind kind() {
        return kind;
    }

    /**
     * The cells of a grid, each a workload of its own; anything else is its own only cell.
     *
     * @throws IllegalArgumentException for a value that makes no sense
     */
    public List<WorkloadSpec> cells() {
        if (kind != Workloads.GRID) {
            return List.of(this);
        }
        return GridWorkload.cells(arguments).stream()
                .map(cell -> new WorkloadSpec(Workloads.LARGE, cell))
                .toList();
    }

    /** A parameter's value as text, given or by default. */
    public String value(String name) {
        return arguments.text(name);
    }

    /**
     * Starts the workload, to be read from its first event.
     *
     * @throws IllegalArgumentException for a value that makes no sense
     * @throws IOException when a file that it is made from cannot be read
     */
    public TraceReader open() throws IOException {
        return kind.make(arguments);
    }

    @Override
    public String toString() {
        return PREFIX + arguments;
    }

    private static WorkloadKind kind(String name) {
        for (WorkloadKind kind : Workloads.ALL) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        List<String> known = Workloads.ALL.stream().map(WorkloadKind::name).toList();
        throw new IllegalArgumentException("workload \"" + name + "\" is not known" + Nearest.hint(name, known)
                + " (known are " + String.join(", ", known) + ")");
    }
}
