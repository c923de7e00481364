package dev.needzero.os;

/**
 * The kernel's thread that replaces base pages by huge ones behind the program's back, on the trace's clock. At every waking
 * it looks at the next few blocks, eight by default, and collapses those that it may.
 *
 * <p>Linux: {@code mm/khugepaged.c}. Simplified: this process is the only one it serves, and a page that is resident and
 * not lazily free counts as referenced.
 */
public final class Khugepaged {
    /**
     * {@code /sys/kernel/mm/transparent_hugepage/khugepaged}.
     *
     * @param scanSleepMillis {@code scan_sleep_millisecs}
     * @param pagesToScan {@code pages_to_scan}: entries looked at a waking, of empty ranges too
     * @param maxPtesNone {@code max_ptes_none}: entries of a range that may be empty, or the zero page, for it to be
     *     collapsed
     */
    public record Pace(long scanSleepMillis, long pagesToScan, int maxPtesNone) {
        public Pace {
            if (scanSleepMillis < 1 || pagesToScan < 1 || maxPtesNone < 0) {
                throw new IllegalArgumentException("khugepaged with scan_sleep_millisecs " + scanSleepMillis
                        + ", pages_to_scan " + pagesToScan + ", max_ptes_none " + maxPtesNone
                        + ": expected positive numbers, and max_ptes_none not below 0");
            }
        }

        /** The kernel's: every 10 s eight huge pages' worth of entries, all but one of them empty if need be. */
        public static Pace defaults(int osPageShift) {
            int pagesOfHuge = 1 << OsSettings.hugePageShift(osPageShift) - osPageShift;
            return new Pace(10_000, 8L * pagesOfHuge, pagesOfHuge - 1);
        }
    }

    private static final long ASLEEP = Long.MIN_VALUE;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Pace pace;
    private final int blockShift;
    private long wakesAtNanos = ASLEEP;
    private long nextBlock;

    Khugepaged(Pace pace, int blockShift) {
        this.pace = pace;
        this.blockShift = blockShift;
    }

    /** The trace's clock says so much: wakings that are due happen. */
    void advanceTo(long nanos, AddressSpace space) {
        if (wakesAtNanos == ASLEEP) {
            wakesAtNanos = nanos + pace.scanSleepMillis * NANOS_PER_MILLI;
        }
        long fruitless = 0;
        while (nanos >= wakesAtNanos) {
            wakesAtNanos += pace.scanSleepMillis * NANOS_PER_MILLI;
            long found = scan(space);
            fruitless = found < 0 ? 0 : fruitless + found;
            if (fruitless >= space.endBlock() - space.firstBlock() && nanos >= wakesAtNanos) {
                // A whole round changed nothing, and nobody else did anything meanwhile: further rounds will not.
                long missed = (nanos - wakesAtNanos) / (pace.scanSleepMillis * NANOS_PER_MILLI) + 1;
                wakesAtNanos += missed * pace.scanSleepMillis * NANOS_PER_MILLI;
            }
        }
    }

    /** One waking: the blocks looked at, or -1 when one of them was collapsed. */
    private long scan(AddressSpace space) {
        long first = space.firstBlock();
        long end = space.endBlock();
        if (first >= end) {
            return 0;
        }
        boolean mayWrap = nextBlock > first;
        boolean collapsed = false;
        long looked = 0;
        long left = pace.pagesToScan;
        while (left > 0) {
            if (nextBlock < first || nextBlock >= end) {
                if (looked > 0 && !mayWrap) {
                    break;
                }
                nextBlock = first;
                mayWrap = false;
            }
            AddressSpace.Collapse result = space.collapse(nextBlock, pace.maxPtesNone, false);
            collapsed |= result == AddressSpace.Collapse.DONE;
            left -= result == AddressSpace.Collapse.NOT_ELIGIBLE ? 1 : 1L << blockShift;
            looked++;
            nextBlock++;
        }
        return collapsed ? -1 : looked;
    }
}
