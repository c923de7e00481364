package dev.needzero.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.needzero.experiment.Checkpoint;
import dev.needzero.experiment.TimeLine;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/**
 * A replay's time line as Chrome's trace events in JSON, which Perfetto opens: counters for resident, mapped and Go's own
 * memory, an instant for each collection and checkpoint. Times are microseconds; of a trace without a clock, event numbers.
 */
public final class TraceEvents {
    private static final int PROCESS = 1;
    private static final double NANOS_PER_MICRO = 1e3;

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
                .createGenerator(out)) {
            new TraceEvents(json, hasClock).write(run, trace);
        }
    }

    private void write(Run run, String trace) throws IOException {
        json.writeStartObject();
        json.writeStringField("displayTimeUnit", "ms");
        json.writeArrayFieldStart("traceEvents");
        json.writeStartObject();
        head("process_name", "M", 0);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", trace + " under Go " + run.label());
        json.writeEndObject();
        json.writeEndObject();
        TimeLine line = run.timeLine();
        for (int i = 0; i < line.size(); i++) {
            double at = at(line.timeNanos(i), line.event(i));
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
                instant(String.format(Locale.ROOT, "collection %d", ++cycle), nanos / NANOS_PER_MICRO);
            }
        }
        for (Checkpoint checkpoint : run.replay().checkpoints()) {
            instant("checkpoint " + checkpoint.name(), at(checkpoint.timeNanos(), checkpoint.event()));
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private double at(long nanos, long event) {
        return hasClock ? nanos / NANOS_PER_MICRO : event;
    }

    private void head(String name, String phase, double at) throws IOException {
        json.writeStringField("name", name);
        json.writeStringField("ph", phase);
        json.writeNumberField("ts", at);
        json.writeNumberField("pid", PROCESS);
        json.writeNumberField("tid", PROCESS);
    }

    private void counter(String name, double at, long bytes) throws IOException {
        json.writeStartObject();
        head(name, "C", at);
        json.writeObjectFieldStart("args");
        json.writeNumberField("bytes", bytes);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void instant(String name, double at) throws IOException {
        json.writeStartObject();
        head(name, "i", at);
        json.writeStringField("s", "p");
        json.writeEndObject();
    }
}
