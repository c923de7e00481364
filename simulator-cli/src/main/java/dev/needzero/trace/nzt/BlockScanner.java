package dev.needzero.trace.nzt;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Walks from block to block over a source of bytes. Where none begins, it can look for the next one that does; a header
 * counts only with a right checksum, so data that happens to look like one does not mislead it.
 */
final class BlockScanner {
    /** Where the bytes come from. */
    interface Source {
        int read(byte[] target, int offset, int length) throws IOException;

        /** Goes on reading at {@code offset}, where the source can. */
        void seek(long offset) throws IOException;
    }

    /** What {@link #next} found. */
    enum Found {
        BLOCK,
        /** A whole header whose payload does not match it: {@link #block} is known, its content is not. */
        DAMAGED_PAYLOAD,
        /** Something that is no block's header. */
        DAMAGED_HEADER,
        FOOTER,
        /** The source ends, maybe within a block. */
        END
    }

    private final Source source;
    private byte[] buffer = new byte[1 << 16];
    private int position;
    private int filled;
    private long bufferOffset;
    private boolean ended;

    private Block block;
    private String problem = "";

    BlockScanner(Source source) {
        this.source = source;
    }

    /** The file offset of what comes next. */
    long offset() {
        return bufferOffset + position;
    }

    void seek(long offset) throws IOException {
        source.seek(offset);
        bufferOffset = offset;
        position = 0;
        filled = 0;
        ended = false;
    }

    Block block() {
        return block;
    }

    /** What is wrong, after a DAMAGED result. */
    String problem() {
        return problem;
    }

    /** The buffer that holds the payload of {@link #block}, until the next call. */
    byte[] array() {
        return buffer;
    }

    int payloadOffset() {
        return position - block.payloadBytes();
    }

    /** A copy of what {@link #array} holds of {@link #block}. */
    byte[] payload() {
        return Arrays.copyOfRange(buffer, payloadOffset(), position);
    }

    /** Bytes left behind the last block, after {@link Found#END}. */
    int remainder() {
        return filled - position;
    }

    /** Whether {@code count} more bytes are in the buffer, after reading as needed. */
    private boolean fill(int count) throws IOException {
        if (filled - position >= count) {
            return true;
        }
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, filled - position);
            bufferOffset += position;
            filled -= position;
            position = 0;
        }
        while (filled < count && !ended) {
            if (filled == buffer.length) {
                // Grown as bytes arrive, not as a header claims them to.
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
            try {
                int n = source.read(buffer, filled, buffer.length - filled);
                ended = n < 0;
                filled += Math.max(0, n);
            } catch (EOFException e) {
                ended = true;
            }
        }
        return filled >= count;
    }

    /** Takes {@code length} bytes as they are; null if there are fewer. */
    byte[] take(int length) throws IOException {
        if (!fill(length)) {
            return null;
        }
        position += length;
        return Arrays.copyOfRange(buffer, position - length, position);
    }

    /** Takes the next block, or the footer's first bytes stay where they are. */
    Found next() throws IOException {
        block = null;
        if (!fill(Block.HEADER_BYTES)) {
            return filled - position == Block.FOOTER_BYTES && isFooter() ? Found.FOOTER : Found.END;
        }
        try {
            block = Block.readHeader(buffer, position);
        } catch (DamagedBlockException e) {
            problem = e.getMessage();
            return Found.DAMAGED_HEADER;
        }
        if (!fill(Block.HEADER_BYTES + block.payloadBytes())) {
            return Found.END;
        }
        position += Block.HEADER_BYTES;
        int checksum = Block.checksum(buffer, position, block.payloadBytes());
        position += block.payloadBytes();
        if (checksum != block.payloadChecksum()) {
            problem = "its checksum is wrong";
            return Found.DAMAGED_PAYLOAD;
        }
        return Found.BLOCK;
    }

    private boolean isFooter() {
        return Arrays.equals(
                buffer, filled - Block.FOOTER_MAGIC.length, filled, Block.FOOTER_MAGIC, 0, Block.FOOTER_MAGIC.length);
    }

    /** Moves to the next whole header or, if there is none, to the end. */
    void resync() throws IOException {
        position = Math.min(position + 1, filled);
        while (fill(Block.HEADER_BYTES)) {
            if (Block.hasMagic(buffer, position)) {
                try {
                    Block.readHeader(buffer, position);
                    return;
                } catch (DamagedBlockException e) {
                    // Looks like a block, but is none: on.
                }
            }
            position++;
        }
        if (!(filled - position == Block.FOOTER_BYTES)) {
            position = Math.max(position, filled - Block.FOOTER_BYTES);
        }
    }
}
