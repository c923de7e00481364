package dev.needzero.trace.heaptrack;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.unplaced.Sniff;

/** heaptrack's interpreted data files. */
public final class HeaptrackFormat implements TraceFormat {
    static final String NAME = "heaptrack";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "heaptrack data (heaptrack.APP.PID.zst or .gz), interpreted";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        return Sniff.firstLine(head).matches("v [0-9a-f]{4,6}( [0-9a-f]+)?");
    }

    @Override
    public TraceReader open(TraceInput input) {
        return new HeaptrackReader(input);
    }
}
