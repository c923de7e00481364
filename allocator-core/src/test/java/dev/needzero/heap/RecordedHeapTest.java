package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import org.junit.jupiter.api.Test;

/** What a recording says of a heap: where things lie, what is gone, and what existed before it. */
class RecordedHeapTest {
    private static final long MIB = 1L << 20;
    private static final int KIB_CLASS = SpanClass.of(SizeClasses.GO.classFor(1024), true);

    private final AddressSpace os = new AddressSpace(OsSettings.defaults());
    private final MHeap heap = new MHeap(Behaviours.of("1.23").layout(0, 0), os);
    private final RecordedHeap recorded = new RecordedHeap(heap);
    private final P p = heap.proc(0);

    private MSpan pages(int npages) {
        return heap.allocManual(null, npages, MSpan.State.STACK);
    }

    @Test
    void aPlaceBeyondTheHeapsEndMakesItGrow() {
        MHeap later = new MHeap(Behaviours.of("1.23").layout(3, 0), os);
        RecordedHeap recordedLater = new RecordedHeap(later);
        MSpan span = recordedLater.allocAt(3 * 512 + 600, 10, KIB_CLASS, MSpan.State.IN_USE, 77);
        assertEquals(77, span.nelems());
        assertEquals(2 * 512 * 8192L, os.mappedBytes());
        assertEquals(12 * MIB, os.mappedFrom());
        assertEquals(10 * 8192, later.stats().inHeap());
        assertTrue(later.isWithSystem(3 * 512 + 599));
        assertFalse(later.isWithSystem(3 * 512 + 600));
        MSpan next = recordedLater.allocAt(5 * 512 - 1, 1, KIB_CLASS, MSpan.State.IN_USE, 0);
        assertEquals(8, next.nelems());
        assertEquals(2 * 512 * 8192L, os.mappedBytes(), "the last page needs no growth");
    }

    @Test
    void pagesThatWereUsedBeforeTheTraceAreKept() {
        pages(1);
        assertTrue(recorded.setRetained(70));
        assertFalse(recorded.setRetained(70), "only once");
        assertFalse(recorded.setRetained(0), "a span's page is in use");
        assertFalse(recorded.setRetained(512), "beyond the heap's end");
        assertEquals(8192, heap.stats().free());
        assertEquals(4 * MIB - 2 * 8192, heap.stats().released());
        assertFalse(heap.isWithSystem(70));
        assertTrue(heap.isWithSystem(71));
        recorded.fillPageCache(p, 100);
        assertEquals(64, p.pageCache().base());
        assertEquals(-1L << 36, p.pageCache().freeBits());
        assertTrue(heap.isWithSystem(100));
        assertTrue(recorded.setRetained(100));
        assertFalse(heap.isWithSystem(100));
        assertFalse(recorded.setRetained(100));
        assertEquals(2 * 8192, heap.stats().free());
        heap.flushPageCache(p);
        assertTrue(p.pageCache().isEmpty());
        assertTrue(heap.pages().isFree(100, 28));
        long before = heap.stats().released();
        heap.pages().scavenge(Long.MAX_VALUE, true, 256, heap::release);
        assertEquals(2 * 8192, heap.stats().released() - before, "the two pages, and they alone");
    }

    /** Of two spans one after the other, the second's place is known before the first is made. */
    @Test
    void thePlaceOfTheNextButOne() {
        pages(3);
        for (int first : new int[] {1, 5, 20}) {
            for (int second : new int[] {1, 7, 30}) {
                int page = recorded.peek(p, first);
                int expected = recorded.peekPast(p, page, first, second);
                assertEquals(page, recorded.peek(p, first), "nothing changes");
                assertEquals(page, heap.allocManual(p, first, MSpan.State.STACK).page());
                assertEquals(expected < 0 ? recorded.peek(p, second) : expected, recorded.peek(p, second));
                assertEquals(
                        recorded.peek(p, second),
                        heap.allocManual(p, second, MSpan.State.STACK).page());
            }
        }
        assertEquals(-1, recorded.peekPast(p, 0, 1, 1), "a span lies there");
    }

    @Test
    void whatLiesOnARecordedPlaceIsGone() {
        MSpan small = heap.refill(p, KIB_CLASS);
        small.nextFree();
        small.nextFree();
        MSpan large = heap.allocLarge(null, 20, true);
        MSpan over = recorded.allocAs(p, small.page(), 1, SpanClass.MANUAL, MSpan.State.STACK);
        assertSame(over, heap.spanOf(over.page()));
        assertSame(MSpan.State.DEAD, small.state());
        assertNull(p.cached(KIB_CLASS));
        int sizeClass = SpanClass.sizeClass(KIB_CLASS);
        assertEquals(2, heap.stats().smallAllocCount(sizeClass));
        assertEquals(2, heap.stats().smallFreeCount(sizeClass));
        recorded.allocAs(p, large.page() + 5, 3, SpanClass.MANUAL, MSpan.State.STACK);
        assertSame(MSpan.State.DEAD, large.state());
        assertEquals(1, heap.stats().largeFreeCount());
        assertEquals(heap.stats().allocBytes(SizeClasses.GO), heap.stats().freeBytes(SizeClasses.GO));
        assertEquals(0, heap.stats().inHeap());
        assertEquals(4 * 8192, heap.stats().inStacks());
        recorded.discard(over);
        assertEquals(3 * 8192, heap.stats().inStacks());
        assertEquals(1, heap.stats().largeFreeCount(), "a stack is no object");
    }

