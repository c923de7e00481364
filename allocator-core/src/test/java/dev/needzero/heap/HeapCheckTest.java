package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.Units;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A heap that is broken on purpose, one law at a time: each breach is found and named. */
class HeapCheckTest {
    private static final int CLASS = SpanClass.of(5, false);

    private final AddressSpace os = new AddressSpace(OsSettings.defaults());
    private final MHeap heap = new MHeap(Behaviours.of("1.24").layout(0, 0), os);
    private MSpan cached;
    private MSpan listed;
    private MSpan large;

    @BeforeEach
    void aHeapInUse() {
        P p = heap.proc(0);
        listed = heap.refill(p, CLASS);
        while (listed.nextFree() >= 0) {
            // until it is full
        }
        cached = heap.refill(p, CLASS);
        cached.nextFree();
        large = heap.allocLarge(p, 40, false);
        heap.freeSpan(heap.allocManual(p, 4, MSpan.State.STACK));
        assertDoesNotThrow(() -> HeapCheck.check(heap, os, true));
    }

    private void isFound(String law) {
        String said = assertThrows(IllegalStateException.class, () -> HeapCheck.check(heap, os, true))
                .getMessage();
        assertTrue(said.contains(law), said);
    }

    @Test
    void bytesThatNobodyOwns() {
        heap.stats().free -= Units.PAGE_BYTES;
        isFound("mapped bytes");
    }

    @Test
    void bytesCountedForTheWrongUse() {
        heap.stats().inHeap -= Units.PAGE_BYTES;
        heap.stats().inStacks += Units.PAGE_BYTES;
        isFound("bytes in heap spans");
    }

    @Test
    void aSpansPageThatIsFree() {
        heap.pages().freeBits[large.page() >>> 6] |= 1L << large.page();
        isFound("pages are free");
    }

    @Test
    void aTreeThatForgotAFreeRun() {
        heap.pages().longest[1]--;
        isFound("the tree says");
    }

    @Test
    void aPageScavengedButInUse() {
        heap.pages().scavengedBits[large.page() >>> 6] |= 1L << large.page();
        isFound("scavenged without being free");
    }

    @Test
    void moreObjectsThanTakenSlots() {
        cached.allocCount++;
        isFound("slots are taken");
    }

    @Test
    void aDeadSlotWithoutAnObject() {
        cached.markDead(0);
        cached.deadBits[0] |= 1L << 20;
        isFound("dead but holds no object");
    }

    @Test
    void aSlotThatTheSearchWouldHandOutTwice() {
        cached.allocBits = new long[] {1L << 30, 0, 0, 0};
        cached.allocCount++;
        isFound("search mask");
    }

    @Test
    void aSpanThatTwoCachesHold() {
        heap.proc(1).cached[CLASS] = cached;
        isFound("cached twice");
    }

    @Test
    void aCachedSpanThatAQueueListsToo() {
        heap.central(CLASS).partialSwept().push(cached);
        isFound("caches for class");
    }

    @Test
    void aQueueWithADeadSpan() {
        heap.freeSpan(listed);
        heap.central(CLASS).fullSwept().push(listed);
        isFound("lists a");
    }

    @Test
    void aFullSpanAmongThoseWithRoom() {
        heap.central(CLASS).partialSwept().push(listed);
        isFound("with free slots");
    }

    @Test
    void anObjectThatWasNeverCounted() {
        heap.stats().smallAllocCount[5]--;
        isFound("objects of size class 5");
    }

    @Test
    void aSpanWhoseFirstPageForgotIt() {
        forget(large.page(), 1);
        isFound("is said to be of a span");
    }

    @Test
    void aSpanWithAPageInTheMiddleThatForgotIt() {
        forget(large.page() + 39, 1);
        isFound("of the span at page " + large.page());
    }

    /** Takes pages out of the table of spans, and nowhere else. */
    private void forget(int page, int npages) {
        MSpan some = new MSpan(page, npages, SpanClass.MANUAL, 0, 0, false, MSpan.State.STACK);
        heap.freeSpan(some);
        heap.pages().allocRange(page, npages);
    }

    @ParameterizedTest
    @ValueSource(ints = {-4, -3, -1, 2, 4})
    void aSweepGenerationThatNoSpanCanHave(int age) {
        large.sweepgen = heap.sweepgen() + age;
        isFound("in a heap of sweepgen");
        assertDoesNotThrow(() -> HeapCheck.check(heap, os, false), "a heap that is told what is freed keeps none");
    }

    @Test
    void aSpanThatIsMarkedAsCachedAndIsNot() {
        large.sweepgen = heap.sweepgen() + 3;
        large.listedIn = null;
        isFound("marked as cached");
        large.sweepgen = heap.sweepgen() + 1;
        isFound("marked as cached");
    }

