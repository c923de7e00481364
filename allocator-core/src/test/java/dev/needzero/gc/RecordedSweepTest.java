package dev.needzero.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.gc.RecordedSweep.By;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a recorded sweep tells of the spans that nobody saw swept: Go's sweepers go through the queues oldest first, the
 * background sweeper in batches of ten.
 */
class RecordedSweepTest {
    /** Slots of 1 KiB in a span of one page. */
    private static final int SLOTS = 8;

    private final GoRuntime runtime = new GoRuntime(Behaviours.of("1.23"), OsSettings.defaults(), 0, 0, false);
    private final MHeap heap = runtime.heap();
    private final P p = heap.proc(0);
    private final RecordedSweep sweep = runtime.recordedSweep();
    private final List<MSpan> spans = new ArrayList<>();

    /** Thirty full spans of one page, and marking is over. */
    @BeforeEach
    void thirtySpansAwaitSweeping() {
        for (int i = 0; i < 30 * SLOTS; i++) {
            runtime.malloc(p, 1024, true, true);
            if (i % SLOTS == 0) {
                spans.add(runtime.lastSpan());
            }
        }
        heap.releaseAll(p);
        sweep.gcEnd();
        assertEquals(0, heap.pagesSwept());
        assertTrue(spans.stream().allMatch(heap::isUnswept));
    }

    private void die(int span) {
        spans.get(span).markDead(0);
    }

    private void seen(int span, By by) {
        die(span);
        sweep.swept(p, spans.get(span), by);
    }

    private void areSwept(int count) {
        assertEquals(count, heap.pagesSwept());
        for (int i = 0; i < spans.size(); i++) {
            assertEquals(i >= count, heap.isUnswept(spans.get(i)), "span " + i);
        }
    }

    /** Beside the first. */
    private void isSweptAlone(int span) {
        assertEquals(2, heap.pagesSwept());
        assertFalse(heap.isUnswept(spans.get(span)));
        assertFalse(heap.isUnswept(spans.get(0)));
        assertTrue(heap.isUnswept(spans.get(1)));
        assertTrue(heap.isUnswept(spans.get(span - 1)));
    }

    @ParameterizedTest
    @EnumSource(
            value = By.class,
            names = {"CREDIT", "BACKGROUND", "UNKNOWN"})
    void whoSweepsInOrderSweptAllThatStoodBefore(By by) {
        seen(5, by);
        areSwept(6);
        assertEquals(0, spans.get(5).deadCount());
        assertEquals(SLOTS - 1, spans.get(5).allocCount());
        seen(9, by);
        areSwept(10);
    }

    /** The tenth span of a batch is still its; the eleventh was swept by somebody else. */
    @ParameterizedTest
    @CsvSource({
        "BACKGROUND, 10, true",
        "BACKGROUND, 11, false",
        "UNKNOWN, 10, true",
        "UNKNOWN, 11, false",
        "CREDIT, 21, true"
    })
    void aBatchHasTenSpans(By by, int span, boolean inOrder) {
        seen(0, By.CREDIT);
        seen(span, by);
        if (inOrder) {
            areSwept(span + 1);
        } else {
            isSweptAlone(span);
        }
    }

    /** The queues that Go's sweeper goes through before this one are empty: they are no reason to sweep a span of it. */
    @ParameterizedTest
    @EnumSource(
            value = By.class,
            names = {"BACKGROUND", "UNKNOWN"})
    void theEleventhOfTheFirstBatchWasSweptBySomebodyElse(By by) {
        seen(10, by);
        assertEquals(1, heap.pagesSwept());
        assertFalse(heap.isUnswept(spans.get(10)));
        assertTrue(heap.isUnswept(spans.get(0)));
    }

    /** Of an earlier queue every span is swept, or the sweeper would not have come to this one. */
    @Test
    void whatStandsInAnEarlierQueueIsSweptEvenBeyondABatch() {
        MSpan last = null;
        for (int i = 0; i < 30; i++) {
            runtime.malloc(p, 8192, true, true);
            last = runtime.lastSpan();
        }
        heap.releaseAll(p);
        sweep.gcEnd();
        last.markDead(0);
        sweep.swept(p, last, By.BACKGROUND);
        assertEquals(31, heap.pagesSwept(), "all of 1 KiB, and of 8 KiB the last alone");
        assertTrue(spans.stream().noneMatch(heap::isUnswept));
    }

    @Test
    void aBackgroundSweeperWithAProcessorToItselfNeverGivesWay() {
        sweep.setBusy(false);
        seen(25, By.BACKGROUND);
        areSwept(26);
    }

