package dev.needzero.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.needzero.report.TargetFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --json FILE|-}. With {@code -} nothing but the JSON goes to standard output. */
final class JsonOption {
    private static final JSON PRETTY =
            JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private String file;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result as JSON; - is standard output.")
    void setFile(String name) {
        file = name;
    }

    /** Whether standard output is for a person to read. */
    boolean leavesOutputToPeople() {
        return !"-".equals(file);
    }

    /** Whether there is anything to write. */
    boolean isAsked() {
        return file != null;
    }

    void write(Map<String, Object> result) throws IOException {
        if (file == null) {
            return;
        }
        String text = PRETTY.asString(result) + "\n";
        if (leavesOutputToPeople()) {
            TargetFile.write(Path.of(file), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        } else {
            PrintWriter out = spec.commandLine().getOut();
            out.print(text);
            out.flush();
        }
    }
}
