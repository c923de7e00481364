package dev.needzero.os;

/**
 * What of the system a replay can vary.
 *
 * @param osPageShift log2 of the base page: 12, 14 or 16
 * @param thp {@code /sys/kernel/mm/transparent_hugepage/enabled}
 * @param hugeZeroPage {@code use_zero_page}: the first read of an eligible range maps the one huge zero page; without it,
 *     that read commits a huge page
 * @param khugepaged how khugepaged goes about its work; null when it sleeps
 * @param release the advice with which memory is given back
 * @param limits what the process's memory cgroup allows
 */
public record OsSettings(
        int osPageShift,
        Thp thp,
        boolean hugeZeroPage,
        Khugepaged.Pace khugepaged,
        Release release,
        MemoryCgroup.Limits limits) {
    /** Transparent huge pages: for every mapping, for those advised MADV_HUGEPAGE, or for none. */
    public enum Thp {
        ALWAYS,
        MADVISE,
        NEVER
    }

    /** How memory is given back: pages dropped at once, or left until the system is short of memory. */
    public enum Release {
        DONTNEED,
        FREE
    }

    public OsSettings {
        if (osPageShift != 12 && osPageShift != 14 && osPageShift != 16) {
            throw new IllegalArgumentException(
                    "an OS page of " + (1L << osPageShift) + " bytes: expected 4KiB, 16KiB or 64KiB");
        }
    }

    /** A system of these two, and of the kernel's defaults: khugepaged asleep, no limits. */
    public OsSettings(int osPageShift, Thp thp) {
        this(osPageShift, thp, true, null, Release.DONTNEED, MemoryCgroup.Limits.NONE);
    }

    /** 4 KiB pages, huge pages only where advised. */
    public static OsSettings defaults() {
        return new OsSettings(12, Thp.MADVISE);
    }

    /** log2 of the huge page: what one page of page table entries, 8 bytes each, maps. 2 MiB, 32 MiB or 512 MiB. */
    public int hugePageShift() {
        return hugePageShift(osPageShift);
    }

    static int hugePageShift(int osPageShift) {
        return 2 * osPageShift - 3;
    }
}
