package dev.needzero.cli;

import dev.needzero.report.SweepFile;
import dev.needzero.report.SweepParts;
import dev.needzero.trace.BadInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

/** {@code sweep merge}: the files of a grid's parts into one, checked for gaps and overlaps. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        description = {
            "Join the files that the parts of a sweep wrote, in the order of the grid.",
            "Exit 4 when a run is missing or stands there twice: then nothing is written."
        },
        footer = {
            "",
            "Examples:",
            "  needzero sweep merge all.csv part*.csv"
        })
final class SweepMergeCommand implements Callable<Integer> {
    private static final int NAMED = 20;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "OUT", description = "The file to write; its name ends in .csv or .jsonl.")
    private Path out;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "The parts' files.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        for (Path file : files) {
            if (!SweepFile.hasForm(file)) {
                throw usage(file + ": expected a name that ends in .csv or .jsonl");
            }
        }
        if (!SweepFile.hasForm(out)) {
            throw usage(out + ": expected a name that ends in .csv or .jsonl");
        }
        if (!force && Files.exists(out)) {
            throw usage(out + ": the file exists; --force replaces it");
        }
        SweepParts parts = new SweepParts();
        for (Path file : files) {
            SweepFile part = SweepFile.read(file);
            try {
                parts.add(file.toString(), part.rows());
            } catch (IllegalArgumentException e) {
                throw new BadInputException(e.getMessage());
            }
        }
        if (parts.isEmpty()) {
            throw new BadInputException(files.get(0).toString(), "holds no finished run");
        }
        List<String> missing = parts.missing();
        List<String> doubled = parts.doubled();
        List<String> differing = parts.differing();
        boolean whole = missing.isEmpty() && doubled.isEmpty();
        if (whole) {
            SweepFile.write(out, parts.rows());
        }
        if (json.leavesOutputToPeople()) {
            PrintWriter to = spec.commandLine().getOut();
            to.print(parts.rows().size() + " of " + parts.cells() + " runs"
                    + (whole ? ", all of them once, in " + out : "; " + out + " is not written") + ".\n");
            print(to, "missing", missing);
            print(to, "twice", doubled);
            print(to, "with different figures", differing);
            to.flush();
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("cells", parts.cells());
        result.put("runs", parts.rows().size());
        result.put("missing", missing);
        result.put("twice", doubled);
        result.put("differing", differing);
        json.write(result);
        return whole ? Exit.DONE : Exit.ANSWER_IS_NO;
    }

    private static void print(PrintWriter to, String what, List<String> cells) {
        for (int i = 0; i < Math.min(NAMED, cells.size()); i++) {
            to.print(what + ": " + cells.get(i) + "\n");
        }
        if (cells.size() > NAMED) {
            to.print(what + ": " + (cells.size() - NAMED) + " more\n");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
