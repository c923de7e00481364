package dev.needzero.trace.malloclab;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.unplaced.Sniff;

/** The malloc lab's {@code .rep}. */
public final class RepFormat implements TraceFormat {
    static final String NAME = "malloclab";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "CS:APP malloc lab traces (.rep): a ID BYTES, r ID BYTES, f ID";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        for (int i = 0; i < 4; i++) {
            if (!Sniff.line(head, i).matches("\\d{1,19}")) {
                return false;
            }
        }
        String operation = Sniff.line(head, 4);
        return operation.isEmpty() || operation.matches("[ar]\\s+\\d.*|f\\s+-?\\d.*");
    }

    @Override
    public TraceReader open(TraceInput input) {
        return new RepReader(input);
    }
}
