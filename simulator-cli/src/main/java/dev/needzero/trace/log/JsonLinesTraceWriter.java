package dev.needzero.trace.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.needzero.trace.TraceInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes a trace as JSON Lines. Numbers are JSON numbers, but for addresses, which are texts as in CSV. */
public final class JsonLinesTraceWriter extends LogWriter {
    private final JsonGenerator json;

    public JsonLinesTraceWriter(Path target, TraceInfo info, boolean replace) throws IOException {
        super(target, info, replace);
        json = new JsonFactory().createGenerator(stream());
        json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
        writeHead(LogHead.of(info));
    }

    @Override
    void writeHead(Map<String, String> head) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, String> entry : head.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    @Override
    void writeRecord(LogRecord current) throws IOException {
        json.writeStartObject();
        for (Column column : Column.ALL) {
            String text = current.text(column);
            if (text == null) {
                continue;
            }
            json.writeFieldName(column.title);
            boolean isText = column == Column.OP
                    || column == Column.TYPE
                    || column == Column.NAME
                    || column == Column.POINTERS
                    || text.startsWith("0x");
            if (column == Column.ZEROED) {
                json.writeBoolean(Boolean.parseBoolean(text));
            } else if (isText) {
                json.writeString(text);
            } else {
                json.writeNumber(text);
            }
        }
        json.writeEndObject();
    }

    @Override
    void writeEnd(List<String> warnings, long eventCount) throws IOException {
        for (String warning : warnings) {
            json.writeStartObject();
            json.writeStringField("warning", warning);
            json.writeEndObject();
        }
        json.writeStartObject();
        json.writeNumberField("end", eventCount);
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
