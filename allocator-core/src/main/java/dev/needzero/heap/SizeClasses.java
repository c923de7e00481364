package dev.needzero.heap;

import dev.needzero.units.Units;
import java.util.Arrays;

/**
 * The slot sizes that small objects are rounded up to, and how many pages a span of each takes.
 *
 * <p>Class 0 stands for large objects; classes 1 to 67 hold slots of 8 B to 32 KiB. The table has been the same, byte for
 * byte, from Go 1.21 to 1.27; a table of one's own can take its place.
 *
 * <p>Go: {@code runtime/sizeclasses.go} (to 1.24), {@code internal/runtime/gc/sizeclasses.go} (from 1.25).
 */
public final class SizeClasses {
    private static final int[] GO_BYTES = {
        0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416,
        448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456,
        4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432,
        19072, 20480, 21760, 24576, 27264, 28672, 32768
    };
    private static final int[] GO_PAGES = {
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1,
        2, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 4, 5, 6, 1, 7, 6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10, 7, 4
    };

    /** Go's own table. */
    public static final SizeClasses GO = new SizeClasses(GO_BYTES, GO_PAGES);

    private static final int MAX_COUNT = SpanClass.COUNT / 2;
    private static final int MAX_BYTES = 32 << 10;
    private static final int MAX_PAGES = 64;
    private static final int BITMAP_LIMIT_BYTES = 512;

    private final int[] bytes;
    private final int[] pages;
    /** Smallest class that holds n bytes, indexed by n rounded up to 8: {@code classOf[(n + 7) / 8]}. */
    private final byte[] classOf;

    /**
     * @param bytes slot size of each class; entry 0 is 0, the rest ascend, are multiples of 8 and end with 32 KiB
     * @param pages span length of each class, in pages; entry 0 is 0
     * @throws IllegalArgumentException if the table is not one, with the entry at fault
     */
    public SizeClasses(int[] bytes, int[] pages) {
        if (bytes.length != pages.length || bytes.length < 2 || bytes.length > MAX_COUNT) {
            throw new IllegalArgumentException("a size-class table has 1 to " + (MAX_COUNT - 1)
                    + " classes, each with bytes and pages; this has " + (bytes.length - 1));
        }
        for (int c = 1; c < bytes.length; c++) {
            if (bytes[c] <= bytes[c - 1] || bytes[c] % 8 != 0) {
                throw new IllegalArgumentException(
                        "size class " + c + ": " + bytes[c] + " bytes; expected a multiple of 8 above " + bytes[c - 1]);
            }
            if (pages[c] < 1 || (long) pages[c] * Units.PAGE_BYTES < bytes[c] || pages[c] > MAX_PAGES) {
                throw new IllegalArgumentException("size class " + c + ": spans of " + pages[c] + " pages for slots of "
                        + bytes[c] + " bytes; expected room for one at least, and at most " + MAX_PAGES + " pages");
            }
            if (bytes[c] <= BITMAP_LIMIT_BYTES && pages[c] != 1) {
                throw new IllegalArgumentException("size class " + c + ": spans of " + pages[c]
                        + " pages; expected 1, for slots of up to " + BITMAP_LIMIT_BYTES
                        + " bytes have their bitmaps at the end of a span of one page");
            }
        }
        if (bytes[bytes.length - 1] != MAX_BYTES) {
            throw new IllegalArgumentException("the last size class has slots of " + bytes[bytes.length - 1]
                    + " bytes; expected " + MAX_BYTES + ", the largest small object's size");
        }
        this.bytes = bytes.clone();
        this.pages = pages.clone();
        this.classOf = new byte[bytes[bytes.length - 1] / 8 + 1];
        int c = 1;
        for (int eighth = 0; eighth < classOf.length; eighth++) {
            while (bytes[c] < eighth * 8) {
                c++;
            }
            classOf[eighth] = (byte) c;
        }
    }

    /**
     * Reads a table: a line {@code BYTES PAGES} for each class, smallest first; empty lines and what follows a # are passed
     * over.
     *
     * @throws IllegalArgumentException if it is not one, with the line or the class at fault
     */
    public static SizeClasses parse(String text) {
        int[] bytes = new int[MAX_COUNT + 1];
        int[] pages = new int[MAX_COUNT + 1];
        int count = 1;
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String[] words = line.replaceFirst("#.*", "").trim().split("\\s+");
            if (words[0].isEmpty()) {
                continue;
            }
            if (words.length != 2 || !words[0].matches("\\d{1,9}") || !words[1].matches("\\d{1,9}")) {
                throw new IllegalArgumentException(
                        "line " + number + ": \"" + line.trim() + "\"; expected BYTES PAGES, as in \"48 1\"");
            }
            if (count > MAX_COUNT - 1) {
                throw new IllegalArgumentException(
                        "line " + number + ": more than " + (MAX_COUNT - 1) + " size classes; Go has room for no more");
            }
            bytes[count] = Integer.parseInt(words[0]);
            pages[count++] = Integer.parseInt(words[1]);
        }
        return new SizeClasses(Arrays.copyOf(bytes, count), Arrays.copyOf(pages, count));
    }

    /** Slots of a span of a class that holds nothing else. */
    public int slots(int sizeClass) {
        return pages[sizeClass] * Units.PAGE_BYTES / bytes[sizeClass];
    }

    /** Bytes at a span's end that no slot takes. */
    public int tailWasteBytes(int sizeClass) {
        return pages[sizeClass] * Units.PAGE_BYTES - slots(sizeClass) * bytes[sizeClass];
    }

    /** The share of a span that is wasted when every object is as small as the class lets it be. */
    public double maxWaste(int sizeClass) {
        int tooSmall = bytes[sizeClass] - bytes[sizeClass - 1] - 1;
        return (double) (tooSmall * slots(sizeClass) + tailWasteBytes(sizeClass))
                / (pages[sizeClass] * Units.PAGE_BYTES);
    }

    /** Number of classes, class 0 included. */
    public int count() {
        return bytes.length;
    }

    /** Slot size of a class in bytes. */
    public int bytes(int sizeClass) {
        return bytes[sizeClass];
    }

    /** Length of a span of a class in pages. */
    public int pages(int sizeClass) {
        return pages[sizeClass];
    }

    /** The largest slot, in bytes. */
    public int maxBytes() {
        return bytes[bytes.length - 1];
    }

    /**
     * The smallest class whose slots hold {@code size} bytes.
     *
     * @param size 1 to {@link #maxBytes}
     */
    public int classFor(int size) {
        return classOf[(size + 7) >>> 3];
    }

    /** The class whose slots have exactly this size, or -1. */
    public int classOfSlot(int slotBytes) {
        int at = Arrays.binarySearch(bytes, slotBytes);
        return at > 0 ? at : -1;
    }
}
