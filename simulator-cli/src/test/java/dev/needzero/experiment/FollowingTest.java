package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MHeap;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceData;
import dev.needzero.trace.TraceInfo;
import dev.needzero.units.Units;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Traces of a few events as Go would write them, with what Go's allocator does between them and a trace does not tell:
 * {@code go-runtime-model.md} §3.3, §3.6, §4.1, §5.3.
 */
class FollowingTest {
    private static final Replays.Settings SETTINGS = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false);
    private static final int CLASS_64 = SpanClass.of(6, true);
    private static final int SLOT_BYTES = 64;

    private final TraceData trace = new TraceData(new TraceInfo("go-trace", true, "1.24", 0xc000000000L, 0, false));
    private long nanos;

    private void event(byte kind, int proc, long a, long b, int c) {
        trace.add(kind, proc, nanos += 1000, a, b, c);
    }

    private void event(byte kind, int proc) {
        event(kind, proc, 0, 0, 0);
    }

    private static long at(int page) {
        return (long) page << Units.PAGE_SHIFT;
    }

    private void span(byte kind, int proc, int page, int npages, int spanClass) {
        event(kind, proc, at(page), npages, spanClass < 0 ? 1 : spanClass << 1);
    }

    private void object(byte kind, int proc, int page, int slot) {
        event(kind, proc, at(page) + (long) slot * SLOT_BYTES, 0, 0);
    }

    private void large(int proc, int page, int npages) {
        span(Kind.SPAN_ALLOC, proc, page, npages, SpanClass.LARGE_NOSCAN);
        event(Kind.OBJECT_ALLOC, proc, at(page), 0, 0);
    }

    private void collection(int proc) {
        event(Kind.GC_BEGIN, proc);
        event(Kind.STW_BEGIN, proc);
        event(Kind.STW_END, proc);
        event(Kind.STW_BEGIN, proc);
        event(Kind.GC_END, proc);
        event(Kind.STW_END, proc);
    }

    private GoReplay replay() throws IOException {
        trace.strings.add("");
        return (GoReplay) Replays.run(trace, Behaviours.of("1.24"), SETTINGS, null, false, null, null);
    }

    private static void isAsRecorded(GoReplay replay) {
        Placement placed = replay.placement();
        assertEquals(placed.spans(), placed.spansSame(), placed::firstDifference);
        assertEquals(placed.objects(), placed.objectsSame(), placed::firstDifference);
    }

    /** Each P goes on with the span that it had cached; the snapshot names neither. */
    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0"})
    void thePThatTookTheSnapshotHasTheNewestSpanCached(int taker, int other) throws IOException {
        span(Kind.SPAN, taker, 0, 1, CLASS_64);
        object(Kind.OBJECT, taker, 0, 0);
        span(Kind.SPAN, taker, 1, 1, CLASS_64);
        object(Kind.OBJECT, taker, 1, 0);
        event(Kind.PROCS_CHANGE, taker, 2, 0, 0);
        for (int slot = 1; slot < 60; slot++) {
            object(Kind.OBJECT_ALLOC, taker, 1, slot);
            object(Kind.OBJECT_ALLOC, other, 0, slot);
        }
        for (int i = 0; i < 3; i++) {
            collection(taker);
        }
        GoReplay replay = replay();
        assertEquals(118, replay.placement().objects());
        isAsRecorded(replay);
    }

    /** It uses the older span first, so that the newest is another's. */
    @Test
    void aGuessThatAPNeverUsedIsGivenUp() throws IOException {
        span(Kind.SPAN, 0, 0, 1, CLASS_64);
        object(Kind.OBJECT, 0, 0, 0);
        span(Kind.SPAN, 0, 1, 1, CLASS_64);
        object(Kind.OBJECT, 0, 1, 0);
        event(Kind.PROCS_CHANGE, 0, 2, 0, 0);
        object(Kind.OBJECT_ALLOC, 0, 0, 1);
        object(Kind.OBJECT_ALLOC, 1, 1, 1);
        for (int i = 0; i < 3; i++) {
            collection(0);
        }
        isAsRecorded(replay());
    }

    /** Spans swept before a large object was made stand before it in their queue, dead or not: the next sweep comes to them first. */
    @Test
    void aLargeObjectStandsBehindTheSpansSweptBeforeIt() throws IOException {
        event(Kind.PROCS_CHANGE, 0, 1, 0, 0);
        event(Kind.PROC_START, 0);
        large(0, 0, 16);
        large(0, 16, 18);
        collection(0);
        event(Kind.SWEEP_BEGIN, 0, 0, 0, Kind.SWEEP_BY_BACKGROUND);
        event(Kind.SWEEPER_RAN, 0, 10, 0, 0);
        large(0, 34, 17);
        collection(0);
        event(Kind.SWEEP_BEGIN, 0, 0, 0, Kind.SWEEP_BY_CREDIT);
        event(Kind.SWEEP_END, 0, 34L << Units.PAGE_SHIFT, 0, 0);
        MHeap heap = replay().runtime().heap();
        assertFalse(heap.isUnswept(heap.spanOf(0)));
        assertFalse(heap.isUnswept(heap.spanOf(16)));
        assertTrue(heap.isUnswept(heap.spanOf(34)), "34 pages were swept: the two before it");
    }

    /**
     * P1 has pages 64 to 127 cached and stops before a collection's end; meanwhile page 2 became free. Starting the world
     * wakes one idle P, which keeps its pages; others give theirs up and take the lowest block anew.
     */
    @ParameterizedTest
    @CsvSource({"1, 2, 66", "2, 1, 2"})
    void thePThatACollectionsEndWakesKeepsItsPages(int first, int second, int page) throws IOException {
        event(Kind.PROCS_CHANGE, 0, 3, 0, 0);
        for (int proc = 0; proc < 2; proc++) {
            event(Kind.PROC_START, proc);
        }
        for (int i = 0; i < 3; i++) {
            span(Kind.SPAN_ALLOC, 0, i, 1, SpanClass.MANUAL);
        }
        span(Kind.SPAN_ALLOC, 1, 64, 1, SpanClass.MANUAL);
        span(Kind.SPAN_ALLOC, 1, 65, 1, SpanClass.MANUAL);
        event(Kind.PROC_STOP, 1);
        event(Kind.SPAN_FREE, 0, at(2), 0, 0);
        collection(0);
        event(Kind.HEAP_ALLOC, 0, 4096, 0, 0);
        event(Kind.PROC_START, first);
        event(Kind.PROC_START, second);
        span(Kind.SPAN_ALLOC, 1, page, 1, SpanClass.MANUAL);
        isAsRecorded(replay());
    }
}
