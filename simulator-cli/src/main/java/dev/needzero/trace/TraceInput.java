package dev.needzero.trace;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An input opened for reading: a file or standard input, unpacked if it is gzip or zstd (or one inside the other).
 *
 * <p>Reads throw an {@link EOFException} where the stored data stops in the middle of a compressed stream; a reader may
 * take that for the end of a truncated trace. Data that cannot be unpacked at all is a {@link BadInputException}.
 */
public final class TraceInput implements Closeable {
    /** Unpacked bytes that {@link #head} shows to the formats' sniffers. */
    public static final int HEAD_BYTES = 4096;

    private static final int MAX_PACKINGS = 2;

    private final String name;
    private final long bytesTotal;
    private final CountingStream stored;
    private final boolean packed;
    private final Replay stream;

    private TraceInput(String name, InputStream source, long bytesTotal, InflationLimit limit) throws IOException {
        this.name = name;
        this.bytesTotal = bytesTotal;
        this.stored = new CountingStream(source);
        InputStream plain = stored;
        byte[] head = peek(plain);
        if (head.length == 0) {
            throw new BadInputException(name, "the input is empty (0 bytes); there is nothing to read");
        }
        Replay replay = new Replay(head, plain);
        int packings = 0;
        for (Compression found = Compression.of(head); found != null; found = Compression.of(head)) {
            if (++packings > MAX_PACKINGS) {
                throw new BadInputException(
                        name,
                        "packed more than " + MAX_PACKINGS + " times over (" + found + " again); unpack it first");
            }
            InputStream inflated = new Inflated(name, found, replay, stored, limit);
            head = peek(inflated);
            if (head.length == 0) {
                throw new BadInputException(
                        name, "unpacks (" + found + ") to nothing: empty, or cut off early; a trace was expected");
            }
            replay = new Replay(head, inflated);
        }
        this.packed = packings > 0;
        this.stream = replay;
    }

    /** Opens a path, or standard input for {@code -}. */
    public static TraceInput open(String path, InflationLimit limit) throws IOException {
        if (path.equals("-")) {
            return of("standard input", new FileInputStream(FileDescriptor.in), -1, limit);
        }
        FileChannel channel = openFile(path);
        try {
            // A pipe or device has no size that means anything.
            long bytes = Files.isRegularFile(Path.of(path)) ? channel.size() : -1;
            return of(path, Channels.newInputStream(channel), bytes, limit);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * @param name how messages call the input
     * @param bytesTotal bytes that {@code source} holds, or -1 when unknown
     */
    public static TraceInput of(String name, InputStream source, long bytesTotal, InflationLimit limit)
            throws IOException {
        return new TraceInput(name, source, bytesTotal, limit);
    }

    private static FileChannel openFile(String path) throws IOException {
        Path file;
        try {
            file = Path.of(path);
        } catch (InvalidPathException e) {
            throw new BadInputException(path, "not a path: " + e.getReason());
        }
        if (path.isEmpty()) {
            throw new BadInputException("\"\"", "no file has an empty name; expected a trace's path");
        }
        if (Files.isDirectory(file)) {
            throw new BadInputException(path, "is a directory; name a trace file in it");
        }
        try {
            return FileChannel.open(file);
        } catch (NoSuchFileException e) {
            throw new BadInputException(path, "no such file");
        } catch (AccessDeniedException e) {
            throw new BadInputException(path, "may not be read (permission denied)");
        }
    }

    private static byte[] peek(InputStream in) throws IOException {
        byte[] head = new byte[HEAD_BYTES];
        int size = 0;
        try {
            while (size < HEAD_BYTES) {
                int n = in.read(head, size, HEAD_BYTES - size);
                if (n < 0) {
                    break;
                }
                size += n;
            }
        } catch (EOFException e) {
            // Cut short while packed: what is there may still be a trace's beginning; the next read says it again.
        }
        return Arrays.copyOf(head, size);
    }

    public String name() {
        return name;
    }

    /** The first unpacked bytes, at most {@link #HEAD_BYTES}; not consumed. */
    public byte[] head() {
        return stream.head.clone();
    }

    /** The unpacked bytes, from the first on if nothing was read yet. */
    public InputStream stream() {
        return stream;
    }

    /** Reads unpacked bytes, at least one; -1 at the end. */
    public int read(byte[] target, int offset, int length) throws IOException {
        return stream.read(target, offset, length);
    }

    /** Stored (packed) bytes consumed so far. */
    public long bytesRead() {
        return stored.count;
    }

    /** Stored bytes in all, or -1 when unknown. */
    public long bytesTotal() {
        return bytesTotal;
    }

    /** A place in this input, for messages; the offset counts unpacked bytes. */
    public String at(long offset) {
        return name + (packed ? ": unpacked byte " : ": byte ") + offset;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    /** The head again, then the rest. */
    private static final class Replay extends InputStream {
        private final byte[] head;
        private final InputStream rest;
        private int position;

        Replay(byte[] head, InputStream rest) {
            this.head = head;
            this.rest = rest;
        }

        @Override
        public int read() throws IOException {
            return position < head.length ? head[position++] & 0xff : rest.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int left = head.length - position;
            if (left == 0) {
                return rest.read(target, offset, length);
            }
            int n = Math.min(left, length);
            System.arraycopy(head, position, target, offset, n);
            position += n;
            return n;
        }

        /** Never 0 before the end: GZIPInputStream takes 0 to mean that no further member follows. */
        @Override
        public int available() {
            return 1;
        }

        @Override
        public void close() throws IOException {
            rest.close();
        }
    }

    private static final class CountingStream extends InputStream {
        private final InputStream in;
        private long count;
        private boolean over;

        CountingStream(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            count += b < 0 ? 0 : 1;
            over |= b < 0;
            return b;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n = in.read(target, offset, length);
            count += Math.max(0, n);
            over |= n < 0;
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Unpacked bytes, held against the inflation limit; a codec's complaints become one line. */
    private static final class Inflated extends InputStream {
        private final String name;
        private final Compression compression;
        private final InputStream inflater;
        private final CountingStream stored;
        private final InflationLimit limit;
        private long inflated;

        Inflated(String name, Compression compression, InputStream packed, CountingStream stored, InflationLimit limit)
                throws IOException {
            this.name = name;
            this.compression = compression;
            this.stored = stored;
            this.limit = limit;
            try {
                this.inflater = compression.inflate(packed);
            } catch (EOFException e) {
                throw new BadInputException(name, "ends within its " + compression + " header");
            } catch (IOException e) {
                throw damaged(e);
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n;
            try {
                n = inflater.read(target, offset, length);
            } catch (EOFException | BadInputException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                throw complaint(e);
            }
            inflated += Math.max(0, n);
            String objection = limit.objection(stored.count, inflated);
            if (objection != null) {
                throw new BadInputException(
                        name,
                        objection + "; taken for a " + compression + " bomb. If that is meant, unpack it first, or run"
                                + " with -D" + InflationLimit.PROPERTY + "=unbounded");
            }
            return n;
        }

        /** A codec that has asked for more than there is complains of a cut, else of damage. */
        private IOException complaint(Exception e) {
            return stored.over ? new EOFException(e.getMessage()) : damaged(e);
        }

        private BadInputException damaged(Exception e) {
            String detail = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
            return new BadInputException(
                    name, "damaged " + compression + " data near stored byte " + stored.count + detail);
        }

        @Override
        public void close() throws IOException {
            inflater.close();
        }
    }
}
