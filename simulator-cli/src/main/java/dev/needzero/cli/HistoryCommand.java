package dev.needzero.cli;

import dev.needzero.trace.Nearest;
import dev.needzero.experiment.history.History;
import dev.needzero.experiment.history.History.Chapter;
import dev.needzero.experiment.history.History.Verdict;
import dev.needzero.experiment.history.Stories;
import dev.needzero.experiment.history.Story;
import dev.needzero.report.HistoryReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code history}: what happened to Go's resident memory over the years, run again. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = {
            "Run the known stories of Go programs that held more memory than their metrics said, and set what twins say"
                    + " now beside what was observed then."
        },
        footer = {
            "",
            "Exit code 4: a ratio lies outside what was observed, and the story does not say why.",
            "",
            "Examples:",
            "  needzero history            all of them",
            "  needzero history list       a line each, nothing run",
            "  needzero history 72991      those of an issue",
            "  needzero history clearing --json -"
        })
final class HistoryCommand implements Callable<Integer> {
    private static final String LIST = "list";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "STORY",
            arity = "0..*",
            description = "A story's name, or an issue's number on github.com/golang/go; list to list them."
                    + " Default: all.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (names.equals(List.of(LIST))) {
            if (json.leavesOutputToPeople()) {
                HistoryReport.list(Stories.all(), out);
                out.flush();
            }
            json.write(HistoryReport.listJson(Stories.all()));
            return Exit.DONE;
        }
        List<Story> stories = stories();
        List<Chapter> chapters;
        int programs = History.programs(stories);
        try (Progress progress = new Progress("history", " programs")) {
            chapters = History.tell(stories, done -> progress.step(done, programs));
        }
        if (json.leavesOutputToPeople()) {
            HistoryReport.print(chapters, out);
            out.flush();
        }
        json.write(HistoryReport.toJson(chapters));
        return chapters.stream().flatMap(c -> c.rows().stream()).anyMatch(t -> t.verdict() == Verdict.OUTSIDE)
                ? Exit.ANSWER_IS_NO
                : Exit.DONE;
    }

    private List<Story> stories() {
        if (names.isEmpty()) {
            return Stories.all();
        }
        List<Story> stories = new ArrayList<>();
        for (String name : names) {
            List<Story> found = Stories.of(name);
            if (found.isEmpty()) {
                List<String> known = Stories.all().stream().map(Story::name).toList();
                throw new ParameterException(
                        spec.commandLine(),
                        "story \"" + name + "\" is not known" + Nearest.hint(name, known) + " (known are "
                                + String.join(", ", known) + ", and the numbers of their issues)");
            }
            found.stream().filter(s -> !stories.contains(s)).forEach(stories::add);
        }
        return stories;
    }
}
