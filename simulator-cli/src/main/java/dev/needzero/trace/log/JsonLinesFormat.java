package dev.needzero.trace.log;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.unplaced.Sniff;
import java.io.IOException;

/** needzero's JSON Lines. */
public final class JsonLinesFormat implements TraceFormat {
    static final String NAME = "jsonl";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "allocation log as JSON Lines: one object a line (op, id, size, time, thread, type, pointers, …)";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        String line = Sniff.firstLine(head);
        return line.startsWith("{") && (line.contains("\"op\"") || line.contains("\"" + LogHead.MARK + "\""));
    }

    @Override
    public TraceReader open(TraceInput input) throws IOException {
        return new LogReader(input, new JsonSource(input), NAME);
    }
}
