package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.RecordedHeap;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order of sweeping: span classes ascending, of each its full spans and then its partial ones, oldest first. */
class SweeperTest {
    private static final int SLOTS = 8;

    private final GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
    private final MHeap heap = runtime.heap();
    private final P p = heap.proc(0);
    private final Sweeper sweeper = new Sweeper(heap);

    /** In the order in which they are swept: a large object, three full spans of 1 KiB slots, two partial ones, one of 2 KiB. */
    private final List<MSpan> inOrder = new ArrayList<>();

    @BeforeEach
    void oneQueueAfterTheOther() {
        int kib = heap.layout().spanClassFor(1024, true);
        MSpan larger = span(heap.layout().spanClassFor(2048, true), 1);
        List<MSpan> partial = List.of(span(kib, 3), span(kib, 1));
        List<MSpan> full = List.of(span(kib, SLOTS), span(kib, SLOTS), span(kib, SLOTS));
        inOrder.add(heap.allocLarge(p, 3, true));
        inOrder.addAll(full);
        inOrder.addAll(partial);
        inOrder.add(larger);
        sweeper.start();
    }

    /** With so many of its slots taken, listed where that puts it. */
    private MSpan span(int spanClass, int taken) {
        P elsewhere = heap.proc(1);
        MSpan span = heap.alloc(elsewhere, 1, spanClass);
        new RecordedHeap(heap).cacheSinceFresh(elsewhere, span);
        for (int i = 0; i < taken; i++) {
            span.nextFree();
        }
        heap.releaseAll(elsewhere);
        return span;
    }

    @Test
    void fullSpansComeBeforePartialOnesAndSmallClassesBeforeLarger() {
        for (MSpan span : inOrder) {
            assertTrue(heap.isUnswept(span));
            assertTrue(sweeper.sweepOne());
            assertFalse(heap.isUnswept(span));
        }
        assertFalse(sweeper.sweepOne());
    }

    @Test
    void aSpanComesWithinAsManyAsItsPlaceInTheOrder() {
        for (int swept = 0; swept < inOrder.size(); swept++) {
            for (int i = swept; i < inOrder.size(); i++) {
                int place = i - swept + 1;
                assertTrue(sweeper.comesWithin(inOrder.get(i), place), "span " + i + " after " + swept);
                assertTrue(sweeper.comesWithin(inOrder.get(i), 100));
                assertFalse(sweeper.comesWithin(inOrder.get(i), place - 1), "span " + i + " after " + swept);
            }
            sweeper.sweepOne();
            assertFalse(sweeper.comesWithin(inOrder.get(swept), 100), "it is swept");
        }
    }

    /** A span that was swept out of turn stands in its queue still, and does not count. */
    @Test
    void spansThatWereSweptOutOfTurnAreNotInTheWay() {
        heap.sweep(inOrder.get(2), false);
        assertTrue(sweeper.comesWithin(inOrder.get(3), 3));
        assertFalse(sweeper.comesWithin(inOrder.get(3), 2));
        assertTrue(sweeper.comesWithin(inOrder.get(6), 6));
        assertFalse(sweeper.comesWithin(inOrder.get(6), 5));
    }

    @Test
    void sweepingThroughASpanSweepsWhatStandsBeforeIt() {
        sweeper.sweepThrough(inOrder.get(4));
        assertEquals(3 + 4, heap.pagesSwept());
        for (int i = 0; i < inOrder.size(); i++) {
            assertEquals(i > 4, heap.isUnswept(inOrder.get(i)), "span " + i);
        }
        sweeper.sweepThrough(inOrder.get(2));
        assertEquals(3 + 4, heap.pagesSwept(), "it is swept already");
    }

    /** Where more than so many stand before it, those of its own queue were swept by nobody. */
    @Test
    void ofItsOwnQueueOnlyTheSpanItselfMayBeSwept() {
        assertEquals(2, sweeper.sweepThrough(inOrder.get(3), 3));
        assertTrue(heap.isUnswept(inOrder.get(1)));
        assertTrue(heap.isUnswept(inOrder.get(2)));
        assertFalse(heap.isUnswept(inOrder.get(3)));
        assertEquals(3, sweeper.sweepThrough(inOrder.get(4), 3), "the two that were left out, and this one");
        assertFalse(heap.isUnswept(inOrder.get(1)));
        assertTrue(heap.isUnswept(inOrder.get(5)));
    }

    @Test
    void aSpanOfNoQueueIsSweptAfterAllOthers() {
        heap.unlist(inOrder.get(1));
        assertFalse(sweeper.comesWithin(inOrder.get(1), 100));
        assertEquals(inOrder.size(), sweeper.sweepThrough(inOrder.get(1), 2));
        assertTrue(inOrder.stream().noneMatch(heap::isUnswept));
    }

    @Test
    void finishingFlushesCachesAndSweepsTheRest() {
        MSpan cached = heap.refill(heap.proc(2), SpanClass.TINY);
        cached.nextFree();
        sweeper.start();
        assertSame(cached, heap.proc(2).cached(SpanClass.TINY));
        sweeper.finish();
        assertNull(heap.proc(2).cached(SpanClass.TINY));
        assertTrue(heap.sweepDone());
        assertEquals(heap.sweepgen(), cached.sweepgen());
    }
}
