package dev.needzero.trace.go;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Go execution traces, 1.23 and later, recorded with {@code GODEBUG=traceallocfree=1}. */
public final class GoTraceFormat implements TraceFormat {
    @Override
    public String name() {
        return "go-trace";
    }

    @Override
    public String description() {
        return "Go execution trace of 1.23 or later with allocation events (GODEBUG=traceallocfree=1)";
    }

    @Override
    public boolean sniff(byte[] head) {
        return new String(head, 0, Math.min(16, head.length), StandardCharsets.ISO_8859_1).startsWith("go 1.");
    }

    @Override
    public TraceReader open(TraceInput input) throws IOException {
        return new GoTraceReader(input);
    }
}
