package dev.needzero.gc;

import dev.needzero.heap.HeapPolicy;
import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.units.Units;

/**
 * A collector of the twin's own. A cycle has three moments: {@link #triggers} says that one is due, {@link #begin} ends the
 * last cycle's sweep, {@link #end} is mark termination. Whoever drives it marks objects dead in between.
 *
 * <p>Sweeping is either done at once, as a background sweeper with a processor to itself does it, or paid for by
 * allocations, as where the program keeps the only processor busy: each span costs as many swept pages as brings the sweep
 * to its end when the next cycle begins, and pages for new spans come from spans with nothing alive on them.
 *
 * <p>Go: {@code runtime/mgc.go}, {@code gcStart}, {@code gcMarkTermination}; {@code runtime/mgcsweep.go},
 * {@code deductSweepCredit}, {@code gcPaceSweeper}; {@code runtime/mheap.go}, {@code mheap.reclaim}. {@code
 * go-runtime-model.md} §3.6, §13.4.
 */
public final class Collector implements HeapPolicy {
    private static final long SWEEP_DISTANCE_BYTES = 1L << 20;

    private final MHeap heap;
    private final Scavenger scavenger;
    private final MemoryLimit limit;
    private final Sweeper sweeper;
    private final Pacer pacer;
    private final boolean eagerSweep;
    private CpuLimiter limiter = CpuLimiter.NONE;
    /** heapLive when the limiter was last asked, or the last cycle's end. */
    private long limiterBasisBytes;

    private long cycles;
    private long markedBytes;
    private double sweepPagesPerByte;
    private long sweepBasisBytes;
    private int reclaimPage = Integer.MAX_VALUE;
    private int reclaimCreditPages;

    /**
     * @param limit the memory limit that the pacer knows, too
     * @param eagerSweep whether sweeping is done at each cycle's end rather than paid for by allocations
     */
    public Collector(MHeap heap, Scavenger scavenger, Pacer pacer, MemoryLimit limit, boolean eagerSweep) {
        this.heap = heap;
        this.scavenger = scavenger;
        this.limit = limit;
        this.sweeper = new Sweeper(heap);
        this.pacer = pacer;
        this.eagerSweep = eagerSweep;
    }

    /** Sweeps at once; no memory limit. */
    public Collector(MHeap heap, Scavenger scavenger, Pacer pacer) {
        this(heap, scavenger, pacer, MemoryLimit.NONE, true);
    }

    /** Whether the heap has reached the trigger: tested after every allocation that took a span. */
    public boolean triggers() {
        return pacer.triggers(heap.stats().heapLive());
    }

    /** Says how much of the processors {@link #step} may take from now on. */
    public void limitCpu(CpuLimiter cpuLimiter) {
        this.limiter = cpuLimiter;
    }

    /** Tested after every allocation that took a span; true when a collection ran, whole and in no time. */
    public boolean step() {
        if (!triggers()) {
            return false;
        }
        long live = heap.stats().heapLive();
        long allocated = Math.max(0, live - limiterBasisBytes);
        limiterBasisBytes = live;
        if (!limiter.allows(allocated, markedBytes)) {
            return false;
        }
        collect();
        limiter.collected(markedBytes);
        return true;
    }

    /** One whole cycle: what is marked dead is freed, emptied spans go back to the heap. */
    public void collect() {
        begin();
        scavenger.markTermination();
        sweeper.start();
        sweeper.finish();
        HeapStats s = heap.stats();
        commit(
                s.allocBytes(heap.layout().sizeClasses())
                        - s.freeBytes(heap.layout().sizeClasses()),
                0);
    }

    /** A cycle begins: what is left of the last one's sweep is done. */
    public void begin() {
        finishSweep();
    }

    /**
     * Mark termination.
     *
     * @param marked bytes found alive
     * @param runwayBytes what the program is expected to allocate while the next cycle marks
     */
    public void end(long marked, long runwayBytes) {
        scavenger.markTermination();
        sweeper.start();
        commit(marked, runwayBytes);
        long distance = pacer.triggerBytes() - heap.stats().heapLive() - SWEEP_DISTANCE_BYTES;
        sweepBasisBytes = heap.stats().heapLive();
        sweepPagesPerByte = (double) heap.pagesInUse() / Math.max(distance, Units.PAGE_BYTES);
        reclaimPage = 0;
        reclaimCreditPages = 0;
        for (int id = 0; id < heap.procLimit(); id++) {
            P p = heap.procOrNull(id);
            if (p != null) {
                sweeper.flush(p);
            }
        }
        if (eagerSweep) {
            sweeper.finish();
        }
    }

    private void commit(long marked, long runwayBytes) {
        markedBytes = marked;
        heap.resetLive(marked);
        limiterBasisBytes = marked;
        pacer.commit(marked, runwayBytes);
        scavenger.heapGoal(pacer.goalBytes(), true);
        cycles++;
    }

    /** Whether the last cycle's sweep is over. */
    public boolean swept() {
        return heap.sweepDone();
    }

    /** Everything still unswept is swept: the program waits for it, or the background sweeper had the time. */
    public void finishSweep() {
        if (!heap.sweepDone()) {
            sweeper.finish();
        }
    }

    /** A P whose cache dates from before the last mark termination gives it up. */
    public void flush(P p) {
        sweeper.flush(p);
    }

    public long cycles() {
        return cycles;
    }

    public long goalBytes() {
        return pacer.goalBytes();
    }

    /** Bytes that the last collection found alive. */
    public long markedBytes() {
        return markedBytes;
    }

    // ---- what the heap asks

    @Override
    public void deductSweepCredit(long spanBytes, int callerPages) {
        if (heap.sweepDone()) {
            return;
        }
        long target =
                (long) (sweepPagesPerByte * (spanBytes + heap.stats().heapLive() - sweepBasisBytes)) - callerPages;
        while (target > heap.pagesSwept()) {
            if (!sweeper.sweepOne()) {
                heap.finishSweep();
                return;
            }
        }
    }

    @Override
    public void reclaim(int npages) {
        int left = npages;
        while (left > 0) {
            int credit = Math.min(left, reclaimCreditPages);
            reclaimCreditPages -= credit;
            left -= credit;
            if (left == 0 || reclaimPage >= heap.pages().limitPage()) {
                return;
            }
            reclaimCreditPages += reclaimChunk(reclaimPage);
            reclaimPage += Units.PAGES_PER_CHUNK;
        }
    }

    /** Frees the spans that begin in a chunk and have nothing alive on them. Returns how many pages that were. */
    private int reclaimChunk(int fromPage) {
        int freed = 0;
        for (int page = fromPage; page < fromPage + Units.PAGES_PER_CHUNK; page++) {
            MSpan span = heap.spanOf(page);
            if (span != null && span.page() == page && heap.isUnswept(span) && span.deadCount() == span.allocCount()) {
                int npages = span.npages();
                heap.sweep(span, false);
                freed += npages;
            }
        }
        return freed;
    }

    @Override
    public void beforeUse(long grownBytes, long scavengedBytes) {
        long excess = limiter.limiting() ? 0 : limit.excess(scavengedBytes);
        if (excess > 0) {
            heap.pages().scavenge(excess, true, Scavenger.HUGE_PAGE_PAGES, heap::release);
        }
        scavenger.beforeUse(grownBytes, scavengedBytes);
    }
}
