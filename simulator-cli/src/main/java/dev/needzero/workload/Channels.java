package dev.needzero.workload;

import dev.needzero.trace.TypeTable;

/**
 * Makes channels of one element type as {@code makechan} does: header and buffer are one object, unless the elements hold
 * pointers.
 *
 * <p>Go: {@code runtime/chan.go}, {@code makechan}, go1.24.
 */
final class Channels {
    /** Bit position of the buffer's id in what {@link #make} returns; the header's is below. */
    private static final int BUFFER_SHIFT = 32;

    private final Program program;
    private final int headerBytes;
    private final GoType elem;
    private final int bufferType;
    private final int headerType;
    private final int wholeType;

    Channels(Program program, GoLanguage go, GoType elem) {
        this.program = program;
        this.elem = elem;
        headerBytes = go.hchanBytes();
        bufferType = program.type(elem);
        headerType = program.type(new GoType("runtime.hchan", headerBytes, GoType.WORD_BYTES, headerBytes));
        // Asked for without a type, as pointer-free memory; yet it must be zeroed.
        wholeType = program.type(new TypeTable.Type("", 0, 0, TypeTable.Pointers.NO, true));
    }

    /** {@code make(chan T, capacity)}: a handle for the other methods. */
    long make(long capacity) {
        long bufferBytes = elem.sizeBytes() * capacity;
        if (bufferBytes == 0 || elem.noscan()) {
            return handle(program.alloc(headerBytes + bufferBytes, wholeType));
        }
        int header = program.alloc(headerBytes, headerType);
        return (long) program.alloc(bufferBytes, bufferType) << BUFFER_SHIFT | header;
    }

    /** What stands for something that is one object. */
    static long handle(int id) {
        return id | -1L << BUFFER_SHIFT;
    }

    /** The first n elements were sent. */
    void filled(long channel, long n) {
        int buffer = (int) (channel >> BUFFER_SHIFT);
        if (n > 0 && buffer >= 0) {
            program.write(buffer, n * elem.sizeBytes());
        } else if (n > 0) {
            program.write((int) channel, headerBytes + n * elem.sizeBytes());
        }
    }

    /** Nothing refers to it any more. */
    void drop(long channel) {
        program.free((int) (channel >> BUFFER_SHIFT));
        program.free((int) channel);
    }
}