    @Test
    void whatIsLeftOfABatchIsWhatItHasNotSweptYet() {
        seen(3, By.BACKGROUND);
        seen(10, By.BACKGROUND);
        assertEquals(5, heap.pagesSwept(), "four of ten are swept: the seventh from there is not its");
        assertTrue(heap.isUnswept(spans.get(4)));
        assertFalse(heap.isUnswept(spans.get(10)));
        seen(8, By.BACKGROUND);
        assertEquals(10, heap.pagesSwept(), "the tenth of the batch");
        assertTrue(heap.isUnswept(spans.get(9)));
    }

    /** Spans that are known to be swept, by no name, are swept when the queues are next looked at. */
    @Test
    void aBatchThatLeftNoTraceIsOwed() {
        sweep.sweeperRan(p, 3);
        assertEquals(0, heap.pagesSwept());
        sweep.settle();
        areSwept(3);
        sweep.settle();
        areSwept(3);
        sweep.sweeperRan(p, 0);
        sweep.settle();
        areSwept(3);
    }

    @Test
    void whatIsOwedComesBeforeTheNextBatch() {
        sweep.sweeperRan(p, 3);
        seen(12, By.BACKGROUND);
        areSwept(13);
        sweep.settle();
        areSwept(13);
    }

    @Test
    void beyondWhatIsOwedAndTheNextBatchASpanWasSweptAlone() {
        seen(0, By.CREDIT);
        sweep.sweeperRan(p, 3);
        seen(14, By.BACKGROUND);
        isSweptAlone(14);
    }

    /** Two of three are swept already; one is owed. Of four, with batches of three, two are owed. */
    @ParameterizedTest
    @CsvSource({"1, 3", "2, 3", "3, 6", "5, 6", "6, 9"})
    void aBatchCountsWhatWasSeenOfIt(int lastSeen, int swept) {
        seen(lastSeen, By.BACKGROUND);
        sweep.sweeperRan(p, 3);
        sweep.settle();
        areSwept(swept);
    }

    @Test
    void aSweeperThatRanUntilNothingWasLeftSweptAll() {
        sweep.sweeperRan(p, -1);
        areSwept(30);
    }

    /** A sweep's end says how much was swept since its beginning. */
    @Test
    void anAllocationSweepsAsManyPagesAsItsRecordSays() {
        sweep.sweepBegin(p);
        seen(3, By.CREDIT);
        assertEquals(4, p.sweptPages());
        sweep.sweepEnd(p, By.CREDIT, 6 * Units.PAGE_BYTES);
        areSwept(6);
        sweep.sweepBegin(p);
        assertEquals(0, p.sweptPages());
        sweep.sweepEnd(p, By.CREDIT, 2 * Units.PAGE_BYTES);
        areSwept(8);
        sweep.sweepBegin(p);
        sweep.sweepEnd(p, By.BACKGROUND, 2 * Units.PAGE_BYTES);
        areSwept(8);
    }

    @Test
    void aSweepBeginsWhenWhatIsOwedIsDone() {
        sweep.sweeperRan(p, 4);
        sweep.sweepBegin(p);
        areSwept(4);
        sweep.sweeperRan(p, 2);
        seen(7, By.CREDIT);
        areSwept(8);
        assertEquals(2, p.sweptPages(), "what was owed is not this allocation's");
    }

    @Test
    void aRefillFindsTheSpanThatTheRecordingNames() {
        sweep.sweepBegin(p);
        seen(4, By.CACHE_SPAN);
        sweep.sweepEnd(p, By.CACHE_SPAN, 5 * Units.PAGE_BYTES);
        assertEquals(0, heap.pagesSwept(), "the refill itself sweeps");
        runtime.malloc(p, 1024, true, true);
        assertSame(spans.get(4), runtime.lastSpan());
        assertEquals(0, runtime.lastSlot());
        areSwept(5);
    }

    /** The refill that swept it was the one to empty it, and a refill keeps what it finds. */
    @Test
    void aRefillKeepsAnEmptySpanThatTheTwinSweptTooEarly() {
        seen(5, By.CREDIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            spans.get(2).markDead(slot);
        }
        sweep.sweepBegin(p);
        sweep.swept(p, spans.get(2), By.CACHE_SPAN);
        assertSame(MSpan.State.IN_USE, spans.get(2).state());
        runtime.malloc(p, 1024, true, true);
        assertSame(spans.get(2), runtime.lastSpan());
        assertEquals(0, runtime.lastSlot());
    }

    @Test
    void whoSweepsInOrderPassesOverTheSpanThatARefillFinds() {
        sweep.sweepBegin(p);
        seen(1, By.CACHE_SPAN);
        P other = heap.proc(1);
        sweep.sweeperRan(other, 3);
        sweep.settle();
        assertTrue(heap.isUnswept(spans.get(1)));
        assertFalse(heap.isUnswept(spans.get(3)), "the third of the others");
        assertTrue(heap.isUnswept(spans.get(4)));
        runtime.malloc(p, 1024, true, true);
        assertSame(spans.get(1), runtime.lastSpan());
    }

