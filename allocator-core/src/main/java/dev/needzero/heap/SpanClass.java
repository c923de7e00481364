package dev.needzero.heap;

/**
 * A size class and whether its objects are free of pointers, in one small number: {@code sizeClass << 1 | noscan}.
 * There are 136; each has its own mcentral and its own cached span on every P. Go: {@code runtime/mheap.go},
 * {@code spanClass}.
 */
public final class SpanClass {
    public static final int COUNT = 136;
    /** Large objects with pointers. */
    public static final int LARGE_SCAN = 0;
    /** Large objects without. */
    public static final int LARGE_NOSCAN = 1;
    /** Where tiny blocks are cut from: 16 B slots without pointers. */
    public static final int TINY = 5;
    /** What a span has that holds no heap objects: stacks, GC work buffers. */
    public static final int MANUAL = -1;

    private SpanClass() {}

    public static int of(int sizeClass, boolean noscan) {
        return sizeClass << 1 | (noscan ? 1 : 0);
    }

    public static int sizeClass(int spanClass) {
        return spanClass >> 1;
    }

    public static boolean noscan(int spanClass) {
        return (spanClass & 1) != 0;
    }
}
