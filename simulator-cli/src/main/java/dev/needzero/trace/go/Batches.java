package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * The outer layer of a Go execution trace: batches, each with its generation, thread and base time, read one generation
 * at a time.
 *
 * <p>A generation's bytes stay where they were read, in chunks that the next generation uses again, until
 * {@link #beginGeneration}; a batch never straddles two chunks. Places in them are packed into a long:
 *
 * <pre>
 *   63        37 36        17 16         0
 *   [chunk index][ byte index][   length  ]
 * </pre>
 *
 * <p>Go: {@code internal/trace/batch.go}; {@code go-runtime-model.md} §10.2.
 */
final class Batches {
    static final int MAX_PAYLOAD_BYTES = 1 << 16;

    private static final int CHUNK_SHIFT = 20;
    private static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;
    /** The JDK reads into a buffer of its own first; one of this size is still in the processor's cache when it is copied. */
    private static final int READ_BYTES = 1 << 17;

    private static final int LENGTH_BITS = 17;
    private static final int CHUNK_BITS_BELOW = CHUNK_SHIFT + LENGTH_BITS;
    private static final int MAX_HEADER_BYTES = 2 + 4 * Varint.MAX_BYTES;

    private final TraceInput input;
    private final boolean endsAreMarked;
    private byte[][] chunks = {newChunk()};
    /** What the input's offset of each chunk's first byte is. */
    private long[] chunkOffset = {GoHeader.BYTES};

    private int chunk; // being read
    private int at;
    private int limit;
    private boolean inputOver;
    private boolean packedDataCut;

    private boolean headerHeld; // of the next generation's first batch
    private boolean generationOpen; // a batch was seen that no end has followed yet
    private long currentGeneration;
    private String truncation;

    private int experiment;
    private boolean experimental;
    private long generation;
    private long m;
    private long time;
    private int size;
    private long offset;
    private int from;

    /** @param endsAreMarked whether a byte of its own ends each generation (from 1.26 on) */
    Batches(TraceInput input, boolean endsAreMarked) {
        this.input = input;
        this.endsAreMarked = endsAreMarked;
    }

    private static byte[] newChunk() {
        // What is decoded without a look at the batch's end must still lie in the array.
        return new byte[CHUNK_BYTES + (1 + EventType.MAX_ARGUMENTS) * Varint.MAX_BYTES + Varint.SLACK_BYTES];
    }

    /** Forgets the generation before and makes its room free. */
    void beginGeneration() {
        currentGeneration = 0;
        if (chunk == 0 && at < CHUNK_BYTES / 2) {
            return; // small generations share a chunk, else moving its rest would cost more than reading it
        }
        System.arraycopy(chunks[chunk], at, chunks[0], 0, limit - at);
        chunkOffset[0] = chunkOffset[chunk] + at;
        chunk = 0;
        limit -= at;
        at = 0;
    }

    /** Reads the generation's next whole batch; false when the generation or the input is over. */
    boolean next() throws IOException {
        if (!headerHeld && !readHeader()) {
            return false;
        }
        if (currentGeneration == 0) {
            currentGeneration = generation;
        } else if (generation != currentGeneration) {
            if (Long.compareUnsigned(generation, currentGeneration) < 0) {
                throw damage(
                        offset,
                        "a batch of generation " + Long.toUnsignedString(generation) + " after generation "
                                + Long.toUnsignedString(currentGeneration) + "; generations only go up");
            }
            if (endsAreMarked) {
                throw damage(
                        offset,
                        "a batch of generation " + Long.toUnsignedString(generation) + " before the end of generation "
                                + Long.toUnsignedString(currentGeneration));
            }
            headerHeld = true;
            return false;
        }
        headerHeld = false;
        generationOpen = true;
        if (!fill(size)) {
            cut(offset);
            return false;
        }
        from = at;
        at += size;
        return true;
    }

    /** Whether no generation follows. */
    boolean isOver() throws IOException {
        return !headerHeld && !fill(1);
    }

    /** Why and where the trace ends before its time, or null. */
    String truncation() {
        return truncation;
    }

    private boolean readHeader() throws IOException {
        fill(MAX_HEADER_BYTES);
        offset = chunkOffset[chunk] + at;
        if (at == limit) {
            if ((endsAreMarked && generationOpen) || packedDataCut) {
                cut(offset);
            }
            return false;
        }
        byte[] bytes = chunks[chunk];
        int p = at;
        int type = bytes[p++] & 0xff;
        if (type == EventType.END_OF_GENERATION && endsAreMarked) {
            at = p;
            generationOpen = false;
            return false;
        }
        experimental = type == EventType.EXPERIMENTAL_BATCH;
        if (!experimental && type != EventType.EVENT_BATCH) {
            throw damage(
                    offset,
                    "found a byte " + type + "; expected the start of a batch (1 or 49)"
                            + (type == EventType.END_OF_GENERATION
                                    ? ", for this version does not mark a generation's end"
                                    : ""));
        }
        experiment = 0;
        if (experimental) {
            experiment = bytes[p++] & 0xff;
        }
        generation = Varint.read(bytes, p);
        p = numberEnd(bytes, p);
        m = Varint.read(bytes, p);
        p = numberEnd(bytes, p);
        time = Varint.read(bytes, p);
        p = numberEnd(bytes, p);
        long length = Varint.read(bytes, p);
        p = numberEnd(bytes, p);
        if (p > limit) {
            cut(offset);
            return false;
        }
        if (length < 0 || length > MAX_PAYLOAD_BYTES) {
            throw damage(
                    offset,
                    "a batch of " + Long.toUnsignedString(length) + " bytes; expected at most " + MAX_PAYLOAD_BYTES);
        }
        if (generation == 0) {
            throw damage(offset, "a batch of generation 0; generations count from 1");
        }
        size = (int) length;
        at = p;
        return true;
    }

    private int numberEnd(byte[] bytes, int p) throws BadInputException {
        int end = Varint.end(bytes, p);
        if (end < 0 && p + Varint.MAX_BYTES <= limit) {
            throw damage(offset, "a batch header with a number of more than " + Varint.MAX_BYTES + " bytes");
        }
        // Beyond the limit lie stale bytes; a number among them only shows that the header is cut.
        return end < 0 ? limit + 1 : Math.min(end, limit + 1);
    }

    private void cut(long where) {
        at = limit;
        inputOver = true;
        truncation = packedDataCut
                ? input.at(where) + ": the packed data is cut off; read up to the last whole batch before"
                : input.at(where) + ": the trace is cut off; read up to the last whole batch before";
    }

    /** Makes {@code count} bytes available at {@code at}; false if the input has fewer left. */
    private boolean fill(int count) throws IOException {
        while (limit - at < count) {
            if (inputOver) {
                return false;
            }
            if (at + count > CHUNK_BYTES) {
                turnToNextChunk();
            }
            try {
                int n = input.read(chunks[chunk], limit, Math.min(CHUNK_BYTES - limit, READ_BYTES));
                inputOver = n < 0;
                limit += Math.max(0, n);
            } catch (EOFException e) {
                inputOver = true;
                packedDataCut = true;
            }
        }
        return true;
    }

    private void turnToNextChunk() {
        if (chunk + 1 == chunks.length) {
            chunks = Arrays.copyOf(chunks, chunks.length + 1 + (chunks.length >> 1));
            chunkOffset = Arrays.copyOf(chunkOffset, chunks.length);
        }
        if (chunks[chunk + 1] == null) {
            chunks[chunk + 1] = newChunk();
        }
        System.arraycopy(chunks[chunk], at, chunks[chunk + 1], 0, limit - at);
        chunkOffset[chunk + 1] = chunkOffset[chunk] + at;
        limit -= at;
        at = 0;
        chunk++;
    }

    // ---- the batch read last

    boolean isExperimental() {
        return experimental;
    }

    int experiment() {
        return experiment;
    }

    /** The thread, or -1 for none. */
    long m() {
        return m;
    }

    /** Base time, ticks. */
    long time() {
        return time;
    }

    /** Where its payload lies. */
    long payload() {
        return ((long) chunk << CHUNK_BITS_BELOW) | ((long) from << LENGTH_BITS) | size;
    }

    // ---- places

    /** A place in the same chunk as another. */
    static long place(long other, int index, int length) {
        return (other & -(1L << CHUNK_BITS_BELOW)) | ((long) index << LENGTH_BITS) | length;
    }

    byte[] bytesAt(long place) {
        return chunks[(int) (place >>> CHUNK_BITS_BELOW)];
    }

    static int index(long place) {
        return (int) (place >>> LENGTH_BITS) & (CHUNK_BYTES - 1);
    }

    static int length(long place) {
        return (int) place & ((1 << LENGTH_BITS) - 1);
    }

    /** The input's offset of a byte of the chunk that a place lies in. */
    long offset(long place, int index) {
        return chunkOffset[(int) (place >>> CHUNK_BITS_BELOW)] + index;
    }

    // ---- complaints

    private BadInputException damage(long where, String problem) {
        return new BadInputException(input.at(where), problem);
    }

    /** @param index of the offending byte in the chunk of {@code place}, a batch's payload */
    BadInputException damage(long place, int index, String problem) {
        return damage(
                offset(place, index),
                problem + " (in generation " + Long.toUnsignedString(currentGeneration)
                        + ", the batch whose payload begins at " + offset(place, index(place)) + ")");
    }
}
