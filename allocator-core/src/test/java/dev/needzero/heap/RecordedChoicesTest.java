package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The heap where a recording has its say: what it would choose, and that it can be told to choose otherwise. */
class RecordedChoicesTest {
    private static MHeap heap() {
        return new MHeap(Behaviours.of("1.24").layout(0, 0), new AddressSpace(OsSettings.defaults()));
    }

    @Property
    void peekNamesThePageThatAllocThenTakes(@ForAll Random random) {
        MHeap heap = heap();
        RecordedHeap recorded = new RecordedHeap(heap);
        List<MSpan> live = new ArrayList<>();
        for (int op = 0; op < 400; op++) {
            if (!live.isEmpty() && random.nextInt(3) == 0) {
                heap.freeSpan(live.remove(random.nextInt(live.size())));
                continue;
            }
            P p = heap.proc(random.nextInt(3));
            int npages = random.nextInt(8) == 0 ? 1 + random.nextInt(700) : 1 + random.nextInt(20);
            int named = recorded.peek(p, npages);
            MSpan span = heap.allocManual(p, npages, MSpan.State.STACK);
            assertEquals(named, span.page());
            live.add(span);
        }
    }

    @Property
    void aRecordedPlaceIsTakenWhateverTheHeapWouldHaveChosen(@ForAll Random random) {
        MHeap heap = heap();
        RecordedHeap recorded = new RecordedHeap(heap);
        boolean[] used = new boolean[4096];
        List<MSpan> live = new ArrayList<>();
        for (int op = 0; op < 300; op++) {
            if (!live.isEmpty() && random.nextInt(3) == 0) {
                MSpan gone = live.remove(random.nextInt(live.size()));
                heap.freeSpan(gone);
                fill(used, gone, false);
                continue;
            }
            P p = heap.proc(random.nextInt(3));
            int npages = 1 + random.nextInt(20);
            int page = random.nextInt(used.length - 20);
            MSpan span = isFree(used, page, npages)
                    ? recorded.allocAs(p, page, npages, SpanClass.MANUAL, MSpan.State.STACK)
                    : heap.allocManual(p, npages, MSpan.State.STACK);
            if (span.page() + npages > used.length) {
                heap.freeSpan(span);
                continue;
            }
            assertTrue(isFree(used, span.page(), npages), () -> span + " lies on another");
            fill(used, span, true);
            live.add(span);
        }
        for (MSpan span : live) {
            assertSame(span, heap.spanOf(span.page()));
            assertSame(span, heap.spanOf(span.page() + span.npages() - 1));
        }
    }

    private static boolean isFree(boolean[] used, int page, int npages) {
        for (int at = page; at < page + npages; at++) {
            if (used[at]) {
                return false;
            }
        }
        return true;
    }

    private static void fill(boolean[] used, MSpan span, boolean value) {
        for (int at = span.page(); at < span.page() + span.npages(); at++) {
            used[at] = value;
        }
    }

    @Test
    void aSpanTakenFromTheMiddleLeavesTheOthersInOrder() {
        MHeap heap = heap();
        List<MSpan> spans = new ArrayList<>();
        SpanSet set = new SpanSet();
        for (int i = 0; i < 20; i++) {
            MSpan span = heap.alloc(heap.proc(0), 1, SpanClass.TINY);
            spans.add(span);
            set.push(span);
        }
        for (int i = 0; i < 5; i++) {
            assertSame(spans.get(i), set.pop());
        }
        set.remove(spans.get(11));
        set.push(spans.get(11));
        set.pushFirst(spans.get(0));
        assertSame(spans.get(0), set.pop());
        for (int i = 5; i < 20; i++) {
            if (i != 11) {
                assertSame(spans.get(i), set.pop());
            }
        }
        assertSame(spans.get(11), set.pop());
        assertNull(set.pop());
    }

    @Test
    void anotherChoiceOfARefillIsTakenAndTheHeapsOwnComesNext() {
        MHeap heap = heap();
        RecordedHeap recorded = new RecordedHeap(heap);
        P p = heap.proc(0);
        MSpan first = halfFull(heap, p);
        MSpan second = halfFull(heap, p);
        assertFalse(recorded.refillAs(p, SpanClass.TINY, second));
        assertSame(second, p.cached(SpanClass.TINY));
        while (second.nextFree() >= 0) {
            // used up
        }
        assertTrue(recorded.refillAs(p, SpanClass.TINY, first));
        assertSame(first, p.cached(SpanClass.TINY));
    }

