package dev.needzero.trace.log;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.needzero.trace.TraceInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Writes a trace as CSV. */
public final class CsvTraceWriter extends LogWriter {
    private final CsvWriter csv;
    private final String[] row = new String[Column.ALL.length];

    public CsvTraceWriter(Path target, TraceInfo info, boolean replace) throws IOException {
        super(target, info, replace);
        csv = CsvWriter.builder().build(stream(), StandardCharsets.UTF_8);
        writeHead(LogHead.of(info));
    }

    @Override
    void writeHead(Map<String, String> head) {
        StringJoiner pairs = new StringJoiner(" ");
        head.forEach((title, value) -> pairs.add(title + "=" + value));
        csv.writeComment(pairs.toString());
        for (Column column : Column.ALL) {
            row[column.ordinal()] = column.title;
        }
        csv.writeRecord(row);
    }

    @Override
    void writeRecord(LogRecord current) {
        for (Column column : Column.ALL) {
            row[column.ordinal()] = current.text(column);
        }
        csv.writeRecord(row);
    }

    @Override
    void writeEnd(List<String> warnings, long eventCount) throws IOException {
        for (String warning : warnings) {
            csv.writeComment("warning " + warning.replace('\n', ' '));
        }
        csv.writeComment("end " + eventCount);
        csv.flush();
    }
}
