package dev.needzero.gc;

/**
 * What giving memory back takes, in nanoseconds, on a machine of usual speed: a fixed part for each madvise, a part for each
 * OS page that is unmapped, and a larger part for each of the first pages, whose translations the processors drop one by one.
 * From {@code tlb_single_page_flush_ceiling} pages on they drop all at once, so that a huge page's worth costs a tenth of as
 * many single pages.
 *
 * <p>Linux: {@code arch/x86/mm/tlb.c}. The three figures are rough ones, of a virtual machine of 2025; how a machine differs
 * from it {@link ScavengePace} finds out.
 */
final class ReleaseCost {
    private static final double CALL_NANOS = 2100;
    private static final double OS_PAGE_NANOS = 105;
    private static final double TRANSLATION_NANOS = 480;
    private static final int FLUSH_CEILING_OS_PAGES = 33;

    private double nanos;

    /** A range was given back that held so many resident OS pages. */
    void madvise(int residentOsPages) {
        nanos += CALL_NANOS
                + OS_PAGE_NANOS * residentOsPages
                + TRANSLATION_NANOS * Math.min(residentOsPages, FLUSH_CEILING_OS_PAGES);
    }

    /** What all of it took. */
    double nanos() {
        return nanos;
    }
}
