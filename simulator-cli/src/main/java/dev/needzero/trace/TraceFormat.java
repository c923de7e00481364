package dev.needzero.trace;

import java.io.IOException;

/** A format that {@link Traces} can open. Stateless. */
public interface TraceFormat {
    /** As in {@code FORMAT:PATH}: lower case, words joined by hyphens. */
    String name();

    /** One line for people: what writes it. */
    String description();

    /**
     * Whether the input looks like this format.
     *
     * @param head the first unpacked bytes, up to {@link TraceInput#HEAD_BYTES}
     * @param fileName the name given, for formats whose content says too little
     */
    boolean sniff(byte[] head, String fileName);

    /** Opens a reader, which owns the input from then on (also when this throws, the caller closes it). */
    TraceReader open(TraceInput input) throws IOException;

    /**
     * The same, but damaged parts are left out and named among the warnings.
     *
     * @throws UnsupportedOperationException when the format has no parts that can be left out; says so
     */
    default TraceReader openDamaged(TraceInput input) throws IOException {
        throw new UnsupportedOperationException(
                "only .nzt is written in blocks that can be left out; " + input.name() + " is a " + name() + " trace");
    }
}
