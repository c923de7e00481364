package dev.needzero.trace.nzt;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.util.Arrays;

/** Packing and unpacking of a block's byte strings: zstd where that saves something, else as they are. */
final class Section {
    /** Below this, a zstd frame's own header outweighs what it saves. */
    private static final int MIN_PACKED_BYTES = 48;

    /** Behind a section's bytes, so that its last number can be read with one load. */
    private static final int SPARE_BYTES = 16;

    private Section() {}

    static final class Packer {
        private final ZstdCompressor compressor = new ZstdCompressor();
        private byte[] packed = new byte[0];

        void write(ByteSink out, byte[] bytes, int length) {
            if (length >= MIN_PACKED_BYTES) {
                int packedBytes = pack(bytes, length);
                if (isWorthwhile(packedBytes, length)) {
                    out.uv(packedBytes * 2L + 1);
                    out.uv(length);
                    out.bytes(packed, 0, packedBytes);
                    return;
                }
            }
            out.uv(length * 2L);
            out.bytes(bytes, 0, length);
        }

        /** Noise is stored as it is: what a few percent would save on disk, unpacking would cost in every replay. */
        private static boolean isWorthwhile(int packedBytes, int length) {
            return packedBytes <= length - length / 4;
        }

        private int pack(byte[] bytes, int length) {
            int bound = compressor.maxCompressedLength(length);
            if (packed.length < bound) {
                packed = new byte[bound];
            }
            return compressor.compress(bytes, 0, length, packed, 0, packed.length);
        }
    }

    /** Unpacked bytes in a buffer that the next section of the same place reuses. */
    static final class Unpacker {
        private final ZstdDecompressor decompressor;
        private byte[] buffer = new byte[0];
        private int length;

        Unpacker(ZstdDecompressor decompressor) {
            this.decompressor = decompressor;
        }

        byte[] array() {
            return buffer;
        }

        int length() {
            return length;
        }

        /** Instead of reading: as if so many equal bytes had been read. */
        void fill(byte value, int count) {
            length = count;
            makeRoom();
            Arrays.fill(buffer, 0, count, value);
        }

        /** @param maxBytes the most that this section can come to, given how many events there are */
        void read(ByteSource in, int maxBytes) throws DamagedBlockException {
            long stored = in.uv();
            boolean packed = (stored & 1) != 0;
            stored >>>= 1;
            length = packed ? in.count(maxBytes, "bytes in a section") : checked(stored, maxBytes);
            int start = in.skip(stored);
            makeRoom();
            if (!packed) {
                System.arraycopy(in.array(), start, buffer, 0, length);
                return;
            }
            int unpacked;
            try {
                unpacked = decompressor.decompress(in.array(), start, (int) stored, buffer, 0, length);
            } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new DamagedBlockException("a section does not unpack (" + e.getMessage() + ")");
            }
            if (unpacked != length) {
                throw new DamagedBlockException("a section unpacks to " + unpacked + " bytes, expected " + length);
            }
        }

        private void makeRoom() {
            if (buffer.length < length + SPARE_BYTES) {
                buffer = new byte[Integer.highestOneBit(length + SPARE_BYTES) << 1];
            }
        }

        private static int checked(long bytes, int maxBytes) throws DamagedBlockException {
            if (bytes > maxBytes) {
                throw new DamagedBlockException(bytes + " bytes in a section, expected at most " + maxBytes);
            }
            return (int) bytes;
        }
    }
}
