package dev.needzero.trace;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of a trace, decompressed if the source is gzip or zstd: a path, or {@code -} for standard input.
 *
 * <p>Inflation is bounded: an input that grows beyond {@link #MAX_INFLATED_BYTES} and beyond {@link #MAX_RATIO} times its
 * stored size is refused, unless the system property {@code needzero.inflate} is {@code unbounded}.
 */
public final class TraceInput implements AutoCloseable {
    static final long MAX_INFLATED_BYTES = 1L << 30;
    static final long MAX_RATIO = 1000;
    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final Counter stored;
    private final InputStream in;
    private final long storedBytes;
    private final boolean compressed;
    private long inflated;
    private String damage;
    private byte[] head;
    private int headAt;
    private int headLength;

    private TraceInput(String name, Counter stored, InputStream in, long storedBytes, boolean compressed) {
        this.name = name;
        this.stored = stored;
        this.in = in;
        this.storedBytes = storedBytes;
        this.compressed = compressed;
    }

    /** Opens a path or standard input ({@code -}). */
    public static TraceInput open(String path) throws IOException {
        if (path.equals("-")) {
            return wrap("standard input", System.in, -1);
        }
        Path file = Path.of(path);
        if (Files.isDirectory(file)) {
            throw new BadInputException(path, "is a directory; expected a trace file");
        }
        if (!Files.exists(file)) {
            throw new BadInputException(path, "no such file");
        }
        if (!Files.isReadable(file)) {
            throw new BadInputException(path, "is not readable");
        }
        return wrap(path, Files.newInputStream(file), Files.size(file));
    }

    static TraceInput wrap(String name, InputStream source, long storedBytes) throws IOException {
        Counter counter = new Counter(source);
        BufferedInputStream raw = new BufferedInputStream(counter, BUFFER_BYTES);
        raw.mark(8);
        byte[] magic = raw.readNBytes(4);
        raw.reset();
        if (magic.length == 0) {
            raw.close();
            throw new BadInputException(name, "is empty; expected a trace");
        }
        try {
            if (magic.length >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
                return new TraceInput(name, counter, new GZIPInputStream(raw, BUFFER_BYTES), storedBytes, true);
            }
            if (magic.length == 4 && (magic[0] & 0xff) == 0x28 && (magic[1] & 0xff) == 0xb5 && magic[2] == 0x2f) {
                return new TraceInput(name, counter, new ZstdInputStream(raw), storedBytes, true);
            }
        } catch (IOException e) {
            raw.close();
            throw new BadInputException(name, "byte 0: damaged compression header (" + e.getMessage() + ")");
        }
        return new TraceInput(name, counter, raw, storedBytes, false);
    }

    /** What messages call this input. */
    public String name() {
        return name;
    }

    public long storedBytesRead() {
        return stored.count;
    }

    /** Bytes of the source as stored, or -1. */
    public long storedBytes() {
        return storedBytes;
    }

    /**
     * Reads up to {@code length} bytes.
     *
     * @return bytes read, fewer than asked for only at the end; a damaged or cut compressed stream ends where it is
     *     damaged, and {@link #damage} says so
     */
    public int read(byte[] into, int offset, int length) throws IOException {
        int total = Math.min(length, headLength - headAt);
        if (total > 0) {
            System.arraycopy(head, headAt, into, offset, total);
            headAt += total;
            inflated -= total; // counted when it was peeked at
        }
        try {
            while (total < length) {
                int n = in.read(into, offset + total, length - total);
                if (n < 0) {
                    break;
                }
                total += n;
            }
        } catch (RuntimeException e) { // the decompressors' own word for damage
            damage = "damaged compressed data after " + (inflated + total) + " bytes: " + e.getMessage();
        } catch (IOException e) {
            if (!compressed) {
                throw e;
            }
            damage = "damaged or cut compressed data after " + (inflated + total) + " bytes: " + e.getMessage();
        }
        inflated += total;
        if (compressed
                && inflated > MAX_INFLATED_BYTES
                && inflated / Math.max(1, stored.count) > MAX_RATIO
                && !"unbounded".equals(System.getProperty("needzero.inflate"))) {
            throw new BadInputException(
                    name,
                    "inflates to more than " + MAX_RATIO + " times its size (" + inflated
                            + " bytes so far); if that is meant, run with -Dneedzero.inflate=unbounded");
        }
        return total;
    }

    /** The first bytes, which the next read delivers again; fewer than asked for only when the input is that short. */
    byte[] peek(int length) throws IOException {
        head = new byte[length];
        headLength = read(head, 0, length);
        headAt = 0;
        return Arrays.copyOf(head, headLength);
    }

    /** Why the input ended before its time, or null. */
    public String damage() {
        return damage;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static final class Counter extends FilterInputStream {
        private long count;

        Counter(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            if (b >= 0) {
                count++;
            }
            return b;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            int n = super.read(b, off, len);
            if (n > 0) {
                count += n;
            }
            return n;
        }
    }
}
