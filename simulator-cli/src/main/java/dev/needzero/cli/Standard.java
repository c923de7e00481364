package dev.needzero.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Standard output or error, remembering what went wrong: a PrintWriter keeps that to itself. */
final class Standard extends OutputStream {
    private final FileOutputStream out;
    private IOException failure;

    Standard(FileOutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Why not all of it was written, or null. A reader that closes its end early ({@code | head}) is no error. */
    String failure() {
        String message = failure == null ? null : String.valueOf(failure.getMessage());
        return message == null || message.contains("Broken pipe") ? null : message;
    }
}
