package dev.needzero.workload;

/**
 * The source of every random choice of a generated workload: SplitMix64, a 64-bit counter with Stafford's mixing
 * function (variant 13) over it.
 *
 * <p>The algorithm is written out here, and not taken from the JDK, because a seed must mean the same workload on every
 * Java version. Floating point enters only through exactly specified operations ({@link StrictMath}).
 */
final class Rng {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final double TWO_TO_MINUS_53 = 0x1p-53;

    private long state;

    Rng(long seed) {
        state = seed;
    }

    /** 64 random bits. */
    long next() {
        return mix(state += GOLDEN_GAMMA);
    }

    /** 0 to bound − 1; the bias is below bound / 2^32. */
    int below(int bound) {
        return (int) ((next() >>> 32) * bound >>> 32);
    }

    /** 0 to bound − 1 for any bound; the bias is below bound / 2^63. */
    long below(long bound) {
        return bound <= Integer.MAX_VALUE ? below((int) bound) : (next() >>> 1) % bound;
    }

    /** From low to high, both included. */
    int between(int low, int high) {
        return low + below(high - low + 1);
    }

    /** 0.0 to below 1.0. */
    double unit() {
        return (next() >>> 11) * TWO_TO_MINUS_53;
    }

    /** Exponentially distributed around the mean, never above ten times the mean. */
    long exponential(double mean) {
        return (long) (Math.min(10.0, -StrictMath.log(1.0 - unit())) * mean);
    }

    /** A bijection of 64-bit words in which every input bit moves every output bit: also the hash of a simulated map. */
    static long mix(long word) {
        long z = (word ^ (word >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
