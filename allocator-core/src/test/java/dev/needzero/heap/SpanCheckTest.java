package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A span that is broken on purpose, one law at a time, in its first and in its last word of slots. */
class SpanCheckTest {
    /** So many slots, the first forty handed out and swept, every third of them dead by then; then ten more taken. */
    private static MSpan used(int nelems) {
        MSpan span = new MSpan(7, 1, SpanClass.of(2, true), nelems, 16, false, MSpan.State.IN_USE);
        for (int slot = 0; slot < 40; slot++) {
            span.nextFree();
        }
        for (int slot = 0; slot < 40; slot += 3) {
            span.markDead(slot);
        }
        span.sweepSlots();
        for (int i = 0; i < 10; i++) {
            span.nextFree();
        }
        return span;
    }

    private static void isFound(MSpan span, String law, Consumer<MSpan> breach) {
        assertDoesNotThrow(() -> SpanCheck.check(span));
        breach.accept(span);
        String said = assertThrows(IllegalStateException.class, () -> SpanCheck.check(span))
                .getMessage();
        assertTrue(said.contains(law), said);
        assertTrue(said.startsWith("span at page 7 "), said);
    }

    @ParameterizedTest
    @ValueSource(ints = {41, 63, 64, 65, 128, 500, 512})
    void aSpanInUseKeepsEveryLaw(int nelems) {
        MSpan span = used(nelems);
        SpanCheck.check(span);
        while (span.nextFree() >= 0) {
            SpanCheck.check(span);
            span.markDead(span.freeIndex - 1);
        }
        SpanCheck.check(span);
        span.sweepSlots();
        SpanCheck.check(span);
    }

    @Test
    void countsBeyondTheSlots() {
        isFound(used(100), "freeIndex 101, beyond its slots", span -> span.freeIndex = 101);
        isFound(used(100), "beyond its slots", span -> span.allocCount = 101);
        isFound(used(100), "beyond its slots", span -> span.allocCount = -1);
    }

    /** 26 slots survived the sweep, ten were handed out since. */
    @Test
    void aWrongNumberOfObjects() {
        isFound(used(100), "36 slots are taken", span -> span.allocCount--);
        isFound(used(100), "37 slots are taken", span -> span.allocBits[1] |= 1L << 99);
        isFound(used(100), "search mask", span -> span.allocBits[0] &= ~(1L << 38));
    }

    @Test
    void aSlotThatDiedTwice() {
        isFound(used(100), "1 slots are dead, counted as 0", span -> {
            span.deadBits = new long[2];
            span.deadBits[0] = 1L << 1;
        });
        isFound(used(100), "slot 39 is dead but holds no object", span -> {
            span.deadBits = new long[2];
            span.deadBits[0] = 1L << 39 | 1L << 1;
        });
        isFound(used(100), "slot 66 is dead but holds no object", span -> {
            span.deadBits = new long[2];
            span.deadBits[1] = 1L << 66 | 1L << 70;
        });
    }

    @Test
    void aSearchThatWouldPassOverAFreeSlotOrTakeOneTwice() {
        isFound(used(100), "search mask", span -> span.freeMask &= ~(1L << 50));
        isFound(used(100), "search mask", span -> span.freeMask |= 1L << 38);
        isFound(used(64), "search mask", span -> span.freeMask &= ~(1L << 63));
    }

    /** What lies below freeIndex is taken whatever its bit says, and the mask's bits there mean nothing. */
    @Test
    void bitsThatMeanNothingMayHaveAnyValue() {
        MSpan span = used(100);
        span.freeMask ^= 1;
        span.allocBits[0] ^= 1;
        SpanCheck.check(span);
        MSpan last = used(100);
        last.allocBits[1] |= 1L << 101;
        SpanCheck.check(last);
        while (last.nextFree() >= 0) {
            // up to the last word
        }
        last.freeMask ^= 1L << 101;
        SpanCheck.check(last);
    }

    @Test
    void aDeadSpanHoldsNoPages() {
        isFound(used(100), "is dead", span -> span.state = MSpan.State.DEAD);
    }

    @Test
    void aStackHasNoSlotsToLookAt() {
        MSpan stack = new MSpan(7, 4, SpanClass.MANUAL, 0, 0, false, MSpan.State.STACK);
        SpanCheck.check(stack);
        assertThrows(
                IllegalStateException.class,
                () -> SpanCheck.check(new MSpan(7, 0, SpanClass.MANUAL, 0, 0, false, MSpan.State.STACK)));
    }
}
