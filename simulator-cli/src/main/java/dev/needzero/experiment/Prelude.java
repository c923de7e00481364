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

    private final TraceReader reader;
    private final ArrayDeque<EventBatch> ahead = new ArrayDeque<>();
    private int lowestPage = Integer.MAX_VALUE;
    private int cachePage = -1;
    private int cacheProc = -1;

    private Prelude(TraceReader reader) {
        this.reader = reader;
    }

    /** Reads ahead. */
    public static Prelude of(TraceReader reader) throws IOException {
        Prelude p = new Prelude(reader);
        while (p.ahead.size() < MAX_BATCHES) {
            EventBatch batch = new EventBatch();
            if (!reader.next(batch)) {
                break;
            }
            p.ahead.add(batch);
        }
        if (reader.info().placed()) {
            p.look();
        }
        return p;
    }

    private void look() {
        List<int[]> small = new ArrayList<>();
        for (EventBatch batch : ahead) {
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
    }

    /** The next batch: those read ahead, then the rest of the trace into {@code reuse}; null at the end. */
    public EventBatch next(EventBatch reuse) throws IOException {
        EventBatch batch = ahead.poll();
        if (batch != null) {
            return batch;
        }
        return reader.next(reuse) ? reuse : null;
    }

    /** The lowest page that any span was seen on: pages below it are the random base's padding. */
    int lowestPage() {
        return lowestPage == Integer.MAX_VALUE ? 0 : lowestPage;
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