    @Test
    void aCacheThatHoldsWhatItCannotAllocateFrom() {
        P p = heap.proc(0);
        p.cached[CLASS] = null;
        p.cached[CLASS + 2] = cached;
        isFound("caches for class " + (CLASS + 2));
        p.cached[CLASS + 2] = null;
        p.cached[CLASS] = cached;
        cached.sweepgen = heap.sweepgen();
        isFound("caches for class " + CLASS);
        cached.sweepgen = heap.sweepgen() + 3;
        HeapCheck.check(heap, os, true);
        MSpan gone = new MSpan(cached.page(), 1, CLASS, cached.nelems(), 48, false, MSpan.State.IN_USE);
        gone.sweepgen = cached.sweepgen;
        p.cached[CLASS] = gone;
        isFound("caches for class " + CLASS);
    }

    @Test
    void aPageInACacheAndElsewhere() {
        PageCache cache = heap.proc(0).pageCache();
        int free = cache.base() + Long.numberOfTrailingZeros(cache.freeBits());
        cache.freeBits |= 1;
        isFound("page 0 is in P 0's page cache and elsewhere");
        cache.freeBits &= ~1L;
        PageCache other = heap.proc(1).pageCache();
        other.base = cache.base();
        other.freeBits = 1L << free;
        isFound("page " + free + " is in P 1's page cache and elsewhere");
        other.freeBits = 0;
        HeapCheck.check(heap, os, true);
        other.base = 512 - 64;
        other.freeBits = 1L << 63;
        isFound("page 511 is in P 1's page cache and elsewhere");
    }

    /** Free and kept, with the system, in use: whatever moves must move in both books. */
    @Test
    void bytesThatMovedInOneBookOnly() {
        HeapStats stats = heap.stats();
        stats.free += Units.PAGE_BYTES;
        stats.released -= Units.PAGE_BYTES;
        isFound("bytes free and kept");
        stats.free -= 2 * Units.PAGE_BYTES;
        stats.released += 2 * Units.PAGE_BYTES;
        isFound("bytes free and kept");
        stats.free += Units.PAGE_BYTES;
        stats.released -= Units.PAGE_BYTES;
        HeapCheck.check(heap, os, true);
        stats.inStacks += Units.PAGE_BYTES;
        isFound("bytes in stack spans");
        stats.inStacks -= Units.PAGE_BYTES;
        stats.inWorkBufs += Units.PAGE_BYTES;
        isFound("bytes in work buffers");
        stats.inWorkBufs -= Units.PAGE_BYTES;
        stats.spansInUse++;
        isFound("spans: counted anew 3, kept as 4");
        stats.spansInUse--;
        stats.largeFreeCount++;
        isFound("large objects: counted anew 1, kept as 0");
    }

    /** Each of the four queues has its sweep generation, and two of them no full spans. */
    @Test
    void aSpanInAQueueOfAnotherGeneration() {
        MCentral central = heap.central(CLASS);
        listed.sweepgen = heap.sweepgen() - 2;
        isFound("without free slots, swept");
        central.fullUnswept().push(listed);
        HeapCheck.check(heap, os, true);
        listed.sweepgen = heap.sweepgen();
        isFound("without free slots, unswept");
        central.partialUnswept().push(listed);
        isFound("with free slots, unswept");
        listed.sweepgen = heap.sweepgen() - 2;
        isFound("with free slots, unswept");
        central.fullUnswept().push(listed);
        HeapCheck.check(heap, os, true);
    }

    @Test
    void aQueueWithASpanOfAnotherClassOrOneThatNoPageKnows() {
        heap.central(CLASS + 2).fullSwept().push(listed);
        isFound("a queue of class " + (CLASS + 2));
        heap.central(CLASS).fullSwept().push(listed);
        HeapCheck.check(heap, os, true);
        MSpan gone = new MSpan(listed.page(), 1, CLASS, 1, 48, false, MSpan.State.IN_USE);
        gone.sweepgen = heap.sweepgen();
        heap.central(CLASS).fullSwept().push(gone);
        isFound("a queue of class " + CLASS);
    }

    /** The base's padding belongs to no span and counts as released; before the heap first grows there is none. */
    @Test
    void paddingIsPartOfAHeapThatHasGrown() {
        AddressSpace space = new AddressSpace(OsSettings.defaults());
        MHeap padded = new MHeap(Behaviours.of("1.26").layout(3, 100), space);
        HeapCheck.check(padded, space, true);
        padded.allocManual(padded.proc(0), 1, MSpan.State.WORK_BUFFER);
        HeapCheck.check(padded, space, true);
    }
}
