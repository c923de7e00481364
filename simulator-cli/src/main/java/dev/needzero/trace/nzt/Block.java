package dev.needzero.trace.nzt;

import java.util.zip.CRC32C;

/** The header of a block, and the constants of the file around it. */
record Block(int kind, long number, int payloadBytes, long firstEvent, int events, int payloadChecksum) {
    static final int INFO = 1;
    static final int TYPES = 2;
    static final int STRINGS = 3;
    static final int EVENTS = 4;
    static final int END = 5;
    static final int INDEX = 6;

    static final int HEADER_BYTES = 36;
    static final int MAX_PAYLOAD_BYTES = 1 << 24;
    static final int MAX_EVENTS = 1 << 16;

    static final byte[] MAGIC = {'N', 'Z', 'B', (byte) 0xa6};

    static final int FILE_HEADER_BYTES = 16;
    static final byte[] FILE_MAGIC = {(byte) 0x89, 'N', 'Z', 'T', 0x0d, 0x0a, 0x1a, 0x0a};
    static final int VERSION = 1;

    static final int FOOTER_BYTES = 20;
    static final byte[] FOOTER_MAGIC = {0x0a, 'N', 'Z', 'E', 'N', 'D', 0x0a, 0};

    private static final int CHECKED_HEADER_BYTES = 32;

    void writeHeader(ByteSink out) {
        int start = out.size();
        out.bytes(MAGIC, 0, MAGIC.length);
        out.u32(kind);
        out.u32((int) number);
        out.u32(payloadBytes);
        out.u64(firstEvent);
        out.u32(events);
        out.u32(payloadChecksum);
        out.u32(checksum(out.array(), start, CHECKED_HEADER_BYTES));
    }

    static boolean hasMagic(byte[] bytes, int offset) {
        return bytes[offset] == MAGIC[0]
                && bytes[offset + 1] == MAGIC[1]
                && bytes[offset + 2] == MAGIC[2]
                && bytes[offset + 3] == MAGIC[3];
    }

    /** The header at {@code offset}. */
    static Block readHeader(byte[] bytes, int offset) throws DamagedBlockException {
        if (!hasMagic(bytes, offset)) {
            throw new DamagedBlockException("no block begins here");
        }
        ByteSource in = new ByteSource(bytes, offset + MAGIC.length, HEADER_BYTES - MAGIC.length);
        int kind = in.u32();
        long number = in.u32() & 0xffffffffL;
        int payloadBytes = in.u32();
        long firstEvent = in.u64();
        int events = in.u32();
        int payloadChecksum = in.u32();
        if (in.u32() != checksum(bytes, offset, CHECKED_HEADER_BYTES)) {
            throw new DamagedBlockException("its header's checksum is wrong");
        }
        if (kind < INFO || kind > INDEX) {
            throw new DamagedBlockException("it is of kind " + kind + ", expected 1 to 6");
        }
        if (payloadBytes < 0 || payloadBytes > MAX_PAYLOAD_BYTES) {
            throw new DamagedBlockException(
                    "it claims " + payloadBytes + " bytes, expected at most " + MAX_PAYLOAD_BYTES);
        }
        if (events < 0 || events > MAX_EVENTS || firstEvent < 0 || events > 0 && kind != EVENTS) {
            throw new DamagedBlockException("it claims " + events + " events from " + firstEvent + " on");
        }
        return new Block(kind, number, payloadBytes, firstEvent, events, payloadChecksum);
    }

    static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /** As messages name it. */
    String describe() {
        String name = switch (kind) {
            case INFO -> "the trace's head";
            case TYPES -> "types";
            case STRINGS -> "strings";
            case EVENTS -> "events " + firstEvent + " to " + (firstEvent + events - 1);
            case END -> "the trace's end";
            default -> "the index";
        };
        return "block " + number + " (" + name + ")";
    }
}
