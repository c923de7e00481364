package dev.needzero.trace;

import dev.needzero.trace.go.GoTraceFormat;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Opens traces: {@code PATH}, {@code -}, {@code FORMAT:PATH}. */
public final class Traces {
    private static final List<TraceFormat> FORMATS = List.of(new GoTraceFormat());

    private Traces() {}

    public static List<TraceFormat> formats() {
        return FORMATS;
    }

    /** Opens a trace; its format is the one named, else the one its first bytes show. */
    public static TraceReader open(String spec) throws IOException {
        for (TraceFormat format : FORMATS) {
            if (spec.startsWith(format.name() + ":")) {
                return open(format, TraceInput.open(spec.substring(format.name().length() + 1)));
            }
        }
        TraceInput input = TraceInput.open(spec);
        byte[] head = input.peek(512);
        for (TraceFormat format : FORMATS) {
            if (format.sniff(head)) {
                return open(format, input);
            }
        }
        input.close();
        throw new BadInputException(
                input.name(),
                "byte 0: not a trace of a known format (known: "
                        + FORMATS.stream().map(TraceFormat::name).collect(Collectors.joining(", "))
                        + "; name one as in FORMAT:PATH)");
    }

    private static TraceReader open(TraceFormat format, TraceInput input) throws IOException {
        try {
            return format.open(input);
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }
}
