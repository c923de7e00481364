package dev.needzero.units;

/**
 * The three page sizes that meet here, and what Go groups pages into. A bare "page" is the Go runtime's, 8 KiB; the
 * system's base page is an "osPage"; the processor's large one a "hugePage".
 */
public final class Units {
    public static final int PAGE_SHIFT = 13;
    public static final int PAGE_BYTES = 1 << PAGE_SHIFT;
    public static final int OS_PAGE_SHIFT = 12;
    public static final int OS_PAGE_BYTES = 1 << OS_PAGE_SHIFT;
    public static final int HUGE_PAGE_SHIFT = 21;
    public static final int HUGE_PAGE_BYTES = 1 << HUGE_PAGE_SHIFT;
    /** A chunk is what the page bitmap is summarised by: 4 MiB. */
    public static final int CHUNK_SHIFT = 22;

    public static final int PAGES_PER_CHUNK = 1 << CHUNK_SHIFT - PAGE_SHIFT;
    /** An arena is what address space is reserved by: 64 MiB. */
    public static final int ARENA_SHIFT = 26;

    public static final int PAGES_PER_ARENA = 1 << ARENA_SHIFT - PAGE_SHIFT;

    private Units() {}

    /** The least multiple of {@code unit}, a power of two, that is not below {@code value}. */
    public static long alignUp(long value, long unit) {
        return value + unit - 1 & -unit;
    }

    /** The greatest multiple of {@code unit}, a power of two, that is not above {@code value}. */
    public static long alignDown(long value, long unit) {
        return value & -unit;
    }
}
