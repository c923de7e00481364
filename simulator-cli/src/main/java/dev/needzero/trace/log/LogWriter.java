package dev.needzero.trace.log;

import dev.needzero.trace.AtomicOutput;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TraceWriter;
import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns events into records; a subclass writes them down. */
abstract class LogWriter implements TraceWriter {
    private static final long PAGE_BYTES = 8192;

    private final AtomicOutput file;
    private final LogRecord record = new LogRecord();
    private final long[] leftOutOfKind = new long[256];
    private final BitSet typesUsed = new BitSet();
    private final boolean placed;
    private final long heapBase;
    private long events;
    private int types;

    LogWriter(Path target, TraceInfo info, boolean replace) throws IOException {
        file = new AtomicOutput(target, replace);
        placed = info.placed();
        heapBase = info.heapBase();
    }

    final OutputStream stream() {
        return file.stream();
    }

    abstract void writeHead(Map<String, String> head) throws IOException;

    abstract void writeRecord(LogRecord current) throws IOException;

    abstract void writeEnd(List<String> warnings, long eventCount) throws IOException;

    @Override
    public final void write(EventBatch batch, TraceReader source) throws IOException {
        for (int i = 0; i < batch.size; i++) {
            LogOp op = LogOp.byKind(batch.kind[i]);
            if (op == null) {
                leftOutOfKind[batch.kind[i] & 0xff]++;
                continue;
            }
            record.clear();
            record.set(Column.TIME, batch.timeNanos[i]);
            record.set(Column.THREAD, batch.proc[i]);
            record.set(Column.OP, op.title);
            set(op.a, batch.a[i], source);
            set(op.b, batch.b[i], source);
            set(op.c, batch.c[i], source);
            writeRecord(record);
            events++;
        }
    }

    private void set(LogOp.Field field, long value, TraceReader source) {
        switch (field) {
            case NONE -> {}
            case ID -> record.set(Column.ID, placed ? "0x" + Long.toHexString(heapBase + value) : Long.toString(value));
            case SIZE -> record.set(Column.SIZE, value);
            case PAGES -> record.set(Column.SIZE, value * PAGE_BYTES);
            case VALUE -> record.set(Column.VALUE, value);
            case DETAIL -> record.set(Column.DETAIL, value);
            case TYPE -> setType((int) value, source.types());
            case NAME -> record.set(Column.NAME, source.string((int) value));
        }
    }

    private void setType(int index, TypeTable table) {
        typesUsed.set(index);
        TypeTable.Type type = table.get(index);
        record.set(Column.TYPE, type.name());
        if (type.sizeBytes() != 0) {
            record.set(Column.TYPE_SIZE, type.sizeBytes());
        }
        if (type.pointerBytes() != 0) {
            record.set(Column.POINTER_BYTES, type.pointerBytes());
        }
        if (type.pointers() != Pointers.UNKNOWN) {
            record.set(Column.POINTERS, type.pointers().name().toLowerCase(Locale.ROOT));
        }
        if (!type.zeroed()) {
            record.set(Column.ZEROED, "false");
        }
    }

    @Override
    public final void finish(TraceReader source) throws IOException {
        writeEnd(source.warnings(), events);
        types = source.types().size();
        file.commit();
    }

    @Override
    public final List<String> losses() {
        List<String> losses = new ArrayList<>();
        for (int kind = 0; kind < leftOutOfKind.length; kind++) {
            if (leftOutOfKind[kind] > 0) {
                losses.add(String.format(
                        Locale.ROOT,
                        "%,d events of kind %d, which a log has no operation for",
                        leftOutOfKind[kind],
                        kind));
            }
        }
        typesUsed.set(0);
        int unused = types - typesUsed.cardinality();
        if (unused > 0) {
            losses.add(unused + " types that no event uses");
        }
        losses.add("how many events that concern no memory the source had");
        return losses;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
