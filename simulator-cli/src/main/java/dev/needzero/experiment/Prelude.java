package dev.needzero.experiment;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import dev.needzero.units.Units;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A trace's first events, read ahead: what the snapshot at its head does not tell about the state it was taken in, the
 * events right after it do. {@code go-runtime-model.md} §10.7.
 */
public final class Prelude {
    private static final int MAX_BATCHES = 32;
    private static final String RANDOM_BASE_SINCE = "1.26";

    private final TraceReader reader;
    private final boolean randomBase;
    private final ScavengerRuns scavengerRuns;
    private final ArrayDeque<EventBatch> ahead = new ArrayDeque<>();
    /** First page and P of the longer spans before the first of one page. */
    private final List<int[]> small = new ArrayList<>();

    private int lowestPage = Integer.MAX_VALUE;
    private int cachePage = -1;
    private int cacheProc = -1;

    private Prelude(TraceReader reader) {
        this.reader = reader;
        this.scavengerRuns = new ScavengerRuns(reader);
        this.randomBase = reader.info().placed() && reader.info().goVersion().compareTo(RANDOM_BASE_SINCE) >= 0;
    }

    /** Reads ahead, no further than there is something to be learnt. */
    public static Prelude of(TraceReader reader) throws IOException {
        Prelude p = new Prelude(reader);
        while (p.wantsMore()) {
            EventBatch batch = new EventBatch();
            if (!reader.next(batch)) {
                break;
            }
            p.ahead.add(batch);
            p.look(batch);
        }
        return p;
    }

    private boolean wantsMore() {
        return ahead.size() < MAX_BATCHES && reader.info().placed() && (randomBase || cachePage < 0);
    }

    private void look(EventBatch batch) {
        for (int i = 0; i < batch.size; i++) {
            byte kind = batch.kind[i];
            if (kind != Kind.SPAN && kind != Kind.SPAN_ALLOC) {
                continue;
            }
            int page = (int) (batch.a[i] >>> Units.PAGE_SHIFT);
            lowestPage = Math.min(lowestPage, page);
            if (kind == Kind.SPAN_ALLOC && cachePage < 0) {
                if (batch.b[i] == 1) {
                    cachePage = page;
                    cacheProc = batch.proc[i];
                    for (int[] earlier : small) {
                        if (earlier[0] >>> 6 == page >>> 6 && earlier[1] == cacheProc) {
                            cachePage = Math.min(cachePage, earlier[0]);
                        }
                    }
                } else if (batch.b[i] < 16) {
                    small.add(new int[] {page, batch.proc[i]});
                }
            }
        }
    }

    /** The next batch: those read ahead, then the rest of the trace into {@code reuse}; null at the end. */
    public EventBatch next(EventBatch reuse) throws IOException {
        EventBatch batch = ahead.poll();
        if (batch != null) {
            return batch;
        }
        return reader.next(reuse) ? reuse : null;
    }

    /**
     * Pages between the arena's first that can be used and the lowest that is: the padding of a heap base that was chosen at
     * random. 0 for versions that choose none.
     */
    int paddingPages(int firstPage) {
        return randomBase && lowestPage != Integer.MAX_VALUE ? Math.max(0, lowestPage - firstPage) : 0;
    }

    /** What the whole trace tells of the background scavenger, if anybody asks. */
    ScavengerRuns scavengerRuns() {
        return scavengerRuns;
    }

    /** The lowest page that the first page cache used is known to have held, or -1. */
    int cachePage() {
        return cachePage;
    }

    /** The P whose page cache that is, or -1. */
    int cacheProc() {
        return cacheProc;
    }
}
