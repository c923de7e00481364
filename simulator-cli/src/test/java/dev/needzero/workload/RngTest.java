package dev.needzero.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RngTest {
    /** The JDK's SplittableRandom is SplitMix64 too, as long as it is not split. */
    @Test
    void drawsWhatSplitMix64Draws() {
        for (long seed : new long[] {0, 1, -1, 1234567, Long.MIN_VALUE}) {
            Rng rng = new Rng(seed);
            SplittableRandom twin = new SplittableRandom(seed);
            for (int i = 0; i < 1000; i++) {
                assertEquals(twin.nextLong(), rng.next());
            }
        }
    }

    @Test
    void staysBelowItsBoundAndReachesEveryValue() {
        Rng rng = new Rng(7);
        int[] seen = new int[10];
        for (int i = 0; i < 100_000; i++) {
            seen[rng.below(10)]++;
        }
        for (int n : seen) {
            assertTrue(n > 9_500 && n < 10_500, () -> "a tenth of 100000 expected, not " + n);
        }
        for (int i = 0; i < 1000; i++) {
            long wide = rng.below(1L << 40);
            assertTrue(wide >= 0 && wide < 1L << 40);
        }
    }

    @Test
    void exponentialDrawsKeepTheirMean() {
        Rng rng = new Rng(3);
        double sum = 0;
        for (int i = 0; i < 200_000; i++) {
            sum += rng.exponential(1e6);
        }
        assertEquals(1e6, sum / 200_000, 1e4);
    }
}
