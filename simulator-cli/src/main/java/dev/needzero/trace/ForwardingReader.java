package dev.needzero.trace;

import java.io.IOException;
import java.util.List;

/** A reader that hands on what another reads; a subclass changes or watches the part that it is for. */
public abstract class ForwardingReader implements TraceReader {
    /** Who really reads; closed with this. */
    protected final TraceReader source;

    protected ForwardingReader(TraceReader source) {
        this.source = source;
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

    /** The source, whole and as it is. */
    @Override
    public TraceReader again() throws IOException {
        return source.again();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
