package dev.needzero.experiment.explain;

import dev.needzero.experiment.Replay;
import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.PageCache;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.trace.Kind;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * One event of a trace as a twin met it: what there was before, what it did, what changed.
 *
 * @param event its number, from 0
 * @param nanos when it happened
 * @param kind one of {@link Kind}'s constants
 * @param proc the P that it happened on
 * @param type the object's type, or empty
 * @param bytes what was asked for where the trace says so, else 0
 * @param place where the twin keeps its object or span, or null
 * @param span what is to say of that span; null without a place
 * @param change what is different since
 */
public record EventExplanation(
        long event,
        long nanos,
        byte kind,
        int proc,
        String type,
        long bytes,
        Replay.Place place,
        SpanMet span,
        Change change) {

    /** Where the span came from that the object lies on. */
    public enum SpanSource {
        /** The P had it cached, and it had a free slot. */
        CACHED,
        /** A refill took it from mcentral, swept before. */
        SWEPT_QUEUE,
        /** A refill took it from mcentral and swept it on the way. */
        SWEPT_JUST_NOW,
        /** It was made for this object. */
        NEW_PAGES,
        /** It was there already: the trace tells of a large object after its span, or of a slot taken earlier. */
        EARLIER
    }

    /** Where a new span's pages came from. */
    public enum PageSource {
        PAGE_CACHE,
        /** The P's page cache was empty and took its next 64 pages first. */
        REFILLED_PAGE_CACHE,
        PAGE_BITMAP,
        /** No run of free pages was long enough. */
        GROWTH
    }

    /**
     * The span that the event's object is on.
     *
     * @param pages where its pages came from; null unless it is new
     * @param freeSlotsBefore what it had free; for a new span all of them
     * @param needzero whether its memory may be dirty
     * @param cachedBefore the span that the P allocated this class from until then, as {@code page 12, 0 of 8 slots free}, or
     *     null when it had none or it is this one
     */
    public record SpanMet(
            SpanSource source, PageSource pages, int freeSlotsBefore, boolean needzero, String cachedBefore) {}

    /**
     * Differences in bytes, but for the last two.
     *
     * @param committed by {@link Cause}
     */
    public record Change(
            long[] committed,
            long rss,
            long mapped,
            long released,
            long heapFree,
            long inHeap,
            long spans,
            long cycles) {}

    /**
     * Replays up to an event and then it alone.
     *
     * @return null when the trace ends before it
     */
    public static EventExplanation of(Stepper stepper, long event) throws IOException {
        stepper.goTo(event);
        if (stepper.position() < event) {
            return null;
        }
        Before before = new Before(stepper.replays().get(0));
        if (!stepper.forward()) {
            return null;
        }
        return before.compare(stepper, event);
    }

    private record SpanState(int freeSlots, int sweepgen) {}

    /** All of a twin's state that an allocation could touch. */
    private static final class Before {
        private final IdentityHashMap<MSpan, SpanState> spans = new IdentityHashMap<>();
        private final Map<Integer, MSpan[]> cached = new HashMap<>();
        private final Map<Integer, long[]> pageCaches = new HashMap<>();
        private final long[] amounts;
        private final int sweepgen;

        Before(Replay replay) {
            MHeap heap = replay.runtime().heap();
            for (int page = 0; page < heap.pages().limitPage(); ) {
                MSpan span = heap.spanOf(page);
                if (span == null) {
                    page++;
                    continue;
                }
                spans.put(span, new SpanState(span.nelems() - span.allocCount(), span.sweepgen()));
                page = span.page() + span.npages();
            }
            for (int id = 0; id < heap.procLimit(); id++) {
                P p = heap.procOrNull(id);
                if (p != null) {
                    MSpan[] own = new MSpan[SpanClass.COUNT];
                    for (int c = 0; c < own.length; c++) {
                        own[c] = p.cached(c);
                    }
                    cached.put(id, own);
                    pageCaches.put(
                            id, new long[] {p.pageCache().base(), p.pageCache().freeBits()});
                }
            }
            amounts = amounts(replay);
            sweepgen = heap.sweepgen();
        }

        EventExplanation compare(Stepper stepper, long event) {
            Replay replay = stepper.replays().get(0);
            long[] now = amounts(replay);
            for (int i = 0; i < now.length; i++) {
                now[i] -= amounts[i];
            }
            long[] committed = Arrays.copyOf(now, Cause.COUNT);
            int at = Cause.COUNT;
            Change change = new Change(
                    committed, now[at], now[at + 1], now[at + 2], now[at + 3], now[at + 4], now[at + 5], now[at + 6]);
            Replay.Place place = stepper.place(replay);
            boolean sized = stepper.kind() == Kind.ALLOC || stepper.kind() == Kind.WRITE;
            return new EventExplanation(
                    event,
                    stepper.timeNanos(),
                    stepper.kind(),
                    stepper.proc(),
                    stepper.type(),
                    sized ? stepper.b() : 0,
                    place,
                    place == null || place.span() == null ? null : met(stepper, place, change),
                    change);
        }

        private SpanMet met(Stepper stepper, Replay.Place place, Change change) {
            MSpan span = place.span();
            SpanState old = spans.get(span);
            MSpan[] own = cached.get(stepper.proc());
            MSpan mine = own == null || span.spanClass() < 0 ? null : own[span.spanClass()];
            SpanSource source = old == null
                    ? SpanSource.NEW_PAGES
                    : span == mine
                            ? SpanSource.CACHED
                            : span.isLarge() || span.spanClass() < 0 || !isCachedNow(stepper, span)
                                    ? SpanSource.EARLIER
                                    : old.sweepgen() == sweepgen ? SpanSource.SWEPT_QUEUE : SpanSource.SWEPT_JUST_NOW;
            String before = mine == null || mine == span
                    ? null
                    : "page " + mine.page() + ", " + spans.get(mine).freeSlots() + " of " + mine.nelems()
                            + " slots free";
            return new SpanMet(
                    source,
                    old == null ? pages(stepper, span, change) : null,
                    old == null ? span.nelems() : old.freeSlots(),
                    span.needzero(),
                    before);
        }

        private static boolean isCachedNow(Stepper stepper, MSpan span) {
            P p = stepper.replays().get(0).runtime().heap().proc(stepper.proc());
            return p.cached(span.spanClass()) == span;
        }

        private PageSource pages(Stepper stepper, MSpan span, Change change) {
            long[] old = pageCaches.getOrDefault(stepper.proc(), new long[2]);
            long offset = span.page() - old[0];
            if (offset >= 0 && offset < Long.SIZE && (old[1] >>> offset & 1) != 0) {
                return PageSource.PAGE_CACHE;
            }
            PageCache now = stepper.replays()
                    .get(0)
                    .runtime()
                    .heap()
                    .proc(stepper.proc())
                    .pageCache();
            boolean refilled = old[1] == 0 && span.page() >= now.base() && span.page() < now.base() + Long.SIZE;
            if (change.mapped() > 0) {
                return PageSource.GROWTH;
            }
            return refilled ? PageSource.REFILLED_PAGE_CACHE : PageSource.PAGE_BITMAP;
        }

        private static long[] amounts(Replay replay) {
            AddressSpace os = replay.runtime().os();
            HeapStats stats = replay.runtime().heap().stats();
            long[] amounts = new long[Cause.COUNT + 7];
            for (int cause = 0; cause < Cause.COUNT; cause++) {
                amounts[cause] = os.committedBytes(cause);
            }
            int at = Cause.COUNT;
            amounts[at] = os.rssBytes();
            amounts[at + 1] = os.mappedBytes();
            amounts[at + 2] = stats.released();
            amounts[at + 3] = stats.free();
            amounts[at + 4] = stats.inHeap();
            amounts[at + 5] = stats.spansInUse();
            amounts[at + 6] = replay.cycles();
            return amounts;
        }
    }
}
