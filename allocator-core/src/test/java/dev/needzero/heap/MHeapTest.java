package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.Units;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Growth, dirtiness, counts and queues at their edges, and what a recording can say of a heap that existed before it. */
class MHeapTest {
    private static final long MIB = 1L << 20;
    private static final int ARENA = Units.PAGES_PER_ARENA;
    private static final int KIB_CLASS = SpanClass.of(SizeClasses.GO.classFor(1024), true);

    private final AddressSpace os = new AddressSpace(OsSettings.defaults());
    private final MHeap heap = new MHeap(Behaviours.of("1.23").layout(0, 0), os);
    private final P p = heap.proc(0);

    private MSpan pages(int npages) {
        return heap.allocManual(null, npages, MSpan.State.STACK);
    }

    /** "Ask for 4 MiB multiples"; arenas of 64 MiB are reserved as they are needed. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 4, 64",
        "0, 512, 0, 4, 64",
        "0, 513, 0, 8, 64",
        "0, 8192, 0, 64, 64",
        "0, 8193, 0, 68, 128",
        "15, 1, 60, 4, 64",
        "15, 513, 60, 8, 128",
        "1, 8192, 4, 64, 128"
    })
    void theHeapGrowsByFourMebibytes(int baseChunk, int npages, long from, long mapped, long reserved) {
        AddressSpace space = new AddressSpace(OsSettings.defaults());
        MHeap grown = new MHeap(Behaviours.of("1.23").layout(baseChunk, 0), space);
        assertEquals(mapped * MIB, grown.grow(npages));
        assertEquals(from * MIB, space.mappedFrom());
        assertEquals(mapped * MIB, space.mappedBytes());
        assertEquals(reserved * MIB, space.reservedTo());
        assertEquals(mapped * MIB, grown.stats().released());
    }

    /** "zeroedBase": one high-water mark an arena. */
    @Test
    void whatLiesBelowAnArenasMarkMayBeDirty() {
        pages(ARENA - 2);
        MSpan across = pages(4);
        assertEquals(ARENA - 2, across.page());
        assertFalse(across.needzero());
        heap.freeSpan(across);
        assertTrue(pages(1).needzero());
        MSpan still = pages(2);
        assertEquals(ARENA - 1, still.page());
        assertTrue(still.needzero());
        MSpan half = pages(2);
        assertTrue(half.needzero(), "one page of the two was handed out before");
        assertFalse(pages(1).needzero());
    }

    @Test
    void eachOfManyArenasHasItsMark() {
        MSpan all = pages(40 * ARENA);
        assertFalse(all.needzero());
        assertSame(all, heap.spanOf(0));
        assertSame(all, heap.spanOf(40 * ARENA - 1));
        assertNull(heap.spanOf(40 * ARENA));
        assertNull(heap.spanOf(1000 * ARENA));
        heap.freeSpan(all);
        for (int arena = 0; arena < 40; arena++) {
            assertTrue(pages(ARENA).needzero(), "arena " + arena);
        }
        assertFalse(pages(1).needzero());
    }

    /** A page that was never handed out below one that was: dirty by the mark, clean by the page. */
    @ParameterizedTest
    @CsvSource({"high-water, true", "per-page, false", "none, true"})
    void onlyPerPageTrackingKnowsAGap(String tracking, boolean dirty) {
        MHeap tracked =
                new MHeap(Behaviours.of("1.23").with("zeroTracking", tracking).layout(0, 0), os);
        MSpan high = tracked.allocAt(5_000, 10, SpanClass.MANUAL, MSpan.State.STACK, 0);
        assertEquals(tracking.equals("none"), high.needzero());
        assertEquals(dirty, tracked.allocManual(null, 4_999, MSpan.State.STACK).needzero());
        tracked.freeSpan(high);
        MSpan again = tracked.allocManual(null, 5, MSpan.State.STACK);
        assertEquals(4_999, again.page());
        assertTrue(again.needzero());
    }

    /** heapLive counts a cached span as used up; giving it up takes back what is left. */
    @Test
    void aCachedSpanCountsAsUsedUpUntilItIsGivenUp() {
        MSpan span = heap.refill(p, KIB_CLASS);
        span.nextFree();
        assertEquals(8192, heap.stats().heapLive());
        heap.releaseAll(p);
        assertEquals(1024, heap.stats().heapLive());
        heap.refill(p, KIB_CLASS);
        assertSame(span, p.cached(KIB_CLASS));
        assertEquals(8192, heap.stats().heapLive());
        heap.startSweep();
        heap.resetLive(1024);
        heap.releaseAll(p);
        assertEquals(1024, heap.stats().heapLive(), "one from before the cycle was counted by marking");
        heap.allocLarge(p, 5, true);
        assertEquals(1024 + 5 * 8192, heap.stats().heapLive());
        assertEquals(5 * 8192 + 1024, heap.stats().allocBytes(SizeClasses.GO));
    }

