package dev.needzero.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.Cause;
import dev.needzero.os.MemoryCgroup;
import dev.needzero.os.OsSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where {@code mallocgc} puts an object, and which of its bytes it writes before it hands it out. */
class GoRuntimeTest {
    private static final long PAGE = 4096;

    private static GoRuntime runtime(String go) {
        return new GoRuntime(Behaviours.of(go), OsSettings.defaults(), 0, 0, true);
    }

    /** A version that takes every span for dirty. */
    private static GoRuntime dirty(String go) {
        Behaviours behaviours = Behaviours.of(go).with("zeroTracking", "none").with("scavengedIsZero", "false");
        return new GoRuntime(behaviours, OsSettings.defaults(), 0, 0, true);
    }

    /** 9,216 bytes of a 9,472-byte slot: whether the third page is cleared tells how far clearing went. */
    @ParameterizedTest
    @CsvSource({
        "1.23, true, true, 9472",
        "1.24, true, true, 9472",
        "1.27, true, true, 9472",
        "1.23, true, false, 0",
        "1.24, true, false, 0"
    })
    void slotsWithoutPointersAreClearedWholeWhenAskedFor(String go, boolean noscan, boolean needzero, long bytes) {
        GoRuntime runtime = dirty(go);
        runtime.malloc(runtime.heap().proc(0), 9_000, noscan, needzero);
        assertEquals((bytes + PAGE - 1) / PAGE * PAGE, runtime.os().committedBytes(Cause.ZEROING));
    }

    /** A header's owner is cleared whether or not it was asked for, headers and all. */
    @ParameterizedTest
    @CsvSource({"1.22, true", "1.22, false", "1.24, true", "1.27, false"})
    void objectsWithHeadersAreAlwaysClear(String go, boolean needzero) {
        GoRuntime runtime = dirty(go);
        long at = runtime.malloc(runtime.heap().proc(0), 9_000, false, needzero);
        assertEquals(3 * PAGE, runtime.os().committedBytes(Cause.ZEROING));
        assertEquals(runtime.lastSpan().base() + 8, at, "behind the header");
    }

    @Test
    void aHeaderIsWrittenEvenWhereNothingIsCleared() {
        GoRuntime runtime = runtime("1.24");
        long at = runtime.malloc(runtime.heap().proc(0), 9_000, false, true);
        assertEquals(0, runtime.os().committedBytes(Cause.ZEROING));
        assertEquals(PAGE, runtime.os().committedBytes(Cause.RUNTIME));
        assertEquals(8, at);
        GoRuntime before = runtime("1.21");
        assertEquals(0, before.malloc(before.heap().proc(0), 9_000, false, true), "no headers in 1.21");
        assertEquals(0, before.os().rssBytes());
    }

    /**
     * The tenth slot of 416 bytes begins 352 bytes before a page's end. 1.24 to 1.26 clear the bytes asked for, 1.23 the
     * slot; 1.27 clears whole slots of at most 80 bytes: the fifty-second begins 16 bytes before a page's end.
     */
    @ParameterizedTest
    @CsvSource({
        "1.23, 416, 352, true",
        "1.24, 416, 352, false",
        "1.25, 416, 352, false",
        "1.26, 416, 352, false",
        "1.27, 416, 352, false",
        "1.24, 416, 353, true",
        "1.23, 80, 16, true",
        "1.26, 80, 16, false",
        "1.27, 80, 16, true"
    })
    void objectsWithPointersAreClearedAsFarAsTheVersionDoes(String go, int slot, int size, boolean reachesTheNextPage) {
        GoRuntime runtime = dirty(go);
        P p = runtime.heap().proc(0);
        int crossing = (int) (PAGE / slot);
        for (int i = 0; i < crossing; i++) {
            runtime.malloc(p, slot, false, false);
        }
        MSpan span = runtime.lastSpan();
        runtime.os().dontNeed(span.base(), span.sizeBytes());
        runtime.mallocSmall(p, span.spanClass(), size, true);
        assertSame(span, runtime.lastSpan());
        assertEquals(crossing, runtime.lastSlot());
        assertEquals((reachesTheNextPage ? 2 : 1) * PAGE, runtime.os().committedBytes(Cause.ZEROING));
    }

