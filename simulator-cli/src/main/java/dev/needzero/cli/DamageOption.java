package dev.needzero.cli;

import dev.needzero.experiment.Replays;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --skip-damaged}: opens a trace that is not whole any more. */
final class DamageOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--skip-damaged", description = "Leave damaged blocks of an .nzt trace out, and name them.")
    private boolean skipDamaged;

    boolean skipsDamaged() {
        return skipDamaged;
    }

    TraceReader open(String trace) throws IOException {
        return open(trace, false);
    }

    /** @param forPart whether only a part of it will be wanted */
    TraceReader open(String trace, boolean forPart) throws IOException {
        TraceReader begun = skipDamaged || forPart || spec == null ? null : begun(trace);
        if (begun != null) {
            return begun;
        }
        try {
            return forPart && !Workloads.isSpec(trace)
                    ? Traces.openForPart(trace, skipDamaged)
                    : Replays.open(trace, skipDamaged);
        } catch (UnsupportedOperationException e) {
            throw new ParameterException(spec.commandLine(), "--skip-damaged: " + e.getMessage());
        }
    }

    private TraceReader begun(String trace) {
        return spec.root().userObject() instanceof Main main ? main.begun(trace) : null;
    }
}
