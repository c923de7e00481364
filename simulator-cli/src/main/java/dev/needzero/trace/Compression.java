package dev.needzero.trace;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/** The ways a trace may be packed, told apart by the file's first bytes, never by its name. */
enum Compression {
    GZIP("\u001f\u008b") {
        @Override
        InputStream inflate(InputStream packed) throws IOException {
            return new GZIPInputStream(packed, BUFFER_BYTES);
        }
    },
    ZSTD("(\u00b5/\u00fd") {
        @Override
        InputStream inflate(InputStream packed) {
            return new ZstdInputStream(packed);
        }
    };

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_MAGIC_BYTES = 4;

    /** The first bytes, a character a byte. */
    private final String magic;

    Compression(String magic) {
        this.magic = magic;
    }

    abstract InputStream inflate(InputStream packed) throws IOException;

    /** The compression that these first bytes announce, or null. */
    static Compression of(byte[] head) {
        String start = new String(head, 0, Math.min(MAX_MAGIC_BYTES, head.length), StandardCharsets.ISO_8859_1);
        for (Compression compression : values()) {
            if (start.startsWith(compression.magic)) {
                return compression;
            }
        }
        return null;
    }
}
