package dev.needzero.workload;

/**
 * Draws an index with given weights in constant time: one cell, one comparison. (Walker's alias method, built as Vose
 * does.)
 */
final class AliasTable {
    /** A cell keeps its own index when the draw is below this, as a fraction of 2^32. */
    private final long[] keepBelow;

    private final int[] alias;

    /**
     * @param weights not negative, at least one of them positive
     */
    AliasTable(double[] weights) {
        int n = weights.length;
        keepBelow = new long[n];
        alias = new int[n];
        double sum = 0;
        for (double w : weights) {
            sum += w;
        }
        double[] scaled = new double[n];
        int[] small = new int[n];
        int[] large = new int[n];
        int smalls = 0;
        int larges = 0;
        for (int i = 0; i < n; i++) {
            scaled[i] = weights[i] * n / sum;
            if (scaled[i] < 1) {
                small[smalls++] = i;
            } else {
                large[larges++] = i;
            }
        }
        while (smalls > 0 && larges > 0) {
            int poor = small[--smalls];
            int rich = large[larges - 1];
            keepBelow[poor] = (long) (scaled[poor] * 0x1p32);
            alias[poor] = rich;
            scaled[rich] -= 1 - scaled[poor];
            if (scaled[rich] < 1) {
                larges--;
                small[smalls++] = rich;
            }
        }
        // What is left over is 1 but for rounding.
        while (larges > 0) {
            keepBelow[large[--larges]] = 1L << 32;
        }
        while (smalls > 0) {
            keepBelow[small[--smalls]] = 1L << 32;
        }
    }

    int draw(Rng rng) {
        long bits = rng.next();
        int cell = (int) ((bits >>> 32) * keepBelow.length >>> 32);
        return (bits & 0xffffffffL) < keepBelow[cell] ? cell : alias[cell];
    }
}
