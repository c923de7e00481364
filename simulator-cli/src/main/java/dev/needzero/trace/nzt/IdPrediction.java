package dev.needzero.trace.nzt;

import java.util.Arrays;

/**
 * Guesses the id that a dense, recycling numbering hands out next: the one freed last, else the next fresh one. Encoder
 * and decoder keep one each and feed them alike, block by block.
 */
final class IdPrediction {
    private long[] freed = new long[16];
    private int freedCount;
    private long nextFresh;
    private long recent;

    /** @param fresh the next fresh id at the block's start */
    void startBlock(long fresh) {
        freedCount = 0;
        nextFresh = fresh;
        recent = 0;
    }

    long nextFresh() {
        return nextFresh;
    }

    /** The id allocated last. */
    long recent() {
        return recent;
    }

    /** The guess, which is used up by asking. */
    long pop() {
        return freedCount > 0 ? freed[--freedCount] : nextFresh;
    }

    void allocated(long id) {
        recent = id;
        if (id >= nextFresh) {
            nextFresh = id + 1;
        }
    }

    void freed(long id) {
        if (freedCount == freed.length) {
            freed = Arrays.copyOf(freed, freedCount * 2);
        }
        freed[freedCount++] = id;
    }
}
