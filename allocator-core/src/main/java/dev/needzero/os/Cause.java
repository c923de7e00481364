package dev.needzero.os;

/** Why a page became resident. Every resident page has exactly one cause: that of the write that committed it. */
public final class Cause {
    /** The program wrote its object. */
    public static final int PROGRAM = 0;
    /** The allocator cleared memory before handing it out. */
    public static final int ZEROING = 1;
    /** The runtime wrote something of its own: headers, bitmaps, mark bits, stacks, work buffers. */
    public static final int RUNTIME = 2;
    /** A neighbour was written, and the kernel committed the whole huge page. */
    public static final int HUGE_PAGE = 3;

    public static final int COUNT = 4;

    private static final String[] NAMES = {"program", "zeroing", "runtime", "hugePage"};

    private Cause() {}

    /** The name that reports use. */
    public static String name(int cause) {
        return NAMES[cause];
    }
}
