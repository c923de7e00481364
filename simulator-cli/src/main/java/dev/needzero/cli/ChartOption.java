package dev.needzero.cli;

import dev.needzero.report.Picture;
import dev.needzero.report.RssChart;
import dev.needzero.report.Run;
import dev.needzero.report.TargetFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --chart FILE.svg|FILE.png}. */
final class ChartOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--chart",
            paramLabel = "FILE",
            description = "Draw the result as a picture; the name ends in .svg or .png.")
    private String file;

    /** Refuses a name whose ending says nothing, before any work is done. */
    void check() {
        if (file == null) {
            return;
        }
        if (!isSvg() && !isPng()) {
            throw new ParameterException(
                    spec.commandLine(), "--chart " + file + ": expected a name that ends in .svg or .png");
        }
    }

    private boolean isSvg() {
        return file.toLowerCase(Locale.ROOT).endsWith(".svg");
    }

    private boolean isPng() {
        return file.toLowerCase(Locale.ROOT).endsWith(".png");
    }

    /** Draws memory over time. */
    void draw(String trace, List<Run> runs) throws IOException {
        if (file == null) {
            return;
        }
        String versions = runs.size() == 1
                ? "Go " + runs.get(0).label()
                : "Go " + String.join(", ", runs.stream().map(Run::label).toList());
        draw(new RssChart(title(trace) + " replayed under " + versions, runs));
    }

    void draw(Picture picture) throws IOException {
        if (file != null) {
            TargetFile.write(Path.of(file), isSvg() ? picture::svg : picture::png);
        }
    }

    /** What a picture of a trace is headed. */
    static String title(String trace) {
        String name = trace.equals("-")
                ? "standard input"
                : trace.startsWith("gen:")
                        ? trace
                        : Path.of(trace).getFileName().toString();
        return name.replaceFirst("\\.trace(\\.gz|\\.zst)?$", "");
    }
}
