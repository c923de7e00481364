package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a refill looks for a free slot, and in which order, by Go's comments on {@code cacheSpan} and its budget. */
class MCentralTest {
    private static final int CLASS = SpanClass.of(SizeClasses.GO.classFor(1024), true);
    private static final int SLOTS = 8;

    private final MHeap heap = new MHeap(Behaviours.of("1.23").layout(0, 0), new AddressSpace(OsSettings.defaults()));
    private final RecordedHeap recorded = new RecordedHeap(heap);
    private final P p = heap.proc(0);
    private final MCentral central = heap.central(CLASS);

    /** A swept span that waits in its queue, with its first slots taken. */
    private MSpan waiting(int taken) {
        MSpan span = heap.alloc(null, 1, CLASS);
        recorded.cacheSinceFresh(heap.proc(1), span);
        for (int i = 0; i < taken; i++) {
            span.nextFree();
        }
        heap.releaseAll(heap.proc(1));
        return span;
    }

    private List<MSpan> full(int count) {
        List<MSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(waiting(SLOTS));
        }
        return spans;
    }

    private void die(MSpan span) {
        for (int slot = 0; slot < span.nelems(); slot++) {
            span.markDead(slot);
        }
    }

    @Test
    void theOldestSpanWithFreeSlotsComesFirst() {
        MSpan first = waiting(3);
        MSpan second = waiting(1);
        waiting(SLOTS);
        assertSame(first, heap.refill(p, CLASS));
        assertEquals(3, first.nextFree());
        assertSame(second, heap.refill(heap.proc(2), CLASS));
        assertEquals(1, heap.central(CLASS).waiting(true, true));
        assertEquals(0, heap.refill(heap.proc(3), CLASS).allocCount(), "then fresh pages");
    }

    /** "partialSwept, partialUnswept, fullUnswept, a new span". */
    @Test
    void sweptComesBeforeUnsweptAndPartialBeforeFull() {
        MSpan full = waiting(SLOTS);
        MSpan partial = waiting(2);
        MSpan swept = waiting(2);
        heap.startSweep();
        full.markDead(5);
        heap.unlist(swept);
        heap.sweep(swept, false);
        assertSame(swept, heap.refill(heap.proc(0), CLASS));
        assertSame(partial, heap.refill(heap.proc(2), CLASS));
        assertSame(full, heap.refill(heap.proc(3), CLASS));
        assertEquals(5, full.nextFree());
        assertEquals(3, heap.pagesSwept());
    }

    @Test
    void whenASweepIsOverNothingUnsweptIsLookedAt() {
        MSpan partial = waiting(2);
        heap.startSweep();
        heap.finishSweep();
        assertNotSame(partial, heap.refill(p, CLASS));
        assertEquals(0, heap.pagesSwept());
    }

    /** A budget of 100 spans without room makes 101 that are looked at; they are swept all the same. */
    @ParameterizedTest
    @CsvSource({"99, true", "100, true", "101, false", "102, false"})
    void aRefillLooksAtAHundredAndOneFullSpans(int fullBefore, boolean found) {
        List<MSpan> full = full(fullBefore + 1);
        MSpan last = full.get(fullBefore);
        heap.startSweep();
        last.markDead(7);
        MSpan span = heap.refill(p, CLASS);
        assertEquals(found, span == last);
        assertEquals(Math.min(fullBefore + 1, 101), heap.pagesSwept());
        assertEquals(Math.min(fullBefore, 101), central.waiting(true, true));
        assertEquals(Math.max(0, fullBefore - 100), central.waiting(true, false));
        if (!found) {
            assertSame(last, heap.refill(heap.proc(2), CLASS), "a second refill has a budget of its own");
        }
    }

    /** "preserve": a span that sweeping empties is about to be used, and does not go back to the heap. */
    @ParameterizedTest
    @ValueSource(ints = {2, SLOTS})
    void anEmptiedSpanIsUsedRightAway(int taken) {
        MSpan span = waiting(taken);
        heap.startSweep();
        die(span);
        assertSame(span, heap.refill(p, CLASS));
        assertSame(MSpan.State.IN_USE, span.state());
        assertEquals(0, span.nextFree());
        assertTrue(span.needzero());
        assertEquals(taken, heap.stats().smallFreeCount(SpanClass.sizeClass(CLASS)));
    }

    /** A recorded refill swept so many bytes of full spans; what its record does not cover others swept. */
    @ParameterizedTest
    @CsvSource({"0, 0", "8191, 0", "8192, 1", "16384, 2", "40960, 5"})
    void aRecordedRefillLooksAtWhatItSwept(long bytes, int spans) {
        List<MSpan> full = full(6);
        heap.startSweep();
        full.get(5).markDead(0);
        p.setRefillSweepBytes(bytes);
        assertNotSame(full.get(5), heap.refill(p, CLASS));
        assertEquals(spans, heap.pagesSwept());
        heap.refill(p, CLASS);
        assertEquals(spans, heap.pagesSwept(), "the next has its own record, or swept none");
    }

    /** Spans of 1408-byte slots have two pages. */
    @Test
    void theRecordIsInBytesOfSpans() {
        int spanClass = SpanClass.of(SizeClasses.GO.classFor(1408), true);
        for (int i = 0; i < 3 * 11; i++) {
            MSpan cached = p.cached(spanClass);
            if (cached == null || cached.nextFree() < 0) {
                heap.refill(p, spanClass).nextFree();
            }
        }
        heap.releaseAll(p);
        heap.startSweep();
        p.setRefillSweepBytes(4 * Units.PAGE_BYTES);
        heap.refill(p, spanClass);
        assertEquals(4, heap.pagesSwept());
        assertEquals(2, heap.central(spanClass).waiting(true, true));
    }

    /** Spans with free slots that were swept in the background, unseen, are found for nothing. */
    @Test
    void whatHasRoomAlreadyCostsNothingOfARecord() {
        MSpan partial = waiting(2);
        heap.startSweep();
        p.setRefillSweepBytes(0);
        assertSame(partial, heap.refill(p, CLASS));
        assertEquals(2, partial.nextFree());
    }

    @Test
    void anExpectedSpanIsFoundByTheRefillOfItsClassAlone() {
        List<MSpan> full = full(3);
        heap.startSweep();
        full.get(2).markDead(4);
        p.setRefillSweepBytes(0);
        p.expect(full.get(2));
        heap.refill(p, CLASS + 2);
        p.setRefillSweepBytes(0);
        assertNotSame(
                full.get(2), heap.refill(p, CLASS), "it was not what that refill found, and nothing else is known");
        P other = heap.proc(2);
        other.setRefillSweepBytes(Units.PAGE_BYTES);
        other.expect(full.get(2));
        assertSame(full.get(2), heap.refill(other, CLASS));
        assertEquals(1, heap.pagesSwept());
        assertEquals(2, central.waiting(true, false));
        assertEquals(4, full.get(2).nextFree());
    }

    /** Of a record of three spans the last is the one that was found. */
    @Test
    void anExpectedSpanIsTheLastOfThoseSwept() {
        List<MSpan> full = full(6);
        heap.startSweep();
        full.get(5).markDead(4);
        p.expect(full.get(5));
        p.setRefillSweepBytes(3 * Units.PAGE_BYTES);
        assertSame(full.get(5), heap.refill(p, CLASS));
        assertEquals(3, heap.pagesSwept());
        assertFalse(heap.isUnswept(full.get(1)));
        assertTrue(heap.isUnswept(full.get(2)));
        assertEquals(2, central.waiting(true, true));
    }

    // ---- what the policy is asked

    private final List<String> asked = new ArrayList<>();

    private void askAll() {
        heap.setPolicy(new HeapPolicy() {
            @Override
            public void deductSweepCredit(long spanBytes, int callerPages) {
                asked.add("credit " + spanBytes + " " + callerPages);
            }

            @Override
            public void reclaim(int npages) {
                asked.add("reclaim " + npages);
            }

            @Override
            public void beforeUse(long grownBytes, long scavengedBytes) {
                asked.add("use " + grownBytes + " " + scavengedBytes);
            }
        });
    }

    /** Credit first, then dead spans to reclaim while sweeping, then room under the limit for what comes back. */
    @Test
    void aNewSpanAsksForCreditThenForPagesThenForRoom() {
        int twoPages = SpanClass.of(SizeClasses.GO.classFor(1408), true);
        askAll();
        heap.refill(p, twoPages);
        assertEquals(List.of("credit 16384 0", "use 4194304 16384"), said(), "an empty heap grows");
        heap.startSweep();
        heap.refill(heap.proc(1), twoPages);
        assertEquals(List.of("credit 16384 0", "reclaim 2", "use 0 16384"), said());
        heap.allocLarge(p, 600, true);
        assertEquals(List.of("credit 4915200 600", "reclaim 600", "use 8388608 4915200"), said());
        heap.allocManual(p, 20, MSpan.State.STACK);
        assertEquals(List.of("use 0 163840"), said(), "stacks pay for nothing");
    }

    @Test
    void aRecordedPlaceAsksForRoomAsWell() {
        askAll();
        recorded.allocAs(p, 600, 20, SpanClass.MANUAL, MSpan.State.STACK);
        assertEquals(List.of("use 8388608 163840"), said());
        recorded.allocAs(p, 1004, 20, SpanClass.MANUAL, MSpan.State.STACK);
        assertEquals(List.of("use 0 163840"), said(), "the heap's last pages are there already");
    }

    private List<String> said() {
        List<String> said = List.copyOf(asked);
        asked.clear();
        return said;
    }

    // ---- what a P counts

    /** "tinyAllocCount += P.tinyAllocs" at a refill of the tiny class, of no other, and when all is given up. */
    @Test
    void tinyObjectsAreCountedWhenTheirSpanIsExchanged() {
        heap.refill(p, SpanClass.TINY);
        for (int i = 0; i < 3; i++) {
            p.countTinyAlloc();
        }
        heap.refill(p, CLASS);
        heap.refill(p, CLASS);
        assertEquals(0, heap.stats().tinyAllocCount());
        while (p.cached(SpanClass.TINY).nextFree() >= 0) {
            // until it is full
        }
        heap.refill(p, SpanClass.TINY);
        assertEquals(3, heap.stats().tinyAllocCount());
        p.countTinyAlloc();
        heap.releaseAll(p);
        assertEquals(4, heap.stats().tinyAllocCount());
        heap.proc(3).countTinyAlloc(); // a recording showed it no span yet
        heap.releaseAll(heap.proc(3));
        assertEquals(5, heap.stats().tinyAllocCount());
        assertEquals(3, heap.proc(3).id());
    }

    /** Blocks of 16 bytes; 8-byte objects lie at multiples of 8; of two blocks the one with more room stays. */
    @Test
    void tinyBlocks() {
        assertEquals(-1, heap.tinyAlloc(p, 4), "there is none yet");
        heap.tinyBlock(p, 160, 1);
        assertEquals(168, heap.tinyAlloc(p, 8));
        assertEquals(-1, heap.tinyAlloc(p, 1));
        heap.tinyBlock(p, 320, 12);
        assertEquals(320, p.tinyBlock(), "the new one has more room");
        heap.tinyBlock(p, 480, 12);
        assertEquals(320, p.tinyBlock(), "as much as the old one");
        assertEquals(332, heap.tinyAlloc(p, 4));
        heap.releaseAll(p);
        assertEquals(-1, p.tinyBlock());
    }

    /** A recorded refill without a span of its own gives the old one up: fresh pages come next. */
    @Test
    void aRecordedRefillFilesTheOldSpan() {
        MSpan old = heap.refill(p, CLASS);
        assertFalse(recorded.refillAs(p, CLASS, null), "a slot was free, the first");
        assertNull(p.cached(CLASS));
        assertEquals(0, central.waiting(true, true));
        assertEquals(1, central.waiting(false, true));
        assertSame(old, heap.refill(p, CLASS));
        while (old.nextFree() >= 0) {
            // until it is full
        }
        assertTrue(recorded.refillAs(p, CLASS, null));
        assertEquals(1, central.waiting(true, true));
    }

    /** A refill that this heap would not have made is no agreement, though it finds what the recording's found. */
    @Test
    void aRefillBeforeTheSpanIsFullIsNotDue() {
        MSpan old = heap.refill(p, CLASS);
        MSpan next = waiting(3);
        assertFalse(recorded.refillAs(p, CLASS, next), "the first slot was free");
        assertSame(next, p.cached(CLASS));
        while (next.nextFree() >= 0) {
            // until it is full
        }
        assertTrue(recorded.refillAs(p, CLASS, old));
    }
}