    /** Under another version, or in a damaged trace, the span that the recording's refill found can have no free slot here. */
    @Test
    void aFullSpanThatARecordedRefillFoundIsFiledAndAnotherTaken() {
        MHeap heap = heap();
        P p = heap.proc(0);
        MSpan full = heap.refill(p, SpanClass.TINY);
        while (full.nextFree() >= 0) {
            // until it is full
        }
        heap.refill(p, SpanClass.TINY);
        heap.startSweep();
        p.expect(full);
        p.setRefillSweepBytes(Units.PAGE_BYTES);
        MSpan next = heap.refill(p, SpanClass.TINY);
        assertNotSame(full, next);
        assertEquals(SpanClass.TINY, next.spanClass());
        int slot = next.nextFree();
        assertTrue(slot >= 0, () -> next + " has no free slot");
        assertTrue(next.markDead(slot));
        assertEquals(1, heap.central(SpanClass.TINY).waiting(true, true));
    }

    /** What a recording frees may lie in no slot of the twin's span: it was never bound, or the twin has fewer slots. */
    @Test
    void aSlotThatASpanDoesNotHaveCannotDie() {
        MHeap heap = heap();
        MSpan span = heap.refill(heap.proc(0), SpanClass.TINY);
        span.nextFree();
        assertFalse(span.markDead(-1));
        assertFalse(span.markDead(span.nelems()));
        assertFalse(span.markDead(1 << 20));
        assertEquals(0, span.deadCount());
    }

    /** What a recording passed over is kept apart, and neither lost nor counted twice. */
    @Property
    void pagesThatARecordingPassedOverAreNotLost(@ForAll Random random) {
        AddressSpace os = new AddressSpace(OsSettings.defaults());
        MHeap heap = new MHeap(Behaviours.of("1.24").layout(0, 0), os);
        RecordedHeap recorded = new RecordedHeap(heap);
        boolean apart = false;
        for (int op = 0; op < 40; op++) {
            P p = heap.proc(random.nextInt(3));
            int npages = 1 + random.nextInt(6);
            int page = recorded.peek(p, npages) + random.nextInt(90);
            recorded.allocAs(p, page, npages, SpanClass.MANUAL, MSpan.State.STACK);
            List<Integer> seen = new ArrayList<>();
            heap.withheld.forEach(cache -> seen.add(cache.base()));
            apart |= !seen.isEmpty();
            HeapCheck.check(heap, os, true);
        }
        assertTrue(apart);
        recorded.releaseWithheld();
        heap.withheld.forEach(cache -> fail("page " + cache.base() + " is still kept apart"));
        HeapCheck.check(heap, os, true);
    }

    /** A swept span with free slots that no P has cached. */
    private static MSpan halfFull(MHeap heap, P p) {
        MSpan span = heap.alloc(p, 1, SpanClass.TINY);
        span.place(3);
        heap.central(SpanClass.TINY).file(span);
        return span;
    }

    /** Spans of one slot, made by two Ps and given up by both: they wait with a free slot each. */
    private static List<MSpan> waiting(MHeap heap, int spanClass) {
        List<MSpan> made = new ArrayList<>();
        for (int id = 0; id < 2; id++) {
            MSpan span = heap.refill(heap.proc(id), spanClass);
            span.nextFree();
            made.add(span);
        }
        heap.releaseAll(heap.proc(0));
        heap.releaseAll(heap.proc(1));
        return made;
    }

    @Test
    void whatARecordingShowsNotToWaitIsFoundByNoRefill() {
        MHeap heap = heap();
        RecordedHeap recorded = new RecordedHeap(heap);
        int spanClass = SpanClass.of(20, true);
        List<MSpan> waiting = waiting(heap, spanClass);
        List<MSpan> shelved = new ArrayList<>();
        recorded.shelveWaiting(spanClass, shelved::add);
        assertEquals(waiting, shelved);
        P p = heap.proc(0);
        MSpan fresh = heap.refill(p, spanClass);
        assertFalse(waiting.contains(fresh));
        assertFalse(recorded.refillAs(p, spanClass, waiting.get(1)), "the span cached has free slots");
        assertSame(waiting.get(1), p.cached(spanClass), "the recording has the last word");
    }

    @Test
    void aPGivesUpTheSpanThatItWasThoughtToHaveCached() {
        MHeap heap = heap();
        RecordedHeap recorded = new RecordedHeap(heap);
        int spanClass = SpanClass.of(20, true);
        P p = heap.proc(0);
        MSpan guess = heap.refill(p, spanClass);
        guess.nextFree();
        recorded.shelveCached(p, spanClass);
        assertNull(p.cached(spanClass));
        assertNull(recorded.cachedBy(guess));
        assertNotSame(guess, heap.refill(p, spanClass), "nobody knows its place in a queue");
        assertTrue(recorded.refillAs(heap.proc(1), spanClass, null), "as a P without a cache would do");
    }

