package dev.needzero.experiment;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import java.io.IOException;
import java.util.List;

/** A trace as it would be had nobody marked what the program writes: the marks stand there still, each of no bytes. */
final class WithoutWrites implements TraceReader {
    private final TraceReader source;
    private long marks;

    WithoutWrites(TraceReader source) {
        this.source = source;
    }

    /** Marks met so far. */
    long marks() {
        return marks;
    }

    @Override
    public boolean next(EventBatch batch) throws IOException {
        boolean more = source.next(batch);
        for (int i = 0; i < batch.size; i++) {
            if (batch.kind[i] == Kind.WRITE) {
                batch.b[i] = 0;
                marks++;
            }
        }
        return more;
    }

    @Override
    public TraceInfo info() {
        return source.info();
    }

    @Override
    public TypeTable types() {
        return source.types();
    }

    @Override
    public String string(int index) {
        return source.string(index);
    }

    @Override
    public List<String> warnings() {
        return source.warnings();
    }

    @Override
    public long eventsDecoded() {
        return source.eventsDecoded();
    }

    @Override
    public long bytesRead() {
        return source.bytesRead();
    }

    @Override
    public long bytesTotal() {
        return source.bytesTotal();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
