package dev.needzero.trace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A trace held in memory: made up by a test, or read from another reader. Columns that an event's kind gives no meaning
 * are zero, so that traces can be compared.
 */
public final class TraceData implements TraceReader {
    /** One event. */
    public record Event(byte kind, int proc, long nanos, long a, long b, int c) {}

    public final List<Event> events = new ArrayList<>();
    public final List<String> strings = new ArrayList<>();
    public final List<String> warnings = new ArrayList<>();
    private final TypeTable types;
    private final TraceInfo info;
    private long decoded;
    private int next;

    public TraceData(TraceInfo info) {
        this.info = info;
        this.types = new TypeTable();
    }

    private TraceData(TraceReader source) {
        this.info = source.info();
        this.types = source.types();
    }

    /** Reads a trace to its end and closes it. */
    public static TraceData of(TraceReader source) throws IOException {
        try (source) {
            TraceData data = new TraceData(source);
            EventBatch batch = new EventBatch();
            while (source.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    byte kind = batch.kind[i];
                    data.add(
                            kind,
                            batch.proc[i],
                            batch.timeNanos[i],
                            Columns.usesA(kind) ? batch.a[i] : 0,
                            Columns.usesB(kind) ? batch.b[i] : 0,
                            Columns.usesC(kind) ? batch.c[i] : 0);
                    if (kind == Kind.CHECKPOINT) {
                        while (data.strings.size() <= batch.c[i]) {
                            data.strings.add("");
                        }
                        data.strings.set(batch.c[i], source.string(batch.c[i]));
                    }
                }
            }
            data.warnings.addAll(source.warnings());
            data.decoded = source.eventsDecoded();
            return data;
        }
    }

    public void add(byte kind, int proc, long nanos, long a, long b, int c) {
        events.add(new Event(kind, proc, nanos, a, b, c));
        decoded = events.size();
    }

    /** From the beginning again. */
    public TraceData rewind() {
        next = 0;
        return this;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public boolean next(EventBatch batch) {
        batch.size = 0;
        while (next < events.size() && !batch.isFull()) {
            Event e = events.get(next++);
            batch.add(e.kind, e.proc, e.nanos, e.a, e.b, e.c);
        }
        return batch.size > 0;
    }

    @Override
    public TypeTable types() {
        return types;
    }

    public List<TypeTable.Type> typeList() {
        List<TypeTable.Type> list = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            list.add(types.get(i));
        }
        return list;
    }

    @Override
    public String string(int index) {
        return strings.get(index);
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public long eventsDecoded() {
        return decoded;
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    public long bytesTotal() {
        return -1;
    }

    @Override
    public void close() {}
}
