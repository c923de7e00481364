package dev.needzero.trace.mtrace;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import java.io.IOException;

/** trace2wl's workloads. */
public final class WorkloadFormat implements TraceFormat {
    static final String NAME = "workload";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "glibc malloc workloads (.wl, made by trace2wl of a malloc trace)";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        return WorkloadReader.magicBytes(head) >= 0;
    }

    @Override
    public TraceReader open(TraceInput input) throws IOException {
        return new WorkloadReader(input);
    }
}
