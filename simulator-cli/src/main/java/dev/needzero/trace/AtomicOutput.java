package dev.needzero.trace;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that is written beside its place and moved there whole, so that no one ever sees half of it. */
public final class AtomicOutput implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path target;
    private final boolean replace;
    private final Path temporary;
    private final OutputStream stream;
    private boolean closed;

    /** @param replace whether a file of that name may be replaced */
    public AtomicOutput(Path target, boolean replace) throws IOException {
        if (!replace && Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent();
        Path name = absolute.getFileName();
        if (folder == null || name == null || Files.isDirectory(absolute)) {
            throw new IOException(target + " is not the name of a file");
        }
        this.target = absolute;
        this.replace = replace;
        this.temporary = Files.createTempFile(folder, "." + name, ".part");
        this.stream = new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER_BYTES);
    }

    public OutputStream stream() {
        return stream;
    }

    /** Puts the file in its place. */
    public void commit() throws IOException {
        stream.close();
        closed = true;
        if (!replace && Files.exists(target)) {
            Files.deleteIfExists(temporary);
            throw new FileAlreadyExistsException(target.toString());
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Without {@link #commit} before: leaves nothing. */
    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                stream.close();
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
    }
}