    @Test
    void whoSweepsInOrderPassesOverTheSpanThatAnotherPIsAt() {
        spans.get(0).setClaimed(true);
        die(2);
        sweep.swept(p, spans.get(2), By.CREDIT);
        assertTrue(heap.isUnswept(spans.get(0)));
        assertFalse(heap.isUnswept(spans.get(1)));
        assertEquals(2, heap.pagesSwept());
    }

    @Test
    void theEndOfASweepLeavesNothingToThoseWhoWereAtASpan() {
        spans.get(0).setClaimed(true);
        p.expect(spans.get(1));
        sweep.finishSweep();
        areSwept(30);
    }

    @Test
    void aReclaimedSpanGoesWhereverItStands() {
        for (int slot = 0; slot < SLOTS; slot++) {
            spans.get(17).markDead(slot);
        }
        seen(0, By.CREDIT);
        sweep.swept(p, spans.get(17), By.RECLAIM);
        assertSame(MSpan.State.DEAD, spans.get(17).state());
        isSweptAlone(17);
        sweep.swept(p, spans.get(17), By.BACKGROUND);
        isSweptAlone(17);
    }

    @Test
    void aSpanThatTheTwinSweptTooEarlyIsSweptOnceMore() {
        seen(5, By.CREDIT);
        seen(2, By.CREDIT);
        assertEquals(0, spans.get(2).deadCount());
        assertEquals(SLOTS - 1, spans.get(2).allocCount());
        assertEquals(7, heap.pagesSwept());
        runtime.malloc(p, 1024, true, true);
        assertSame(spans.get(5), runtime.lastSpan(), "it was filed first");
    }

    /** A P that has not run since marking ended holds spans; sweeping one of them means that it gave its cache up. */
    @Test
    void aCachedSpanIsSweptAsItsPGivesItUp() {
        sweep.beforeAllocation(p);
        runtime.malloc(p, 1024, true, true);
        MSpan cached = runtime.lastSpan();
        runtime.malloc(p, 8192, true, true);
        MSpan larger = runtime.lastSpan();
        sweep.gcEnd();
        assertTrue(heap.isStale(cached));
        cached.markDead(0);
        sweep.swept(heap.proc(1), cached, By.UNKNOWN);
        assertNull(p.cached(cached.spanClass()));
        assertSame(larger, p.cached(larger.spanClass()), "classes go in ascending order");
        sweep.beforeAllocation(p);
        assertNull(p.cached(larger.spanClass()));
    }

    @ParameterizedTest
    @EnumSource(
            value = By.class,
            names = {"CREDIT", "BACKGROUND", "UNKNOWN", "RECLAIM"})
    void aPThatSweepsHasGivenItsCacheUp(By by) {
        sweep.beforeAllocation(p);
        runtime.malloc(p, 64, true, true);
        MSpan cached = runtime.lastSpan();
        sweep.gcEnd();
        assertSame(cached, p.cached(cached.spanClass()));
        die(0);
        sweep.swept(p, spans.get(0), by);
        assertNull(p.cached(cached.spanClass()));
    }

    @Test
    void beginningASweepAndResumingOneGiveTheCacheUp() {
        sweep.beforeAllocation(p);
        runtime.malloc(p, 64, true, true);
        int spanClass = runtime.lastSpan().spanClass();
        sweep.gcEnd();
        sweep.sweepBegin(p);
        assertNull(p.cached(spanClass));
        runtime.malloc(p, 64, true, true);
        sweep.gcEnd();
        sweep.sweeperRan(p, 1);
        assertNull(p.cached(spanClass));
    }

    /** "Finish sweep before we start concurrent scan": the rest of a sweep is done when the next cycle begins. */
    @Test
    void theNextCycleFinishesTheSweep() {
        sweep.worldStarted();
        areSwept(0);
        sweep.gcBegin();
        areSwept(0);
        sweep.sweeperRan(p, 2);
        sweep.worldStarted();
        areSwept(30);
        assertTrue(heap.sweepDone());
        sweep.gcEnd();
        sweep.worldStarted();
        sweep.settle();
        areSwept(0);
    }

    @Test
    void aProgramThatWaitedForTheSweepFindsItDone() {
        sweep.finishSweep();
        areSwept(30);
        assertTrue(heap.sweepDone());
        sweep.gcEnd();
        sweep.sweeperRan(p, 2);
        sweep.gcEnd();
        sweep.settle();
        areSwept(0);
    }

    @Test
    void withoutASweepOfTheTwinsOwnNothingAwaitsOne() {
        sweep.finishSweep();
        sweep.gcEndWithoutSweep();
        assertTrue(heap.sweepDone());
        assertEquals(0, heap.pagesSwept());
    }

