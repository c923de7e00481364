package dev.needzero.trace;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** The ways a trace may be packed, told apart by the file's first bytes, never by its name. */
enum Compression {
    GZIP(0x1f, 0x8b) {
        @Override
        InputStream inflate(InputStream packed) throws IOException {
            return new GZIPInputStream(packed, BUFFER_BYTES);
        }
    },
    ZSTD(0x28, 0xb5, 0x2f, 0xfd) {
        @Override
        InputStream inflate(InputStream packed) {
            return new ZstdInputStream(packed);
        }
    };

    private static final int BUFFER_BYTES = 1 << 16;

    private final byte[] magic;

    Compression(int... magic) {
        this.magic = new byte[magic.length];
        for (int i = 0; i < magic.length; i++) {
            this.magic[i] = (byte) magic[i];
        }
    }

    abstract InputStream inflate(InputStream packed) throws IOException;

    /** The compression that these first bytes announce, or null. */
    static Compression of(byte[] head) {
        for (Compression compression : values()) {
            byte[] magic = compression.magic;
            if (head.length >= magic.length && startsWith(head, magic)) {
                return compression;
            }
        }
        return null;
    }

    private static boolean startsWith(byte[] head, byte[] magic) {
        for (int i = 0; i < magic.length; i++) {
            if (head[i] != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
