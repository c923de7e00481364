package dev.needzero.trace.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records from JSON Lines. What {@code convert} writes has a first object with {@code needzero-log} among its names, and at the
 * end objects with {@code warning} or {@code end} alone.
 */
final class JsonSource extends LogSource {
    private static final int MAX_TEXT_CHARS = 1 << 20;
    private static final int MAX_NUMBER_CHARS = 100;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_UNKNOWN_COLUMNS = 10;

    private static final String WARNING = "warning";
    private static final String END = "end";

    private final JsonParser parser;
    private final LogRecord first = new LogRecord();
    private boolean firstHeld;

    JsonSource(TraceInput input) throws IOException {
        super(input);
        // Field names are not kept: a file may hold any number of different ones.
        parser = JsonFactory.builder()
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(MAX_TEXT_CHARS)
                        .maxNameLength(MAX_TEXT_CHARS)
                        .maxNumberLength(MAX_NUMBER_CHARS)
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .build()
                .createParser(new InputStreamReader(tail, StandardCharsets.UTF_8));
        Map<String, String> head = new LinkedHashMap<>();
        firstHeld = readObject(first, head);
        if (head.containsKey(LogHead.MARK)) {
            info = LogHead.parse(head, where());
            firstHeld = false;
        } else {
            head.keySet().forEach(this::unknown);
        }
    }

    @Override
    boolean next(LogRecord record) throws IOException {
        if (firstHeld) {
            firstHeld = false;
            for (Column column : Column.ALL) {
                record.set(column, first.text(column));
            }
            return true;
        }
        Map<String, String> others = new LinkedHashMap<>();
        while (readObject(record, others)) {
            boolean isRecord = record.has(Column.OP);
            if (others.isEmpty() || !isEnd(others) || isRecord) {
                others.keySet().forEach(this::unknown);
                return true;
            }
            others.clear();
        }
        return false;
    }

    /** Takes the objects behind the last record, if it is one of these. */
    private boolean isEnd(Map<String, String> object) throws BadInputException {
        if (info == null || object.size() != 1) {
            return false;
        }
        if (object.containsKey(WARNING)) {
            warnings.add(object.get(WARNING));
            return true;
        }
        if (!object.containsKey(END)) {
            return false;
        }
        try {
            announcedEvents = Long.parseLong(object.get(END));
        } catch (NumberFormatException e) {
            throw new BadInputException(where(), "\"end\" holds no count of events");
        }
        return true;
    }

    private void unknown(String title) {
        String excerpt = LogRecord.excerpt(title);
        if (unknownColumns.size() < MAX_UNKNOWN_COLUMNS && !unknownColumns.contains(excerpt)) {
            unknownColumns.add(excerpt);
        }
    }

    /** Reads one object: known names to the record, others (their values as text) to the map. */
    private boolean readObject(LogRecord record, Map<String, String> others) throws IOException {
        record.clear();
        try {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return false;
            }
            line = parser.currentTokenLocation().getLineNr();
            if (token != JsonToken.START_OBJECT) {
                throw new BadInputException(where(), "found " + token + ", expected one JSON object a line");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String title = parser.currentName();
                JsonToken value = parser.nextToken();
                String text = value == JsonToken.VALUE_NULL || !value.isScalarValue() ? null : parser.getText();
                parser.skipChildren();
                Column column = Column.byTitle(title);
                if (column != null) {
                    record.set(column, text);
                } else if (others.size() <= MAX_UNKNOWN_COLUMNS) {
                    others.put(title, text);
                }
            }
            return true;
        } catch (JsonEOFException e) {
            throw new BadInputException(where(), "the file ends within an object");
        } catch (JsonProcessingException e) {
            line = e.getLocation() == null ? line : e.getLocation().getLineNr();
            throw new BadInputException(where(), "not JSON: " + e.getOriginalMessage());
        }
    }

    @Override
    boolean isTorn() {
        return tail.endsWithoutLineFeed();
    }
}
