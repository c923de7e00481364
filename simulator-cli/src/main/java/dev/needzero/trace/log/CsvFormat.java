package dev.needzero.trace.log;

import dev.needzero.trace.TraceFormat;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.unplaced.Sniff;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** needzero's CSV. */
public final class CsvFormat implements TraceFormat {
    static final String NAME = "csv";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "allocation log as CSV: a row of column names (op, id, size, time, thread, type, pointers, …)";
    }

    @Override
    public boolean sniff(byte[] head, String fileName) {
        if (new String(head, 0, Math.min(head.length, 64), StandardCharsets.ISO_8859_1)
                .startsWith("#" + LogHead.MARK)) {
            return true;
        }
        return Arrays.stream(Sniff.firstLine(head).split(",", -1))
                .anyMatch(title -> title.strip().equals(Column.OP.title));
    }

    @Override
    public TraceReader open(TraceInput input) throws IOException {
        return new LogReader(input, new CsvSource(input), NAME);
    }
}
