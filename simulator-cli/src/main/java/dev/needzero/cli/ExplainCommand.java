package dev.needzero.cli;

import dev.needzero.experiment.Replays;
import dev.needzero.experiment.explain.Allocated;
import dev.needzero.experiment.explain.AllocationLab;
import dev.needzero.experiment.explain.EventExplanation;
import dev.needzero.experiment.explain.Stepper;
import dev.needzero.os.OsSettings;
import dev.needzero.report.AllocationReport;
import dev.needzero.report.AllocationReport.Other;
import dev.needzero.report.EventReport;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.ByteSize;
import dev.needzero.workload.GoType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain}: what happens to one allocation. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Walk through one allocation in plain words: of an object of a given size, or of a trace's event.",
            "A twin performs it; what would differ in other versions is what their twins do differently."
        },
        footer = {
            "",
            "Examples:",
            "  needzero explain 40000 --pointers --go 1.24",
            "  needzero explain 33 --go 1.26",
            "  needzero explain service.trace.gz --event 12345 --go 1.24"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final String DEFAULT_VERSION = "1.24";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SIZE|TRACE",
            description = "An object's size, as in 40000 or 1MiB; or, with --event, a trace.")
    private String subject;

    @Option(names = "--pointers", description = "The object holds pointers.")
    private boolean pointers;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "What the object is made of, which says whether it holds pointers: uint8, int64, string, pointer,"
                            + " record, ….")
    private String type;

    @Option(names = "--event", paramLabel = "N", description = "The number of the trace's event, from 0.")
    private Long event;

    @Option(
            names = "--go",
            paramLabel = "VERSION",
            description = "The Go version. Default: " + DEFAULT_VERSION + "; of a trace, the one that recorded it.")
    private String go;

    @Mixin
    private ReplayOptions options;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (event != null) {
            explainEvent();
        } else {
            explainSize();
        }
        return Exit.DONE;
    }

    private void explainSize() throws IOException {
        long bytes = size();
        GoType of = type();
        boolean scan = pointers || of != null && of.pointerBytes() > 0;
        if (of != null && pointers && of.pointerBytes() == 0) {
            throw usage("--pointers: " + type + " holds none; leave one of the two out");
        }
        Behaviours version = options.behaviours(go == null ? DEFAULT_VERSION : go);
        OsSettings os = options.os();
        Allocated asked = AllocationLab.perform(version, os, bytes, !scan);
        List<Other> others = new ArrayList<>();
        for (String name : Behaviours.versions()) {
            if (!version.settings().isEmpty() || !sameRelease(name, version.version())) {
                Behaviours other = Behaviours.of(name);
                Allocated there = AllocationLab.perform(other, os, bytes, !scan);
                Map<String, String> reasons =
                        there.equals(asked) ? Map.of() : AllocationLab.reasons(version, other, os, bytes, !scan);
                others.add(new Other(name, there, reasons));
            }
        }
        AllocationReport report =
                new AllocationReport(bytes, scan, of == null ? null : of.name(), version, asked, others);
        if (json.leavesOutputToPeople()) {
            report.print(spec.commandLine().getOut());
        }
        json.write(report.toJson());
    }

    private static boolean sameRelease(String name, String version) {
        return version.equals(name) || version.startsWith(name + ".");
    }

    private long size() {
        try {
            long bytes = ByteSize.parse(subject);
            if (bytes < 1 || bytes > AllocationLab.MAX_BYTES) {
                throw usage("an object of " + bytes + " bytes: expected 1 B to "
                        + ByteSize.format(AllocationLab.MAX_BYTES));
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw usage(subject
                    + ": expected an object's size, as in 40000 or 1MiB; of a trace, say which event: --event N");
        }
    }

    private GoType type() {
        try {
            return type == null ? null : GoType.parse(type);
        } catch (IllegalArgumentException e) {
            throw usage("--type: " + e.getMessage());
        }
    }

    private void explainEvent() throws IOException {
        if (type != null || pointers) {
            throw usage("--event: the trace says itself what the object is; leave --type and --pointers out");
        }
        if (event < 0) {
            throw usage("--event " + event + ": expected a whole number, from 0");
        }
        Replays.Settings settings = options.settings(subject);
        Behaviours version;
        try (TraceReader reader = options.open(subject)) {
            version = options.behaviours(go != null ? go : ReplayCommand.recordedBy(reader.info()));
        }
        try (Stepper stepper = new Stepper(() -> options.open(subject), List.of(version), settings)) {
            EventExplanation explanation = EventExplanation.of(stepper, event);
            if (explanation == null) {
                throw new BadInputException(
                        subject, "there is no event " + event + "; the last is " + (stepper.position() - 1));
            }
            long next = -1;
            if (!stepper.isAllocation() && stepper.forwardUntil(stepper::isAllocation)) {
                next = stepper.position() - 1;
            }
            EventReport report = new EventReport(
                    explanation, version.toString(), stepper.replays().get(0).heapBase(), next);
            if (json.leavesOutputToPeople()) {
                report.print(spec.commandLine().getOut());
            }
            json.write(report.toJson());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