    /** Free pages that a recording passed over belong to a P that nobody saw, until they are used or a cycle ends. */
    @Test
    void pagesPassedOverAreNotHandedOut() {
        pages(64);
        MSpan far = recorded.allocAs(p, 200, 20, SpanClass.MANUAL, MSpan.State.STACK);
        assertEquals(200, far.page());
        assertFalse(heap.pages().isFree(64, 1), "the lowest 64 free pages are somebody's");
        assertEquals(128, pages(1).page());
        recorded.releaseWithheld();
        assertTrue(heap.pages().isFree(64, 64));
        assertEquals(64, pages(1).page());
        recorded.allocAs(p, 300, 20, SpanClass.MANUAL, MSpan.State.STACK);
        assertFalse(heap.pages().isFree(70, 1));
        MSpan back = recorded.allocAs(p, 70, 1, SpanClass.MANUAL, MSpan.State.STACK);
        assertEquals(70, back.page(), "the recording uses one of them");
    }

    @Test
    void aSpanThatARecordingShowsInUseIsAdopted() {
        MSpan own = heap.refill(p, KIB_CLASS);
        own.nextFree();
        MSpan other = heap.alloc(null, 1, KIB_CLASS);
        recorded.place(other, 3);
        heap.central(KIB_CLASS).file(other);
        recorded.adopt(p, other);
        assertSame(other, p.cached(KIB_CLASS));
        assertSame(p, recorded.cachedBy(other));
        assertNull(recorded.cachedBy(own));
        recorded.adopt(heap.proc(1), other);
        assertNull(heap.proc(1).cached(KIB_CLASS), "no two Ps have one span");
        assertSame(own, heap.refill(heap.proc(1), KIB_CLASS), "what it had before is free to others");
        heap.startSweep();
        recorded.adopt(heap.proc(2), other);
        assertNull(heap.proc(2).cached(KIB_CLASS), "nor one that its P has not given up yet");
        recorded.releaseThrough(p, KIB_CLASS - 1);
        assertSame(other, p.cached(KIB_CLASS));
        recorded.releaseThrough(p, KIB_CLASS);
        assertNull(p.cached(KIB_CLASS));
        assertFalse(heap.isUnswept(other));
        heap.startSweep();
        other.markDead(3);
        recorded.place(other, 4);
        recorded.adopt(p, other);
        assertEquals(0, other.deadCount(), "adopting sweeps");
        assertEquals(1, heap.pagesSwept());
    }

    @Test
    void spansFromBeforeTheTraceAreOfNoUseToARefill() {
        MSpan shelved = heap.alloc(null, 1, KIB_CLASS);
        shelved.place(2);
        recorded.shelve(shelved);
        assertEquals(1, heap.stats().smallAllocCount(SpanClass.sizeClass(KIB_CLASS)));
        assertFalse(heap.refill(p, KIB_CLASS) == shelved);
        heap.startSweep();
        assertSame(shelved, heap.central(KIB_CLASS).nextUnswept(true, Long.MAX_VALUE));
    }

    @Test
    void aSpanCachedSinceItWasFreshIsCountedWhole() {
        MSpan span = heap.alloc(null, 1, KIB_CLASS);
        span.place(0);
        span.place(1);
        recorded.cacheSinceFresh(p, span);
        assertSame(span, p.cached(KIB_CLASS));
        recorded.uncacheFull(p, KIB_CLASS);
        assertSame(span, p.cached(KIB_CLASS), "it is not full");
        while (span.nextFree() >= 0) {
            // until it is
        }
        recorded.uncacheFull(p, KIB_CLASS);
        assertNull(p.cached(KIB_CLASS));
        assertEquals(8, heap.stats().smallAllocCount(SpanClass.sizeClass(KIB_CLASS)));
        recorded.uncacheFull(p, KIB_CLASS);
    }

    @Test
    void aRecordedSweepEmptiesSlots() {
        MSpan small = heap.alloc(null, 1, KIB_CLASS);
        recorded.place(small, 2);
        assertFalse(small.needzero());
        assertTrue(recorded.vacate(small, 2));
        assertFalse(recorded.vacate(small, 2));
        assertTrue(small.needzero());
        assertEquals(1, heap.stats().smallAllocCount(SpanClass.sizeClass(KIB_CLASS)));
        assertEquals(1, heap.stats().smallFreeCount(SpanClass.sizeClass(KIB_CLASS)));
        MSpan large = heap.allocLarge(null, 5, true);
        assertTrue(recorded.vacate(large, 0));
        assertEquals(1, heap.stats().largeFreeCount());
        assertEquals(5 * 8192 + 1024, heap.stats().freeBytes(SizeClasses.GO));
        assertSame(MSpan.State.IN_USE, large.state(), "until the recording frees it");
    }
}
