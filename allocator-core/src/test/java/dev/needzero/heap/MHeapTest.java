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

/** Growth, dirtiness, counts and queues at their edges. */
class MHeapTest {
    private static final long MIB = 1L << 20;
    private static final int ARENA = Units.PAGES_PER_ARENA;
    private static final int KIB_CLASS = SpanClass.of(SizeClasses.GO.classFor(1024), true);

    private final AddressSpace os = new AddressSpace(OsSettings.defaults());
    private final MHeap heap = new MHeap(Behaviours.of("1.23").layout(0, 0), os);
    private final RecordedHeap recorded = new RecordedHeap(heap);
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
        MSpan high = new RecordedHeap(tracked).allocAt(5_000, 10, SpanClass.MANUAL, MSpan.State.STACK, 0);
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
        recorded.place(small, 0);
        recorded.place(small, 1);
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
        new RecordedHeap(inline).place(span, 0);
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

    /** Of large objects whose order nobody knows, the oldest that is no longer than what was swept. */
    @Test
    void theOldestLargeObjectThatFits() {
        MSpan ten = heap.allocLarge(null, 10, true);
        MSpan five = heap.allocLarge(null, 5, true);
        MSpan four = heap.allocLarge(null, 4, true);
        heap.startSweep();
        MCentral central = heap.central(SpanClass.LARGE_NOSCAN);
        assertEquals(-1, central.unsweptUnless(true, five, 2));
        assertEquals(1, central.unsweptUnless(true, five, 1));
        assertEquals(0, central.unsweptUnless(false, five, 5));
        assertTrue(central.isAmongUnswept(five, true));
        assertFalse(central.isAmongUnswept(five, false));
        assertFalse(heap.central(SpanClass.LARGE_SCAN).isAmongUnswept(five, true));
        assertSame(five, central.nextUnswept(true, 9));
        assertSame(ten, central.nextUnswept(true, 3), "none fits: the oldest");
        heap.unlist(four);
        assertNull(central.nextUnswept(true, Long.MAX_VALUE));
    }

    /** Only what is alive is read: of two slots of a page each, the second is free in one span and dead in another. */
    @Test
    void markingReadsNoFreeSlot() {
        int scan = SpanClass.of(SizeClasses.GO.classFor(4096), false);
        MSpan span = heap.alloc(p, 1, scan);
        recorded.place(span, 1);
        heap.startSweep();
        heap.sweep(span, false);
        assertFalse(os.isZeroMapped(0));
        assertTrue(os.isZeroMapped(1));
    }

    /** Objects are counted by kind, and both kinds together. */
    @Test
    void smallAndLargeObjectsAreCountedTogether() {
        MSpan small = heap.alloc(null, 1, KIB_CLASS);
        recorded.place(small, 0);
        recorded.place(small, 1);
        MSpan large = heap.allocLarge(null, 5, true);
        assertEquals(3, heap.stats().allocObjects());
        recorded.vacate(small, 1);
        recorded.vacate(large, 0);
        assertEquals(2, heap.stats().freeObjects());
    }

    /** "A swept span that nothing was freed of stays clean": its free slots were never used. */
    @ParameterizedTest
    @CsvSource({"-1, false", "0, true"})
    void onlyAFreedSlotMakesASpanDirty(int dead, boolean dirty) {
        MSpan span = heap.alloc(null, 1, KIB_CLASS);
        recorded.place(span, 0);
        recorded.place(span, 1);
        heap.startSweep();
        span.markDead(dead);
        heap.sweep(span, false);
        assertEquals(dirty, span.needzero());
    }
}
