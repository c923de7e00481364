package dev.needzero.trace;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that is written beside its place and moved there whole, so that no one ever sees half of it. What is not finished
 * is deleted, also when the program is interrupted; only one that is killed outright leaves its {@code .part} behind. A
 * device or a pipe, as in {@code /dev/stdout}, is written to as it is: there is nothing to replace.
 */
public final class AtomicOutput implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path target;
    private final boolean replace;
    /** Null where the target is written to directly. */
    private final Path temporary;

    private final OutputStream stream;
    private boolean closed;

    /** @param replace whether a file of that name may be replaced */
    public AtomicOutput(Path target, boolean replace) throws IOException {
        String problem = problem(target);
        if (problem != null) {
            throw new IOException(target + ": " + problem);
        }
        boolean device = Files.exists(target) && !Files.isRegularFile(target);
        if (!replace && !device && Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        this.target = target.toAbsolutePath();
        this.replace = replace;
        this.temporary = device
                ? null
                : this.target.resolveSibling("." + this.target.getFileName() + "."
                        + ProcessHandle.current().pid() + "." + Long.toHexString(System.nanoTime()) + ".part");
        try {
            OutputStream file = Files.newOutputStream(device ? target : temporary);
            this.stream = new BufferedOutputStream(new Named(target, file), BUFFER_BYTES);
        } catch (AccessDeniedException e) {
            throw new IOException(target + ": may not be written (permission denied)", e);
        } catch (IOException e) {
            throw new IOException(target + ": cannot be written (" + e.getMessage() + ")", e);
        }
        if (temporary != null) {
            temporary.toFile().deleteOnExit();
        }
    }

    /** What makes a place one that no file can be written to, or null: asked before any work is done for it. */
    public static String problem(Path target) {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || target.getFileName() == null || Files.isDirectory(target)) {
            return "is a directory, not the name of a file";
        }
        if (!Files.isDirectory(folder)) {
            return "there is no directory " + folder + " to write it in";
        }
        if (!Files.isWritable(Files.exists(target) && !Files.isRegularFile(target) ? target : folder)) {
            return "may not be written (permission denied)";
        }
        return null;
    }

    public OutputStream stream() {
        return stream;
    }

    /** Puts the file in its place. */
    public void commit() throws IOException {
        closed = true;
        try {
            stream.close();
            if (temporary == null) {
                return;
            }
            if (!replace && Files.exists(target)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            discard();
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
                discard();
            }
        }
    }

    private void discard() throws IOException {
        if (temporary != null) {
            Files.deleteIfExists(temporary);
        }
    }

    /** A full disk is told together with the file that was to go there. */
    private static final class Named extends FilterOutputStream {
        private final Path target;

        Named(Path target, OutputStream out) {
            super(out);
            this.target = target;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new IOException(target + ": " + e.getMessage(), e);
            }
        }
    }
}
