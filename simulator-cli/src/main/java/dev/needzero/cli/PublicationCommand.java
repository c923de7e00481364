package dev.needzero.cli;

import dev.needzero.experiment.publication.Breakage;
import dev.needzero.experiment.publication.MemoryModel;
import dev.needzero.experiment.publication.Protocol;
import dev.needzero.experiment.publication.Publication;
import dev.needzero.experiment.publication.Publication.Verdict;
import dev.needzero.report.PublicationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether the collector may scan a large object before it is cleared, for the versions and machines asked for. */
@Command(
        name = "publication",
        mixinStandardHelpOptions = true,
        description = {
            "Try every order of the steps of allocating a large object against the collector's, and print a shortest"
                    + " schedule that lets the collector scan memory that is not cleared, or that there is none."
        },
        footer = {
            "",
            "Examples:",
            "  needzero publication --go 1.24",
            "  needzero publication --go 1.25 --break atomic-type --memory weak",
            "  needzero publication --break clear-last --memory strong"
        })
public final class PublicationCommand implements Callable<Integer> {
    @Option(
            names = "--go",
            paramLabel = "V",
            split = ",",
            description = "Go versions: ${COMPLETION-CANDIDATES}. Default: all.",
            completionCandidates = Versions.class)
    private List<String> versions = new ArrayList<>();

    @Option(
            names = "--memory",
            paramLabel = "MODEL",
            description = "The machine: strong as x86-64 is, or weak as arm64 is. Default: both.",
            completionCandidates = Models.class)
    private String memory;

    @Option(
            names = "--break",
            paramLabel = "PART",
            description = "Spoil a part of the protocol to see what it is for: ${COMPLETION-CANDIDATES}."
                    + " Default: ${DEFAULT-VALUE}.",
            defaultValue = "none",
            completionCandidates = Parts.class)
    private String breakage;

    @Mixin
    private JsonOption json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Verdict> verdicts = new ArrayList<>();
        Breakage broken = breakage();
        for (Protocol protocol : protocols()) {
            for (MemoryModel model : models()) {
                verdicts.add(Publication.check(protocol, model, broken));
            }
        }
        if (json.leavesOutputToPeople()) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(PublicationReport.text(verdicts));
            out.flush();
        }
        json.write(PublicationReport.json(verdicts));
        return 0;
    }

    private List<Protocol> protocols() {
        if (versions.isEmpty()) {
            return List.of(Protocol.values());
        }
        return versions.stream().map(this::protocol).toList();
    }

    /** 1.24 and 1.24.3 alike: no patch release is known to have changed the order. */
    private Protocol protocol(String version) {
        return Arrays.stream(Protocol.values())
                .filter(p -> version.equals(p.go()) || version.startsWith(p.go() + "."))
                .findFirst()
                .orElseThrow(() -> unknown("--go", version, new Versions()));
    }

    private List<MemoryModel> models() {
        if (memory == null) {
            return List.of(MemoryModel.values());
        }
        return Arrays.stream(MemoryModel.values())
                .filter(m -> lower(m).equals(memory))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> unknown("--memory", memory, new Models()));
    }

    private Breakage breakage() {
        return Arrays.stream(Breakage.values())
                .filter(b -> b.id().equals(breakage))
                .findFirst()
                .orElseThrow(() -> unknown("--break", breakage, new Parts()));
    }

    private ParameterException unknown(String option, String value, Iterable<String> known) {
        return new ParameterException(
                spec.commandLine(), option + " " + value + ": known are " + String.join(", ", known));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static final class Versions implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of(Protocol.values()).map(Protocol::go).iterator();
        }
    }

    static final class Models implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of(MemoryModel.values())
                    .map(PublicationCommand::lower)
                    .iterator();
        }
    }

    static final class Parts implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of(Breakage.values()).map(Breakage::id).iterator();
        }
    }
}
