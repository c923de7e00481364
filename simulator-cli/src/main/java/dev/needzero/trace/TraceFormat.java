package dev.needzero.trace;

import java.io.IOException;

/** A family of trace files: how it is named, how it is recognised, how it is read. */
public interface TraceFormat {
    /** The name in {@code FORMAT:PATH}. */
    String name();

    /** What a person calls it, for the list of formats. */
    String description();

    /**
     * Whether an input that begins like this is one of these.
     *
     * @param head the first bytes, decompressed; fewer than 512 only when the input is that short
     */
    boolean sniff(byte[] head);

    TraceReader open(TraceInput input) throws IOException;
}
