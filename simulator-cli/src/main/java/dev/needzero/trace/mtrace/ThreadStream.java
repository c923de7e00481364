package dev.needzero.trace.mtrace;

import dev.needzero.trace.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** One place in a workload file that reads forward on its own: opcodes, and numbers of 7 bits a byte, highest first. */
final class ThreadStream {
    private static final int BUFFER_BYTES = 4096;

    private final FileChannel file;
    private final String name;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long bufferOffset;
    private long opcodeOffset;

    ThreadStream(FileChannel file, String name, long offset) {
        this.file = file;
        this.name = name;
        this.bufferOffset = offset;
    }

    /** Offset of the next byte. */
    long offset() {
        return bufferOffset + buffer.position();
    }

    /** Where the current operation begins, for messages. */
    String where() {
        return name + ": byte " + opcodeOffset;
    }

    /** The next opcode, or -1 at the file's end. */
    int opcode() throws IOException {
        opcodeOffset = offset();
        return next();
    }

    long number(String what) throws IOException {
        long value = 0;
        while (true) {
            int b = next();
            if (b < 0) {
                throw new BadInputException(where(), "the file ends within the " + what);
            }
            value |= b & 0x7f;
            if (b < 0x80) {
                return value;
            }
            if (value >>> 56 != 0) {
                throw new BadInputException(where(), "the " + what + " is beyond 2^63 - 1");
            }
            value <<= 7;
        }
    }

    private int next() throws IOException {
        if (!buffer.hasRemaining()) {
            bufferOffset += buffer.position();
            buffer.clear();
            int count = file.read(buffer, bufferOffset);
            buffer.flip();
            if (count <= 0) {
                return -1;
            }
        }
        return buffer.get() & 0xff;
    }
}