    /** Four spans of a class before, one alone, and five in order are the ten of a batch. */
    @Test
    void aBatchCountsTheSpansOfEveryQueue() {
        sweep.finishSweep();
        List<MSpan> smaller = new ArrayList<>();
        for (int i = 0; i < 4 * 16; i++) {
            runtime.malloc(p, 512, true, true); // sixteen slots a span, in a class before that of 1 KiB
            smaller.add(runtime.lastSpan());
        }
        heap.releaseAll(p);
        sweep.gcEnd();
        seen(12, By.BACKGROUND);
        assertEquals(5, heap.pagesSwept());
        assertTrue(smaller.stream().noneMatch(heap::isUnswept));
        seen(4, By.BACKGROUND);
        assertEquals(10, heap.pagesSwept(), "the tenth of the batch");
        assertFalse(heap.isUnswept(spans.get(3)));
        seen(6, By.BACKGROUND);
        assertEquals(11, heap.pagesSwept(), "beyond it");
        assertTrue(heap.isUnswept(spans.get(5)));
    }

    /** What is owed was swept by others: of six spans three are the batch's, so that it has seven left. */
    @Test
    void whatWasOwedIsNotOfTheBatch() {
        sweep.sweeperRan(p, 3);
        seen(5, By.BACKGROUND);
        areSwept(6);
        seen(12, By.BACKGROUND);
        areSwept(13);
    }

    /** A refill is recorded with what it swept; one without a record swept nothing but what stood there with free slots. */
    @Test
    void aRefillSweepsNoFullSpanUnlessTheRecordingSaysSo() {
        die(0);
        runtime.malloc(p, 1024, true, true);
        assertEquals(0, heap.pagesSwept());
        assertTrue(heap.isUnswept(spans.get(0)));
        assertFalse(spans.contains(runtime.lastSpan()));
    }

    /** What the recording shows a refill to find, it finds: others swept the spans before. */
    @Test
    void aRefillFindsItsSpanBeyondWhatItSwept() {
        sweep.sweepBegin(p);
        seen(4, By.CACHE_SPAN);
        sweep.sweepEnd(p, By.CACHE_SPAN, Units.PAGE_BYTES);
        runtime.malloc(p, 1024, true, true);
        assertSame(spans.get(4), runtime.lastSpan());
        assertEquals(1, heap.pagesSwept());
    }

    /** Of large objects of which nobody knows in which order they stand, one that is no longer than what is left. */
    @Test
    void anAllocationSweepsNoLargeObjectThatIsLongerThanItsRecordSays() {
        sweep.finishSweep();
        List<MSpan> large = new ArrayList<>();
        for (int npages : new int[] {10, 5, 3}) {
            large.add(heap.allocLarge(null, npages, true));
        }
        sweep.gcEnd();
        sweep.sweepBegin(p);
        sweep.sweepEnd(p, By.CREDIT, 8 * Units.PAGE_BYTES);
        assertEquals(8, heap.pagesSwept());
        assertTrue(heap.isUnswept(large.get(0)));
        assertFalse(heap.isUnswept(large.get(1)));
        assertFalse(heap.isUnswept(large.get(2)));
    }

    /** A span that stands in no queue, for it was in use before the trace, is swept when the others are. */
    @ParameterizedTest
    @EnumSource(
            value = By.class,
            names = {"CREDIT", "BACKGROUND", "UNKNOWN"})
    void aSpanOfNoQueueIsSweptWhenItIsSeen(By by) {
        heap.unlist(spans.get(7));
        seen(7, by);
        assertFalse(heap.isUnswept(spans.get(7)));
        assertEquals(SLOTS - 1, spans.get(7).allocCount());
    }

    /** However often a span is swept, it waits once. */
    @Test
    void aSpanThatIsSweptAgainStandsInOneQueueOnce() {
        seen(2, By.CREDIT);
        spans.get(2).markDead(1);
        sweep.swept(p, spans.get(2), By.CREDIT);
        int spanClass = spans.get(2).spanClass();
        assertEquals(1, heap.central(spanClass).waiting(false, true));
        assertEquals(2, heap.central(spanClass).waiting(true, true));
        assertEquals(SLOTS - 2, spans.get(2).allocCount());
    }

    /** "finishsweep_m": a sweep is over only when every P has given up what it cached before. */
    @Test
    void theEndOfASweepFlushesEveryP() {
        P third = heap.proc(2);
        runtime.malloc(third, 64, true, true);
        MSpan cached = runtime.lastSpan();
        sweep.gcEnd();
        cached.markDead(0);
        sweep.finishSweep();
        assertNull(third.cached(cached.spanClass()));
        assertSame(MSpan.State.DEAD, cached.state());
    }
}
