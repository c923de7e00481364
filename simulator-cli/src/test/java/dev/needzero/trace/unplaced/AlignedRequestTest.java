package dev.needzero.trace.unplaced;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AlignedRequestTest {
    /** Go's size classes up to 32 KiB, from the table in runtime/sizeclasses.go. */
    private static final int[] SIZE_CLASSES = {
        8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448,
        480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096,
        4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072,
        20480, 21760, 24576, 27264, 28672, 32768
    };

    @Test
    void everySlotOfTheClassThatServesItLiesAtTheAlignment() {
        for (long alignment = 16; alignment <= 8192; alignment *= 2) {
            for (long size = 1; size <= 40000; size += 7) {
                long asked = AlignedRequest.sizeBytes(size, alignment);
                assertTrue(asked >= size);
                if (asked <= 32768) {
                    assertEquals(0, slotBytes(asked) % alignment, size + " at " + alignment);
                }
            }
        }
    }

    @Test
    void beyondAPageThereIsRoomToMoveUpToTheBoundary() {
        for (long place = 8192; place < 1 << 20; place += 8192) {
            long aligned = (place + 65535) / 65536 * 65536;
            assertTrue(aligned + 100 <= place + AlignedRequest.sizeBytes(100, 65536));
        }
    }

    @Test
    void smallAlignmentsAreGosOwn() {
        assertEquals(13, AlignedRequest.sizeBytes(13, 8));
        assertEquals(13, AlignedRequest.sizeBytes(13, 0));
        assertEquals(32, AlignedRequest.sizeBytes(24, 12));
    }

    private static int slotBytes(long bytes) {
        for (int sizeClass : SIZE_CLASSES) {
            if (sizeClass >= bytes) {
                return sizeClass;
            }
        }
        throw new AssertionError(bytes);
    }
}
