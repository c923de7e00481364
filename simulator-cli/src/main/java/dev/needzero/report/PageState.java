package dev.needzero.report;

/**
 * What an OS page of the heap is, as a report colours it: whether it costs memory, and who made it so. The numbers are
 * those in an encoded page map.
 */
public final class PageState {
    private PageState() {}

    /** No mapping, or reserved address space. */
    public static final byte UNMAPPED = 0;
    /** Mapped for reading and writing; the kernel holds no page for it. */
    public static final byte UNTOUCHED = 1;
    /** Read before it was written: the kernel's shared zero page stands in. */
    public static final byte ZERO_MAPPED = 2;
    /** Resident, first written by the program. */
    public static final byte PROGRAM = 3;
    /** Resident, first written by the allocator's clearing. */
    public static final byte ZEROING = 4;
    /** Resident, first written by the runtime: headers, bitmaps, stacks, work buffers. */
    public static final byte RUNTIME = 5;
    /** Resident only as part of a huge page. */
    public static final byte HUGE_PAGE = 6;

    public static final int COUNT = 7;
}
