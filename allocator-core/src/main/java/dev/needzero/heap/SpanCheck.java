package dev.needzero.heap;

/**
 * The laws of an {@link MSpan}: allocCount is the number of taken slots, the dead are among them, and the mask that
 * allocation walks along shows exactly the free slots from freeIndex up.
 */
final class SpanCheck {
    private SpanCheck() {}

    /** @throws IllegalStateException saying which law is broken */
    static void check(MSpan span) {
        if (span.state == MSpan.State.DEAD || span.npages <= 0) {
            throw broken(span, "is dead, or has no pages, and holds some");
        }
        if (span.spanClass < 0) {
            return;
        }
        if (span.freeIndex > span.nelems || span.allocCount > span.nelems || span.allocCount < 0) {
            throw broken(span, "freeIndex " + span.freeIndex + ", beyond its slots");
        }
        int taken = 0;
        int dead = 0;
        for (int w = 0; w << 6 < span.nelems; w++) {
            long slots = span.nelems - (w << 6) >= 64 ? -1L : (1L << span.nelems) - 1;
            long allocated = (below(w, span.freeIndex) | word(span.allocBits, w)) & slots;
            long dying = word(span.deadBits, w);
            if ((dying & ~allocated) != 0) {
                throw broken(span, "slot " + first(w, dying & ~allocated) + " is dead but holds no object");
            }
            if (w == span.freeWord && ((span.freeMask ^ ~allocated) & slots & ~below(w, span.freeIndex)) != 0) {
                throw broken(
                        span, "its search mask and its bits part in word " + w + " at freeIndex " + span.freeIndex);
            }
            taken += Long.bitCount(allocated);
            dead += Long.bitCount(dying);
        }
        if (taken != span.allocCount) {
            throw broken(span, taken + " slots are taken");
        }
        if (dead != span.deadCount()) {
            throw broken(span, dead + " slots are dead, counted as " + span.deadCount());
        }
    }

    private static long word(long[] bits, int w) {
        return bits == null ? 0 : bits[w];
    }

    /** The bits of a word that stand for slots below {@code limit}. */
    private static long below(int word, int limit) {
        int n = limit - (word << 6);
        return n <= 0 ? 0 : n >= 64 ? -1L : (1L << n) - 1;
    }

    private static int first(int word, long bits) {
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }

    private static IllegalStateException broken(MSpan span, String law) {
        return new IllegalStateException(span + ": " + law);
    }
}