    /** A ring of eight is full when the ninth comes before all others; what was popped makes room at the ring's start. */
    @Test
    void aQueueGrowsAtEitherEnd() {
        MHeap heap = heap();
        SpanSet set = new SpanSet();
        List<MSpan> spans = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            spans.add(heap.alloc(heap.proc(0), 1, SpanClass.TINY));
        }
        for (int i = 1; i < 9; i++) {
            set.push(spans.get(i));
        }
        set.pushFirst(spans.get(0));
        assertEquals(9, set.listed());
        for (MSpan span : spans) {
            assertSame(span, set.pop());
        }
        for (int i = 0; i < 8; i++) {
            set.push(spans.get(i));
        }
        set.pop();
        set.pop();
        set.push(spans.get(8));
        set.push(spans.get(0));
        assertEquals(8, set.listed());
        for (int i = 2; i < 10; i++) {
            assertSame(spans.get(i % 9), set.pop());
        }
    }

    // ---- a P that has pages cached, and a recording that takes others

    private static MSpan at(MHeap heap, P p, int page, int npages) {
        return new RecordedHeap(heap).allocAs(p, page, npages, SpanClass.MANUAL, MSpan.State.STACK);
    }

    private static int next(MHeap heap, P p, int npages) {
        return heap.allocManual(p, npages, MSpan.State.STACK).page();
    }

    /** The first page comes from the bitmap, for the heap had to grow; with the second the P caches pages 1 to 63. */
    private static MHeap heapWithACache() {
        MHeap heap = heap();
        assertEquals(0, next(heap, heap.proc(0), 1));
        assertEquals(1, next(heap, heap.proc(0), 1));
        assertEquals(62, Long.bitCount(heap.proc(0).pageCache().freeBits()));
        return heap;
    }

    /** The lowest run that is long enough is what a P's cache hands out; one that was passed over was not in it. */
    @Test
    void ofItsOwnCacheAPTakesTheLowestRun() {
        MHeap heap = heapWithACache();
        P p = heap.proc(0);
        at(heap, p, 6, 1);
        assertEquals(7, next(heap, p, 1), "pages 2 to 5 were passed over");
        at(heap, p, 20, 3);
        assertEquals(11, next(heap, p, 1), "a run of three was passed over, 8 to 10");
        at(heap, p, 14, 4);
        assertEquals(18, next(heap, p, 2), "12 and 13 are the part of a run of four that was not taken");
        new RecordedHeap(heap).releaseWithheld();
        for (int free : new int[] {2, 3, 4, 5, 8, 9, 10, 12, 13}) {
            assertTrue(heap.pages().isFree(free, 1), "page " + free);
        }
        assertEquals(23, next(heap, p, 1), "the cache has what lies beyond");
        at(heap, p, 24, 2);
        assertEquals(26, next(heap, p, 1), "its own choice passes nothing over");
    }

    /** One page of another block: the P has that block cached now, from there upward, and not the one it was thought to have. */
    @Test
    void aPageOfAnotherBlockMeansThatThePHasThatBlock() {
        MHeap heap = heapWithACache();
        P p = heap.proc(0);
        at(heap, p, 200, 1);
        assertEquals(192, p.pageCache().base());
        assertEquals(201, next(heap, p, 1));
        assertTrue(heap.pages().isFree(192, 8), "below it nothing was free to the P");
        assertFalse(heap.pages().isFree(2, 1), "the old block is somebody's, for it was passed over");
        assertTrue(heap.isWithSystem(2), "and nobody has written there yet");
        new RecordedHeap(heap).releaseWithheld();
        assertTrue(heap.pages().isFree(2, 62));
    }

    @Test
    void aRunOfAnotherBlockMeansThatThePHasAllOfIt() {
        MHeap heap = heapWithACache();
        P p = heap.proc(0);
        at(heap, p, 200, 3);
        assertEquals(192, next(heap, p, 1));
        assertEquals(203, next(heap, p, 15));
    }

    /** Sixteen pages, a run over the end of a block, and a run that the cache has no room for come from the bitmap. */
    @Test
    void whatNoCacheServesLeavesTheCacheAlone() {
        MHeap heap = heapWithACache();
        P p = heap.proc(0);
        at(heap, p, 200, 16);
        assertEquals(2, next(heap, p, 1));
        at(heap, p, 318, 4);
        assertEquals(3, next(heap, p, 1));
        for (int npages : new int[] {15, 15, 15, 14}) {
            next(heap, p, npages);
        }
        at(heap, p, 400, 2);
        assertEquals(63, next(heap, p, 1), "the last page of the cache");
        at(heap, p, 450, 15);
        assertEquals(448, next(heap, p, 1), "an empty cache takes the block");
    }
}