    /** Marking reads what is alive and has pointers; memory nobody wrote gets the zero page. */
    @Test
    void markingReadsLiveObjectsWithPointers() {
        int scan = SpanClass.of(SizeClasses.GO.classFor(4096), false);
        MSpan small = heap.alloc(p, 1, scan);
        heap.place(small, 0);
        heap.place(small, 1);
        MSpan alive = heap.allocLarge(p, 8, false);
        MSpan dead = heap.allocLarge(p, 8, false);
        MSpan noscan = heap.allocLarge(p, 8, true);
        heap.startSweep();
        small.markDead(1);
        dead.markDead(0);
        heap.sweep(small, false);
        assertEquals(4096, os.zeroMappedBytes());
        heap.sweep(dead, false);
        heap.sweep(noscan, false);
        assertEquals(4096, os.zeroMappedBytes());
        heap.sweep(alive, false);
        assertEquals(4096 + 8 * 8192, os.zeroMappedBytes());
        assertEquals(1 + 24, heap.pagesSwept());
    }

    /** From 1.26 on the mark bits of small slots lie at the span's end, and sweeping exchanges them. */
    @ParameterizedTest
    @CsvSource({"1.25, 64, 0", "1.26, 64, 4096", "1.26, 512, 4096", "1.26, 576, 0", "1.26, 8, 0"})
    void inlineMarkBitsAreWrittenBySweeping(String go, int bytes, long written) {
        MHeap inline = new MHeap(Behaviours.of(go).layout(0, 0), os);
        MSpan span = inline.alloc(null, 1, SpanClass.of(SizeClasses.GO.classFor(bytes), true));
        inline.place(span, 0);
        inline.startSweep();
        inline.sweep(span, false);
        assertEquals(written, os.committedBytes(Cause.RUNTIME));
        assertEquals(written > 0, os.isResident(1));
    }

    @Test
    void aWorkBufferThatWasTakenForAStack() {
        MSpan span = pages(4);
        heap.reclassify(span, MSpan.State.WORK_BUFFER);
        assertEquals(0, heap.stats().inStacks());
        assertEquals(4 * 8192, heap.stats().inWorkBufs());
        heap.freeSpan(span);
        assertEquals(0, heap.stats().inWorkBufs());
    }

    // ---- what a recording says

    @Test
    void aPlaceBeyondTheHeapsEndMakesItGrow() {
        MHeap later = new MHeap(Behaviours.of("1.23").layout(3, 0), os);
        MSpan span = later.allocAt(3 * 512 + 600, 10, KIB_CLASS, MSpan.State.IN_USE, 77);
        assertEquals(77, span.nelems());
        assertEquals(2 * 512 * 8192L, os.mappedBytes());
        assertEquals(12 * MIB, os.mappedFrom());
        assertEquals(10 * 8192, later.stats().inHeap());
        assertTrue(later.isWithSystem(3 * 512 + 599));
        assertFalse(later.isWithSystem(3 * 512 + 600));
        MSpan next = later.allocAt(5 * 512 - 1, 1, KIB_CLASS, MSpan.State.IN_USE, 0);
        assertEquals(8, next.nelems());
        assertEquals(2 * 512 * 8192L, os.mappedBytes(), "the last page needs no growth");
    }

