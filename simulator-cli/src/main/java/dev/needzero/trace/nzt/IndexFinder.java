package dev.needzero.trace.nzt;

import java.io.IOException;

/** Finds a file's index: the one that its footer points at or, if either is damaged, one made by walking the blocks. */
final class IndexFinder {
    private final BlockScanner scanner;
    private final long fileBytes;

    IndexFinder(BlockScanner scanner, long fileBytes) {
        this.scanner = scanner;
        this.fileBytes = fileBytes;
    }

    /** The index that the footer points at, or null if either is damaged. */
    NztIndex read() throws IOException {
        if (fileBytes < Block.FILE_HEADER_BYTES + Block.FOOTER_BYTES) {
            return null;
        }
        scanner.seek(fileBytes - Block.FOOTER_BYTES);
        byte[] footer = scanner.take(Block.FOOTER_BYTES);
        if (footer == null) {
            return null; // cut while it was read
        }
        try {
            ByteSource in = new ByteSource(footer, 0, footer.length);
            long offset = in.u64();
            if (in.u32() != Block.checksum(footer, 0, Long.BYTES) || offset < 0 || offset >= fileBytes) {
                return null;
            }
            scanner.seek(offset);
            if (scanner.next() != BlockScanner.Found.BLOCK || scanner.block().kind() != Block.INDEX) {
                return null;
            }
            return NztIndex.read(new ByteSource(
                    scanner.array(), scanner.payloadOffset(), scanner.block().payloadBytes()), fileBytes);
        } catch (DamagedBlockException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    /** Walks the whole file instead, once. */
    NztIndex rebuild() throws IOException {
        NztIndex rebuilt = new NztIndex();
        scanner.seek(Block.FILE_HEADER_BYTES);
        while (true) {
            long offset = scanner.offset();
            BlockScanner.Found found = scanner.next();
            Block block = scanner.block();
            switch (found) {
                case BLOCK -> {
                    rebuilt.skipTo(block.firstEvent());
                    rebuilt.add(block.kind(), offset, block.events(), latestNanos(block));
                }
                case DAMAGED_PAYLOAD -> {}
                case DAMAGED_HEADER -> scanner.resync();
                default -> {
                    return rebuilt;
                }
            }
        }
    }

    private long latestNanos(Block block) {
        if (block.kind() != Block.EVENTS) {
            return 0;
        }
        try {
            ByteSource in = new ByteSource(scanner.array(), scanner.payloadOffset(), block.payloadBytes());
            in.sv();
            long earliest = in.sv();
            return earliest + in.uv();
        } catch (DamagedBlockException | IndexOutOfBoundsException e) {
            return Long.MAX_VALUE; // found out when it is read
        }
    }
}
