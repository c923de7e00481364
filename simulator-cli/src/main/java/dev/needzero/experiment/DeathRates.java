package dev.needzero.experiment;

import dev.needzero.heap.SpanClass;

/**
 * By span class, which share of a Go trace's objects a mark finds dead: of those born since the mark before it, and of the
 * older ones. Counted from one mark's beginning to the next one's, when the sweep between them is over.
 */
final class DeathRates {
    private static final int YOUNG = 0;
    private static final int OLD = 1;

    /** Since the latest mark began: born; found dead by the sweep that followed it. */
    private long[][] alive = new long[2][SpanClass.COUNT];

    /** When the latest mark began. */
    private long[][] atMark = new long[2][SpanClass.COUNT];

    private long[][] found = new long[2][SpanClass.COUNT];
    /** As the mark before the latest found them. */
    private double[][] rate = new double[2][SpanClass.COUNT];

    void born(int spanClass) {
        alive[YOUNG][spanClass]++;
    }

    void found(int spanClass, boolean young) {
        found[young ? YOUNG : OLD][spanClass]++;
    }

    void markBegins() {
        for (int c = 0; c < SpanClass.COUNT; c++) {
            for (int age = YOUNG; age <= OLD; age++) {
                rate[age][c] = share(found[age][c], atMark[age][c]);
            }
            long survivors = atMark[YOUNG][c] + atMark[OLD][c] - found[YOUNG][c] - found[OLD][c];
            atMark[OLD][c] = Math.max(0, survivors);
            atMark[YOUNG][c] = alive[YOUNG][c];
            alive[YOUNG][c] = 0;
            found[YOUNG][c] = 0;
            found[OLD][c] = 0;
        }
    }

    private static double share(long of, long all) {
        return all <= 0 ? 0 : Math.min(1, (double) of / all);
    }

    /** Of objects of a span class, the share that dies between two marks as far apart as the last two were. */
    double rate(int spanClass, boolean young) {
        return rate[young ? YOUNG : OLD][spanClass];
    }

    /** Of those that the latest mark's unfinished sweep has not freed, the share that is dead if this share of all is. */
    double notYetFound(int spanClass, boolean young, double share) {
        int age = young ? YOUNG : OLD;
        double known = share(found[age][spanClass], atMark[age][spanClass]);
        return known >= 1 ? 0 : Math.max(0, (share - known) / (1 - known));
    }

    /** A choice with this chance, always the same for the same object and mark. */
    static boolean falls(int object, int mark, double chance) {
        long h = (object * 0x9E3779B97F4A7C15L) ^ (mark * 0xC2B2AE3D27D4EB4FL);
        h = (h ^ h >>> 32) * 0xD6E8FEB86659FD93L;
        return ((h ^ h >>> 32) >>> 11) * 0x1p-53 < chance;
    }
}
