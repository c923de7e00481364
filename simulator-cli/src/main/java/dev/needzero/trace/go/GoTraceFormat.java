package dev.needzero.trace.go;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import java.io.IOException;

/** Go execution traces, 1.23 and later, recorded with {@code GODEBUG=traceallocfree=1}. */
public final class GoTraceFormat implements TraceFormat {
    static final String NAME = "go-trace";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Go execution trace of 1.23 or later with allocation events (GODEBUG=traceallocfree=1)";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        return GoHeader.looksLikeOne(head);
    }

    @Override
    public TraceReader open(TraceInput input) throws IOException {
        return new GoTraceReader(input);
    }
}