    /** Tiny objects: 16-byte blocks, aligned by size, in the block with more room left. */
    @Test
    void tinyObjectsShareABlock() {
        GoRuntime runtime = runtime("1.23");
        P p = runtime.heap().proc(0);
        assertEquals(0, runtime.malloc(p, 5, true, true));
        assertEquals(PAGE, runtime.os().committedBytes(Cause.ZEROING), "both words of a block are always cleared");
        assertEquals(0, runtime.lastSlot());
        assertEquals(8, runtime.malloc(p, 4, true, true));
        assertEquals(12, runtime.malloc(p, 1, true, true));
        assertEquals(14, runtime.malloc(p, 2, true, true));
        assertEquals(0, runtime.lastSlot());
        assertEquals(16, runtime.malloc(p, 8, true, true), "the first is full");
        assertEquals(1, runtime.lastSlot());
        assertEquals(32, runtime.malloc(p, 12, true, true));
        assertEquals(24, runtime.malloc(p, 8, true, true), "the block with more room stayed");
        assertEquals(1, runtime.lastSlot());
        assertEquals(48, runtime.malloc(p, 16, true, true), "16 bytes are not tiny");
        assertEquals(3, runtime.lastSlot());
        long pointers = runtime.malloc(p, 8, false, true);
        assertNotEquals(0, pointers >> 13, "pointers are never tiny");
    }

    /** 32,768 bytes are small in 1.21; from 1.22 on 32,760 are the most, pointers or not. */
    @ParameterizedTest
    @CsvSource({"1.21, 32768, false", "1.21, 32769, true", "1.22, 32760, false", "1.22, 32761, true"})
    void theLargestSmallObject(String go, long size, boolean large) {
        GoRuntime runtime = runtime(go);
        runtime.malloc(runtime.heap().proc(0), size, true, true);
        assertEquals(large, runtime.lastSpan().isLarge());
        assertEquals(0, runtime.lastSlot());
    }

    @Test
    void aLargeObjectHasItsPagesAndNoMore() {
        GoRuntime runtime = runtime("1.23");
        P p = runtime.heap().proc(0);
        assertEquals(0, runtime.malloc(p, 40_960, true, true));
        assertEquals(5, runtime.lastSpan().npages());
        assertEquals(40_960, runtime.malloc(p, 40_961, true, true));
        assertEquals(6, runtime.lastSpan().npages());
        assertEquals(11 * 8192, runtime.make(65_536, false));
    }

    /** What MADV_FREE was called for still holds its old bytes, so that 1.26 cannot take it for zero. */
    @ParameterizedTest
    @CsvSource({"DONTNEED, 0", "FREE, 16"})
    void lazilyFreeMemoryIsNotKnownToBeZero(OsSettings.Release release, long clearedPages) {
        OsSettings settings = new OsSettings(12, OsSettings.Thp.NEVER, true, null, release, MemoryCgroup.Limits.NONE);
        GoRuntime runtime = new GoRuntime(Behaviours.of("1.26"), settings, 0, 0, true);
        P p = runtime.heap().proc(0);
        MSpan span = runtime.heap().allocLarge(p, 64, true);
        runtime.os().write(span.base(), span.sizeBytes(), Cause.PROGRAM);
        runtime.heap().freeSpan(span);
        runtime.scavenger().releaseAll();
        runtime.os().dontNeed(0, 4 << 20);
        runtime.malloc(p, 65_536, true, true);
        assertEquals(clearedPages * PAGE, runtime.os().committedBytes(Cause.ZEROING));
    }

    @Test
    void anObjectPutWhereARecordingHasItIsClearedAsUsual() {
        GoRuntime runtime = dirty("1.24");
        MSpan span = runtime.heap()
                .alloc(runtime.heap().proc(0), 1, runtime.heap().layout().spanClassFor(1024, false));
        runtime.initSpan(span);
        long at = runtime.mallocAt(span, 5, 1000, true);
        assertEquals(span.base() + 5L * span.elemBytes() + 8, at);
        assertEquals(5, runtime.lastSlot());
        assertEquals(1, span.allocCount());
        assertEquals(PAGE, runtime.os().committedBytes(Cause.ZEROING));
    }

    /** Two slots of 640 bytes share a page: the second object's header is written where memory is there already. */
    @Test
    void everyObjectAboveTheHeaderLimitLiesBehindItsHeader() {
        GoRuntime runtime = runtime("1.24");
        P p = runtime.heap().proc(0);
        assertEquals(8, runtime.malloc(p, 600, false, true));
        assertEquals(640 + 8, runtime.malloc(p, 600, false, true));
        assertEquals(PAGE, runtime.os().rssBytes());
        assertEquals(8192, runtime.malloc(p, 600, true, true), "without pointers there is no header");
        assertEquals(8192 + 640, runtime.malloc(p, 600, true, true));
    }

