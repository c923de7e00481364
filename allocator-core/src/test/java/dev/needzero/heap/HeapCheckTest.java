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
}
