package dev.needzero.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.needzero.experiment.Checkpoint;
import dev.needzero.experiment.TimeLine;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * A replay's time line as Chrome's trace events in JSON, which Perfetto opens: counters for resident, mapped and Go's own
 * memory, an instant for each collection and checkpoint. Times are microseconds; of a trace without a clock, event numbers.
 */
public final class TraceEvents {
    private static final int PROCESS = 1;

    private final JsonGenerator json;
    private final boolean hasClock;

    private TraceEvents(JsonGenerator json, boolean hasClock) {
        this.json = json;
        this.hasClock = hasClock;
    }

    public static void write(OutputStream out, Run run, String trace) throws IOException {
        TimeLine line = run.timeLine();
        boolean hasClock = line.size() > 0 && line.timeNanos(line.size() - 1) > 0;
        try (JsonGenerator json = new JsonFactory()
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
                .createGenerator(out)) {
            new TraceEvents(json, hasClock).write(run, trace);
        }
    }

    private void write(Run run, String trace) throws IOException {
        json.writeStartObject();
        json.writeStringField("displayTimeUnit", "ms");
        json.writeArrayFieldStart("traceEvents");
        json.writeStartObject();
        head("process_name", "M", BigDecimal.ZERO);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", trace + " under Go " + run.label());
        json.writeEndObject();
        json.writeEndObject();
        TimeLine line = run.timeLine();
        for (int i = 0; i < line.size(); i++) {
            BigDecimal at = at(line.timeNanos(i), line.event(i));
            counter("resident", at, line.rssBytes(i));
            counter("mapped", at, line.mappedBytes(i));
            counter("Go: spans and stacks in use", at, line.goInUseBytes(i));
            if (line.goalBytes(i) >= 0) {
                counter("Go: heap goal", at, line.goalBytes(i));
            }
        }
        int cycle = 0;
        for (long nanos : line.cyclesNanos()) {
            if (hasClock) {
                instant(String.format(Locale.ROOT, "collection %d", ++cycle), micros(nanos));
            }
        }
        for (Checkpoint checkpoint : run.replay().checkpoints()) {
            instant("checkpoint " + checkpoint.name(), at(checkpoint.timeNanos(), checkpoint.event()));
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private BigDecimal at(long nanos, long event) {
        return hasClock ? micros(nanos) : BigDecimal.valueOf(event);
    }

    /** A double would print 10 seconds as 1.0E7, which not every reader of these files takes for a time. */
    private static BigDecimal micros(long nanos) {
        return BigDecimal.valueOf(nanos, 3);
    }

    private void head(String name, String phase, BigDecimal at) throws IOException {
        json.writeStringField("name", name);
        json.writeStringField("ph", phase);
        json.writeNumberField("ts", at);
        json.writeNumberField("pid", PROCESS);
        json.writeNumberField("tid", PROCESS);
    }

    private void counter(String name, BigDecimal at, long bytes) throws IOException {
        json.writeStartObject();
        head(name, "C", at);
        json.writeObjectFieldStart("args");
        json.writeNumberField("bytes", bytes);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void instant(String name, BigDecimal at) throws IOException {
        json.writeStartObject();
        head(name, "i", at);
        json.writeStringField("s", "p");
        json.writeEndObject();
    }
}