    /** "Both words of x are always written to zero" holds for tiny blocks alone; an object of 16 bytes is none. */
    @Test
    void sixteenBytesAreNotTiny() {
        GoRuntime runtime = runtime("1.23");
        runtime.malloc(runtime.heap().proc(0), 16, true, false);
        assertEquals(0, runtime.os().rssBytes());
        runtime.malloc(runtime.heap().proc(0), 15, true, false);
        assertEquals(PAGE, runtime.os().committedBytes(Cause.ZEROING));
    }

    @Test
    void aTinyObjectsSlotIsCountedFromItsSpan() {
        GoRuntime runtime = runtime("1.23");
        P p = runtime.heap().proc(0);
        runtime.malloc(p, 8192, true, true);
        runtime.malloc(p, 16, true, true);
        runtime.malloc(p, 4, true, true);
        assertEquals(8192 + 16 + 4, runtime.malloc(p, 4, true, true));
        assertEquals(1, runtime.lastSlot());
        assertEquals(1, runtime.lastSpan().page());
    }

    /** A span that a P has taken without allocating from it yet begins with its lowest free slot, the first. */
    @Test
    void aCachedSpanIsUsedFromItsFirstSlot() {
        GoRuntime runtime = runtime("1.23");
        P p = runtime.heap().proc(0);
        MSpan span = runtime.heap().refill(p, runtime.heap().layout().spanClassFor(1024, true));
        assertEquals(span.base(), runtime.malloc(p, 1024, true, true));
        assertEquals(0, runtime.lastSlot());
        assertEquals(span.base() + 1024, runtime.malloc(p, 1024, true, true));
    }

    /** Where spans are made as a recording has them, making one costs what it always costs: its pointer bitmap. */
    @ParameterizedTest
    @CsvSource({"1.21, 64, 0", "1.22, 64, 1", "1.22, 512, 1", "1.22, 576, 0"})
    void aRecordedSpanHasItsBitmap(String go, int slot, long pages) {
        GoRuntime runtime = runtime(go);
        int spanClass = SpanClass.of(runtime.heap().layout().sizeClasses().classFor(slot), false);
        MSpan span = runtime.recordedHeap().allocAt(9, 1, spanClass, MSpan.State.IN_USE, 0);
        runtime.initSpan(span);
        assertEquals(pages * PAGE, runtime.os().committedBytes(Cause.RUNTIME));
        assertEquals(pages == 1, runtime.os().isResident(2 * 9 + 1), "in the span's last OS page");
    }

    /** The README's first program: an empty heap, and what 64 MiB with pointers and without cost untouched. */
    @ParameterizedTest
    @CsvSource({"1.23, true, 0", "1.24, true, 67108864", "1.24, false, 0"})
    void aHeapForProgramsThatAllocateByHand(String go, boolean pointers, long rss) {
        GoRuntime runtime = GoRuntime.of(go);
        assertEquals(go, runtime.behaviours().version());
        assertEquals(0, runtime.make(64L << 20, pointers));
        assertEquals(!pointers, runtime.lastSpan().noscan());
        assertEquals(rss, runtime.os().rssBytes());
    }

    /**
     * Without a collector of the twin's own its scavenger is asked at each growth: a heap grown beyond the goal gives as
     * much back as it grew, from what is free.
     */
    @Test
    void aHeapThatGrowsBeyondItsGoalGivesBackAsMuch() {
        GoRuntime runtime = runtime("1.23");
        P p = runtime.heap().proc(0);
        MSpan[] spans = new MSpan[64];
        for (int i = 0; i < spans.length; i++) {
            runtime.malloc(p, 1 << 20, true, false);
            spans[i] = runtime.lastSpan();
        }
        runtime.scavenger().heapGoal(100 << 20, true);
        runtime.scavenger().markTermination();
        runtime.heap().startSweep();
        for (int i = 4; i < spans.length; i += 2) {
            spans[i].markDead(0);
            runtime.heap().sweep(spans[i], false);
        }
        runtime.heap().startSweep(); // what was freed is the background's from the next generation on
        runtime.scavenger().heapGoal(50 << 20, true);
        long before = runtime.heap().stats().released();
        runtime.malloc(p, 4 << 20, true, false); // no hole is so large
        assertEquals(4 << 20, runtime.heap().stats().released() - before);
    }
}