    @Test
    void pagesThatWereUsedBeforeTheTraceAreKept() {
        pages(1);
        assertTrue(heap.setRetained(70));
        assertFalse(heap.setRetained(70), "only once");
        assertFalse(heap.setRetained(0), "a span's page is in use");
        assertFalse(heap.setRetained(512), "beyond the heap's end");
        assertEquals(8192, heap.stats().free());
        assertEquals(4 * MIB - 2 * 8192, heap.stats().released());
        assertFalse(heap.isWithSystem(70));
        assertTrue(heap.isWithSystem(71));
        heap.fillPageCache(p, 100);
        assertEquals(64, p.pageCache().base());
        assertEquals(-1L << 36, p.pageCache().freeBits());
        assertTrue(heap.isWithSystem(100));
        assertTrue(heap.setRetained(100));
        assertFalse(heap.isWithSystem(100));
        assertFalse(heap.setRetained(100));
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
                int page = heap.peek(p, first);
                int expected = heap.peekPast(p, page, first, second);
                assertEquals(page, heap.peek(p, first), "nothing changes");
                assertEquals(page, heap.allocManual(p, first, MSpan.State.STACK).page());
                assertEquals(expected < 0 ? heap.peek(p, second) : expected, heap.peek(p, second));
                assertEquals(
                        heap.peek(p, second),
                        heap.allocManual(p, second, MSpan.State.STACK).page());
            }
        }
        assertEquals(-1, heap.peekPast(p, 0, 1, 1), "a span lies there");
    }

    @Test
    void whatLiesOnARecordedPlaceIsGone() {
        MSpan small = heap.refill(p, KIB_CLASS);
        small.nextFree();
        small.nextFree();
        MSpan large = heap.allocLarge(null, 20, true);
        MSpan over = heap.allocAs(p, small.page(), 1, SpanClass.MANUAL, MSpan.State.STACK);
        assertSame(over, heap.spanOf(over.page()));
        assertSame(MSpan.State.DEAD, small.state());
        assertNull(p.cached(KIB_CLASS));
        int sizeClass = SpanClass.sizeClass(KIB_CLASS);
        assertEquals(2, heap.stats().smallAllocCount(sizeClass));
        assertEquals(2, heap.stats().smallFreeCount(sizeClass));
        heap.allocAs(p, large.page() + 5, 3, SpanClass.MANUAL, MSpan.State.STACK);
        assertSame(MSpan.State.DEAD, large.state());
        assertEquals(1, heap.stats().largeFreeCount());
        assertEquals(heap.stats().allocBytes(SizeClasses.GO), heap.stats().freeBytes(SizeClasses.GO));
        assertEquals(0, heap.stats().inHeap());
        assertEquals(4 * 8192, heap.stats().inStacks());
        heap.discard(over);
        assertEquals(3 * 8192, heap.stats().inStacks());
        assertEquals(1, heap.stats().largeFreeCount(), "a stack is no object");
    }

    /** Free pages that a recording passed over belong to a P that nobody saw, until they are used or a cycle ends. */
    @Test
    void pagesPassedOverAreNotHandedOut() {
        pages(64);
        MSpan far = heap.allocAs(p, 200, 20, SpanClass.MANUAL, MSpan.State.STACK);
        assertEquals(200, far.page());
        assertFalse(heap.pages().isFree(64, 1), "the lowest 64 free pages are somebody's");
        assertEquals(128, pages(1).page());
        heap.releaseWithheld();
        assertTrue(heap.pages().isFree(64, 64));
        assertEquals(64, pages(1).page());
        heap.allocAs(p, 300, 20, SpanClass.MANUAL, MSpan.State.STACK);
        assertFalse(heap.pages().isFree(70, 1));
        MSpan back = heap.allocAs(p, 70, 1, SpanClass.MANUAL, MSpan.State.STACK);
        assertEquals(70, back.page(), "the recording uses one of them");
    }

    @Test
    void aSpanThatARecordingShowsInUseIsAdopted() {
        MSpan own = heap.refill(p, KIB_CLASS);
        own.nextFree();
        MSpan other = heap.alloc(null, 1, KIB_CLASS);
        heap.place(other, 3);
        heap.central(KIB_CLASS).file(other);
        heap.adopt(p, other);
        assertSame(other, p.cached(KIB_CLASS));
        assertSame(p, heap.cachedBy(other));
        assertNull(heap.cachedBy(own));
        heap.adopt(heap.proc(1), other);
        assertNull(heap.proc(1).cached(KIB_CLASS), "no two Ps have one span");
        assertSame(own, heap.refill(heap.proc(1), KIB_CLASS), "what it had before is free to others");
        heap.startSweep();
        heap.adopt(heap.proc(2), other);
        assertNull(heap.proc(2).cached(KIB_CLASS), "nor one that its P has not given up yet");
        heap.releaseThrough(p, KIB_CLASS - 1);
        assertSame(other, p.cached(KIB_CLASS));
        heap.releaseThrough(p, KIB_CLASS);
        assertNull(p.cached(KIB_CLASS));
        assertFalse(heap.isUnswept(other));
        heap.startSweep();
        other.markDead(3);
        heap.place(other, 4);
        heap.adopt(p, other);
        assertEquals(0, other.deadCount(), "adopting sweeps");
        assertEquals(1, heap.pagesSwept());
    }

    @Test
    void spansFromBeforeTheTraceAreOfNoUseToARefill() {
        MSpan shelved = heap.alloc(null, 1, KIB_CLASS);
        shelved.place(2);
        heap.shelve(shelved);
        assertEquals(1, heap.stats().smallAllocCount(SpanClass.sizeClass(KIB_CLASS)));
        assertFalse(heap.refill(p, KIB_CLASS) == shelved);
        heap.startSweep();
        assertSame(shelved, heap.nextUnswept(KIB_CLASS, true, Long.MAX_VALUE));
    }

    @Test
    void aSpanCachedSinceItWasFreshIsCountedWhole() {
        MSpan span = heap.alloc(null, 1, KIB_CLASS);
        span.place(0);
        span.place(1);
        heap.cacheSinceFresh(p, span);
        assertSame(span, p.cached(KIB_CLASS));
        heap.uncacheFull(p, KIB_CLASS);
        assertSame(span, p.cached(KIB_CLASS), "it is not full");
        while (span.nextFree() >= 0) {
            // until it is
        }
        heap.uncacheFull(p, KIB_CLASS);
        assertNull(p.cached(KIB_CLASS));
        assertEquals(8, heap.stats().smallAllocCount(SpanClass.sizeClass(KIB_CLASS)));
        heap.uncacheFull(p, KIB_CLASS);
    }

    @Test
    void aRecordedSweepEmptiesSlots() {
        MSpan small = heap.alloc(null, 1, KIB_CLASS);
        heap.place(small, 2);
        assertFalse(small.needzero());
        assertTrue(heap.vacate(small, 2));
        assertFalse(heap.vacate(small, 2));
        assertTrue(small.needzero());
        assertEquals(1, heap.stats().smallAllocCount(SpanClass.sizeClass(KIB_CLASS)));
        assertEquals(1, heap.stats().smallFreeCount(SpanClass.sizeClass(KIB_CLASS)));
        MSpan large = heap.allocLarge(null, 5, true);
        assertTrue(heap.vacate(large, 0));
        assertEquals(1, heap.stats().largeFreeCount());
        assertEquals(5 * 8192 + 1024, heap.stats().freeBytes(SizeClasses.GO));
        assertSame(MSpan.State.IN_USE, large.state(), "until the recording frees it");
    }

    /** Of large objects whose order nobody knows, the oldest that is no longer than what was swept. */
    @Test
    void theOldestLargeObjectThatFits() {
        MSpan ten = heap.allocLarge(null, 10, true);
        MSpan five = heap.allocLarge(null, 5, true);
        MSpan four = heap.allocLarge(null, 4, true);
        heap.startSweep();
        int noscan = SpanClass.of(0, true);
        assertEquals(-1, heap.unsweptUnless(noscan, true, five, 2));
        assertEquals(1, heap.unsweptUnless(noscan, true, five, 1));
        assertEquals(0, heap.unsweptUnless(noscan, false, five, 5));
        assertTrue(heap.isOfQueue(five, noscan, true));
        assertFalse(heap.isOfQueue(five, noscan, false));
        assertFalse(heap.isOfQueue(five, SpanClass.of(0, false), true));
        assertSame(five, heap.nextUnswept(noscan, true, 9));
        assertSame(ten, heap.nextUnswept(noscan, true, 3), "none fits: the oldest");
        heap.unlist(four);
        assertNull(heap.nextUnswept(noscan, true, Long.MAX_VALUE));
    }

    /** Only what is alive is read: of two slots of a page each, the second is free in one span and dead in another. */
    @Test
    void markingReadsNoFreeSlot() {
        int scan = SpanClass.of(SizeClasses.GO.classFor(4096), false);
        MSpan span = heap.alloc(p, 1, scan);
        heap.place(span, 1);
        heap.startSweep();
        heap.sweep(span, false);
        assertFalse(os.isZeroMapped(0));
        assertTrue(os.isZeroMapped(1));
    }

    /** Objects are counted by kind, and both kinds together. */
    @Test
    void smallAndLargeObjectsAreCountedTogether() {
        MSpan small = heap.alloc(null, 1, KIB_CLASS);
        heap.place(small, 0);
        heap.place(small, 1);
        MSpan large = heap.allocLarge(null, 5, true);
        assertEquals(3, heap.stats().allocObjects());
        heap.vacate(small, 1);
        heap.vacate(large, 0);
        assertEquals(2, heap.stats().freeObjects());
    }

    /** "A swept span that nothing was freed of stays clean": its free slots were never used. */
    @ParameterizedTest
    @CsvSource({"-1, false", "0, true"})
    void onlyAFreedSlotMakesASpanDirty(int dead, boolean dirty) {
        MSpan span = heap.alloc(null, 1, KIB_CLASS);
        heap.place(span, 0);
        heap.place(span, 1);
        heap.startSweep();
        span.markDead(dead);
        heap.sweep(span, false);
        assertEquals(dirty, span.needzero());
    }
}
