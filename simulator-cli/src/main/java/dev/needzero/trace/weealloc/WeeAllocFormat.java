package dev.needzero.trace.weealloc;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.unplaced.Sniff;

/** wee_alloc's test traces. */
public final class WeeAllocFormat implements TraceFormat {
    static final String NAME = "wee-alloc";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "wee_alloc test traces: Alloc(BYTES), and Free(ORDINAL), one a line";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        return Sniff.firstLine(head).matches("\\s*(Alloc|Free)\\(\\d{1,19}\\),?\\s*");
    }

    @Override
    public TraceReader open(TraceInput input) {
        return new WeeAllocReader(input);
    }
}
