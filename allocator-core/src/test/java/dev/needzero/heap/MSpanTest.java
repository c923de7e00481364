package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.units.Units;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The slot search, held against one boolean a slot. */
class MSpanTest {
    @Property
    void agreesWithOneBooleanASlot(@ForAll @IntRange(min = 1, max = 1024) int nelems, @ForAll Random random) {
        MSpan span = span(nelems);
        boolean[] taken = new boolean[nelems];
        boolean[] dead = new boolean[nelems];
        for (int op = 0; op < 300; op++) {
            int slot = random.nextInt(nelems);
            switch (random.nextInt(12)) {
                case 10, 11 -> {
                    int lowest = lowest(taken);
                    int asked = random.nextBoolean() && lowest >= 0 ? lowest : slot;
                    assertEquals(asked == lowest, span.takeNext(asked));
                    taken[asked] |= asked == lowest;
                }
                case 0, 1, 2, 3 -> {
                    int expected = lowest(taken);
                    assertEquals(expected, span.peekFree());
                    assertEquals(expected, span.nextFree());
                    if (expected >= 0) {
                        taken[expected] = true;
                    }
                }
                case 4 -> assertEquals(lowest(taken) < 0, span.isFull());
                case 5 -> {
                    if (taken[slot]) {
                        assertThrows(IllegalStateException.class, () -> span.place(slot));
                    } else {
                        span.place(slot);
                        taken[slot] = true;
                    }
                }
                case 6 -> {
                    int word = random.nextInt(nelems / 64 + 2);
                    long asked = random.nextLong();
                    assertEquals(newlyDead(word, asked, taken, dead), span.markDead(word, asked));
                }
                case 7, 8 -> {
                    assertEquals(taken[slot] && !dead[slot], span.markDead(slot));
                    dead[slot] |= taken[slot];
                }
                default -> {
                    assertEquals(count(dead), span.sweepSlots());
                    for (int s = 0; s < nelems; s++) {
                        taken[s] &= !dead[s];
                        dead[s] = false;
                    }
                }
            }
            assertEquals(count(taken), span.allocCount());
            assertEquals(count(dead), span.deadCount());
            for (int s = 0; s < nelems; s++) {
                assertEquals(taken[s], span.isAllocated(s), "slot " + s);
                assertEquals(dead[s], span.isDead(s), "slot " + s);
            }
        }
    }

    @Test
    void aFreedSlotComesBackOnlyAfterTheSweep() {
        MSpan span = span(4);
        assertEquals(0, span.nextFree());
        assertEquals(1, span.nextFree());
        assertTrue(span.markDead(0));
        assertEquals(2, span.nextFree());
        assertEquals(1, span.sweepSlots());
        assertEquals(0, span.nextFree());
        assertEquals(3, span.nextFree());
        assertEquals(-1, span.nextFree());
        assertTrue(span.isFull());
    }

    /** Where a recording says which slots are emptied, one that lies ahead is free at once. */
    @Test
    void aVacatedSlotThatLiesAheadIsHandedOutAgain() {
        MSpan span = span(130);
        for (int slot = 0; slot < 66; slot++) {
            span.nextFree();
        }
        for (int slot : new int[] {66, 67, 128}) {
            span.place(slot);
        }
        assertEquals(68, span.peekFree());
        assertTrue(span.vacate(67));
        assertFalse(span.vacate(67));
        assertTrue(span.vacate(128));
        assertEquals(67, span.allocCount());
        assertEquals(67, span.nextFree());
        assertEquals(68, span.nextFree());
        assertFalse(span.vacate(129), "nothing was there");
        assertTrue(span.isAllocated(66));
        assertFalse(span.isAllocated(128));
    }

    @Test
    void whatWasTakenForDeadMayTurnOutAlive() {
        MSpan span = span(130);
        for (int slot = 0; slot < 80; slot++) {
            span.nextFree();
        }
        for (int slot : new int[] {5, 66, 70}) {
            assertTrue(span.markDead(slot));
        }
        span.markAlive(66);
        span.markAlive(66);
        span.markAlive(5);
        assertEquals(1, span.deadCount());
        assertFalse(span.isDead(66));
        assertFalse(span.isDead(5));
        assertTrue(span.isDead(70));
        assertEquals(1, span.sweepSlots());
        assertEquals(70, span.nextFree());
    }

    @Test
    void lookingWhetherItIsFullTakesNothing() {
        MSpan span = span(65);
        for (int slot = 0; slot < 64; slot++) {
            span.nextFree();
        }
        assertFalse(span.isFull());
        assertEquals(64, span.allocCount());
        assertEquals(64, span.nextFree());
    }

    @Test
    void slotsFollowEachOtherFromTheSpansBase() {
        MSpan span = span(1024);
        assertEquals(3L * Units.PAGE_BYTES, span.base());
        assertEquals(span.base() + 8 * 1023, span.slotAddress(1023));
    }

    private static MSpan span(int nelems) {
        return new MSpan(3, 1, SpanClass.of(1, true), nelems, 8, false, MSpan.State.IN_USE);
    }

    /** Slot by slot, what the span is to do for up to 64 at once; they are dead in the model afterwards. */
    private static long newlyDead(int word, long asked, boolean[] taken, boolean[] dead) {
        long newly = 0;
        for (int bit = 0; bit < 64; bit++) {
            int slot = 64 * word + bit;
            if ((asked >>> bit & 1) != 0 && slot < taken.length && taken[slot] && !dead[slot]) {
                newly |= 1L << bit;
                dead[slot] = true;
            }
        }
        return newly;
    }

    private static int lowest(boolean[] taken) {
        for (int slot = 0; slot < taken.length; slot++) {
            if (!taken[slot]) {
                return slot;
            }
        }
        return -1;
    }

    private static int count(boolean[] bits) {
        int n = 0;
        for (boolean bit : bits) {
            n += bit ? 1 : 0;
        }
        return n;
    }
}
