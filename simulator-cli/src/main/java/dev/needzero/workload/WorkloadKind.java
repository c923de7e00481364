package dev.needzero.workload;

import dev.needzero.trace.Nearest;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A kind of workload: its name, what it is for, what can be said about it, and how it is made. */
public final class WorkloadKind {
    /** Makes a workload of its arguments. */
    interface Maker {
        TraceReader make(Arguments arguments) throws IOException;
    }

    /** What can be said about every workload, with the same default. */
    public static final List<Parameter> COMMON = List.of(
            Parameter.count("seed", "1", "decides every random choice"),
            Parameter.text(
                    "go", "1.24", "the Go version that the program is built with; 1.21+1.24 adds what 1.24 brought"),
            Parameter.count("procs", "1", "Ps (GOMAXPROCS) that it runs on"),
            Parameter.count("rate", "1e6", "events a second, in its own time"));

    private final String name;
    private final String meaning;
    private final List<Parameter> parameters;
    private final Maker maker;
    private final long defaultEvents;

    WorkloadKind(String name, String meaning, long defaultEvents, Maker maker, Parameter... own) {
        this.name = name;
        this.meaning = meaning;
        this.maker = maker;
        this.defaultEvents = defaultEvents;
        List<Parameter> all = new ArrayList<>(List.of(own));
        all.add(Parameter.count(
                "events",
                Long.toString(defaultEvents),
                defaultEvents == 0
                        ? "events to generate, by running it again and again; 0: one run, to its end"
                        : "events to generate"));
        all.addAll(COMMON);
        this.parameters = List.copyOf(all);
    }

    public String name() {
        return name;
    }

    /** One line for people. */
    public String meaning() {
        return meaning;
    }

    /** Its own parameters first, then {@link #COMMON}. */
    public List<Parameter> parameters() {
        return parameters;
    }

    boolean has(String parameter) {
        return parameters.stream().anyMatch(p -> p.name().equals(parameter));
    }

    Parameter parameter(String wanted) {
        for (Parameter p : parameters) {
            if (p.name().equals(wanted)) {
                return p;
            }
        }
        List<String> known = parameters.stream().map(Parameter::name).toList();
        throw new IllegalArgumentException(name + ": parameter \"" + wanted + "\" is not known; known are "
                + String.join(", ", known) + Nearest.hint(wanted, known));
    }

    TraceReader make(Arguments arguments) throws IOException {
        boolean endsByItself = defaultEvents == 0 || has("for") && arguments.nanos("for") > 0;
        if (!endsByItself && arguments.count("events") == 0) {
            throw new IllegalArgumentException(
                    name + ": events cannot be 0 (expected how many to generate; it never ends by itself)");
        }
        return maker.make(arguments);
    }
}
