package dev.needzero.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;

/** One run of the command line within this process, and all that it said. */
record Invocation(int exit, String out, String err) {
    /** The repository's own recordings. */
    static final Path TRACES = traces();

    static Invocation of(Object... args) {
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(words);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int exit = line.execute(words);
        return new Invocation(exit, out.toString(), err.toString());
    }

    Map<String, Object> json() throws IOException {
        return JSON.std.mapFrom(out);
    }

    /** Tests run in the module's directory, or in the one above it. */
    private static Path traces() {
        Path above = Path.of("..", "traces");
        return Files.isDirectory(above) ? above : Path.of("traces");
    }
}
