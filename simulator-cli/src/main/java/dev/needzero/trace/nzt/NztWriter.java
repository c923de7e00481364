package dev.needzero.trace.nzt;

import dev.needzero.trace.AtomicOutput;
import dev.needzero.trace.Columns;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TraceWriter;
import dev.needzero.trace.TypeTable;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/** Writes {@code .nzt}, a block at a time. It holds everything a reader exposes, so it loses nothing. */
public final class NztWriter implements TraceWriter {
    /** A dictionary block is closed beyond this. */
    private static final int DICTIONARY_BYTES = 1 << 20;

    private final AtomicOutput file;
    private final OutputStream out;
    private final EventsEncoder events;
    private final ByteSink payload = new ByteSink();
    private final ByteSink header = new ByteSink();
    private final ByteSink index = new ByteSink();

    private long offset;
    private long blocks;
    private long eventsWritten;
    private long previousBlockOffset;
    /** Types in dictionary blocks so far; 0 is known without. */
    private int typesWritten = 1;

    private final IntOpenHashSet stringsWritten = new IntOpenHashSet();
    private final IntArrayList stringsPending = new IntArrayList();

    public NztWriter(Path target, TraceInfo info, boolean replace) throws IOException {
        file = new AtomicOutput(target, replace);
        out = file.stream();
        events = new EventsEncoder(info.placed());
        try {
            writeFileHeader();
            for (int copy = 0; copy < 2; copy++) {
                writeInfo(info);
            }
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private void writeFileHeader() throws IOException {
        header.clear();
        header.bytes(Block.FILE_MAGIC, 0, Block.FILE_MAGIC.length);
        header.u32(Block.VERSION);
        header.u32(Block.checksum(header.array(), 0, header.size()));
        write(header);
        previousBlockOffset = offset;
    }

    private void writeInfo(TraceInfo info) throws IOException {
        payload.clear();
        payload.text(info.format());
        payload.u8((info.placed() ? NztInfo.PLACED : 0)
                | (info.exactFrees() ? NztInfo.EXACT_FREES : 0)
                | (info.goVersion() != null ? NztInfo.GO_VERSION : 0));
        if (info.goVersion() != null) {
            payload.text(info.goVersion());
        }
        payload.uv(info.heapBase());
        payload.sv(info.firstPageOffset());
        writeBlock(Block.INFO, 0);
    }

    @Override
    public void write(EventBatch batch, TraceReader source) throws IOException {
        for (int i = 0; i < batch.size; i++) {
            if (events.isFull()) {
                writeEvents(source);
            }
            byte kind = batch.kind[i];
            if (kind == Kind.CHECKPOINT && stringsWritten.add(batch.c[i])) {
                stringsPending.add(batch.c[i]);
            }
            events.add(
                    kind,
                    batch.proc[i],
                    batch.timeNanos[i],
                    Columns.usesA(kind) ? batch.a[i] : 0,
                    Columns.usesB(kind) ? batch.b[i] : 0,
                    Columns.usesC(kind) ? batch.c[i] : 0);
        }
    }

    private void writeEvents(TraceReader source) throws IOException {
        writeTypes(source.types());
        writeStrings(source);
        long earliest = events.earliestNanos();
        long latest = events.latestNanos();
        int count = events.size();
        payload.clear();
        events.write(payload, typesWritten, source.eventsDecoded());
        writeBlock(Block.EVENTS, count);
        index.sv(earliest);
        index.sv(latest - earliest);
    }

    private void writeTypes(TypeTable types) throws IOException {
        while (typesWritten < types.size()) {
            ByteSink entries = header;
            entries.clear();
            int first = typesWritten;
            while (typesWritten < types.size() && entries.size() < DICTIONARY_BYTES) {
                TypeTable.Type type = types.get(typesWritten++);
                entries.text(type.name());
                entries.sv(type.sizeBytes());
                entries.sv(type.pointerBytes());
                entries.u8(NztInfo.code(type.pointers()) | (type.zeroed() ? NztInfo.ZEROED : 0));
            }
            payload.clear();
            payload.uv(first);
            payload.uv(typesWritten - first);
            payload.bytes(entries.array(), 0, entries.size());
            writeBlock(Block.TYPES, 0);
        }
    }

    private void writeStrings(TraceReader source) throws IOException {
        int next = 0;
        while (next < stringsPending.size()) {
            ByteSink entries = header;
            entries.clear();
            int first = next;
            while (next < stringsPending.size() && entries.size() < DICTIONARY_BYTES) {
                int string = stringsPending.getInt(next++);
                entries.uv(string);
                entries.text(source.string(string));
            }
            payload.clear();
            payload.uv(next - first);
            payload.bytes(entries.array(), 0, entries.size());
            writeBlock(Block.STRINGS, 0);
        }
        stringsPending.clear();
    }

    /** Writes {@link #payload} as a block and notes it in the index. */
    private void writeBlock(int kind, int count) throws IOException {
        int checksum = Block.checksum(payload.array(), 0, payload.size());
        header.clear();
        new Block(kind, blocks++, payload.size(), eventsWritten, count, checksum).writeHeader(header);
        if (kind != Block.INDEX) {
            index.u8(kind);
            index.uv(offset - previousBlockOffset);
            index.uv(count);
            previousBlockOffset = offset;
        }
        write(header);
        write(payload);
        eventsWritten += count;
    }

    private void write(ByteSink bytes) throws IOException {
        out.write(bytes.array(), 0, bytes.size());
        offset += bytes.size();
    }

    @Override
    public void finish(TraceReader source) throws IOException {
        if (events.size() > 0) {
            writeEvents(source);
        }
        writeTypes(source.types());
        List<String> warnings = source.warnings();
        payload.clear();
        payload.uv(eventsWritten);
        payload.uv(source.eventsDecoded());
        payload.uv(warnings.size());
        for (String warning : warnings) {
            payload.text(warning);
        }
        writeBlock(Block.END, 0);
        long indexOffset = offset;
        payload.clear();
        payload.uv(blocks);
        payload.bytes(index.array(), 0, index.size());
        writeBlock(Block.INDEX, 0);
        header.clear();
        header.u64(indexOffset);
        header.u32(Block.checksum(header.array(), 0, header.size()));
        header.bytes(Block.FOOTER_MAGIC, 0, Block.FOOTER_MAGIC.length);
        write(header);
        file.commit();
    }

    @Override
    public List<String> losses() {
        return List.of();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
