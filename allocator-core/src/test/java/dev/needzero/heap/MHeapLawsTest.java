package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.os.OsSettings;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What a heap keeps, whatever happens to it: no byte is lost, none is counted twice. */
class MHeapLawsTest {
    private record Placed(MSpan span, int slot) {
        long address() {
            return span.isLarge() ? span.base() : span.slotAddress(slot);
        }
    }

    @Property
    void everyMappedByteIsInUseFreeOrReleased(@ForAll Random random) {
        Heap heap = new Heap(random);
        for (int op = 0; op < 300; op++) {
            heap.step();
            heap.checkNowAndThen();
        }
        heap.collect(1.0);
        while (heap.sweepOne()) {
            heap.checkNowAndThen();
        }
        heap.releaseAll();
        heap.check();
        assertEquals(0, heap.mheap.stats().inHeap(), "nothing alive, nothing in use");
        assertEquals(0, heap.mheap.pagesInUse());
    }

    /** A heap under random use. */
    private static final class Heap {
        private final Random random;
        private final AddressSpace os = new AddressSpace(OsSettings.defaults());
        private final int padding;
        final MHeap mheap;
        private final List<Placed> alive = new ArrayList<>();
        private final List<MSpan> manual = new ArrayList<>();

        Heap(Random random) {
            this.random = random;
            this.padding = random.nextInt(3) * 100;
            mheap = new MHeap(
                    new HeapLayout(
                            SizeClasses.GO,
                            random.nextBoolean(),
                            random.nextBoolean(),
                            512,
                            32760,
                            16,
                            random.nextInt(4) > 0 ? 64 : 0,
                            Units.PAGES_PER_CHUNK,
                            HeapLayout.ZeroTracking.values()[random.nextInt(3)],
                            random.nextBoolean(),
                            random.nextInt(16),
                            padding),
                    os);
        }

        void step() {
            P p = mheap.proc(random.nextInt(2));
            if (mheap.needsFlush(p)) {
                mheap.releaseAll(p);
            }
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> {
                    int spanClass = SpanClass.of(1 + random.nextInt(67), random.nextBoolean());
                    for (int i = random.nextInt(60); i >= 0; i--) {
                        small(p, spanClass);
                    }
                }
                case 4 -> place(mheap.allocLarge(p, 1 + random.nextInt(900), random.nextBoolean()), 0);
                case 5 ->
                    manual.add(mheap.allocManual(
                            p, 4, random.nextBoolean() ? MSpan.State.STACK : MSpan.State.WORK_BUFFER));
                case 6 -> {
                    if (!manual.isEmpty()) {
                        mheap.freeSpan(manual.remove(random.nextInt(manual.size())));
                    }
                }
                case 7 -> collect(random.nextDouble());
                case 8, 9, 10 -> sweepOne();
                default ->
                    mheap.pages()
                            .scavenge(
                                    (long) random.nextInt(500) << Units.PAGE_SHIFT,
                                    random.nextBoolean(),
                                    256,
                                    mheap::release);
            }
        }

        private void small(P p, int spanClass) {
            MSpan span = p.cached(spanClass);
            int slot = span == null ? -1 : span.nextFree();
            if (slot < 0) {
                span = mheap.refill(p, spanClass);
                slot = span.nextFree();
            }
            assertTrue(slot >= 0, "a refill brings a free slot");
            place(span, slot);
        }

        private void place(MSpan span, int slot) {
            assertSame(MSpan.State.IN_USE, span.state());
            Placed placed = new Placed(span, slot);
            alive.add(placed);
            os.write(placed.address(), 1, Cause.PROGRAM);
        }

        void collect(double dying) {
            while (sweepOne()) {
                // a cycle begins when the last one's sweep is over
            }
            mheap.startSweep();
            alive.removeIf(
                    object -> random.nextDouble() < dying && object.span().markDead(object.slot()));
        }

        boolean sweepOne() {
            for (int c = 0; c < SpanClass.COUNT; c++) {
                for (int full = 0; full < 2 && mheap.central(c) != null; full++) {
                    MSpan span = mheap.central(c).nextUnswept(full == 0, Long.MAX_VALUE);
                    if (span != null) {
                        mheap.sweep(span, false);
                        return true;
                    }
                }
            }
            releaseAll();
            mheap.finishSweep();
            return false;
        }

        void releaseAll() {
            for (int id = 0; id < 2; id++) {
                mheap.releaseAll(mheap.proc(id));
            }
        }

        /** Looking at every page takes as long as a hundred steps; what was broken once stays broken. */
        void checkNowAndThen() {
            if (random.nextInt(8) == 0) {
                check();
            }
        }

        void check() {
            HeapCheck.check(mheap, os, true);
            HeapStats stats = mheap.stats();
            assertEquals(
                    os.mappedBytes(),
                    stats.inHeap() + stats.inStacks() + stats.inWorkBufs() + stats.free() + stats.released());
            long caused = 0;
            for (int cause = 0; cause < Cause.COUNT; cause++) {
                caused += os.committedBytes(cause);
            }
            assertEquals(os.rssBytes(), caused);
            checkPages(stats);
            Set<Long> addresses = new HashSet<>();
            for (Placed object : alive) {
                assertTrue(addresses.add(object.address()), "two live objects in one place");
                assertSame(object.span(), mheap.spanOf((int) (object.address() >>> Units.PAGE_SHIFT)));
                assertTrue(object.span().isAllocated(object.slot()));
            }
        }

        private void checkPages(HeapStats stats) {
            long spanPages = 0;
            Set<MSpan> spans = new HashSet<>();
            for (int page = 0; page < mheap.pages().limitPage(); page++) {
                MSpan span = mheap.spanOf(page);
                if (span != null) {
                    assertFalse(mheap.pages().isFree(page, 1), "a span's page is free");
                    spanPages++;
                    spans.add(span);
                }
            }
            assertEquals(spans.size(), stats.spansInUse());
            assertEquals(spanPages << Units.PAGE_SHIFT, stats.inHeap() + stats.inStacks() + stats.inWorkBufs());
            long cachedPages = 0;
            for (int id = 0; id < 2; id++) {
                PageCache cache = mheap.proc(id).pageCache;
                cachedPages += Long.bitCount(cache.freeBits());
                for (long bits = cache.freeBits(); bits != 0; bits &= bits - 1) {
                    assertNull(mheap.spanOf(cache.base() + Long.numberOfTrailingZeros(bits)));
                }
            }
            if (os.mappedBytes() > 0) {
                assertEquals(
                        os.mappedBytes() >>> Units.PAGE_SHIFT,
                        spanPages + cachedPages + mheap.pages().freePages() + padding);
            }
        }
    }
}
