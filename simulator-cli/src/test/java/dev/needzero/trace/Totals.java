package dev.needzero.trace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a trace amounts to, and a check that its ids are dense and used as {@link Kind} says. */
public final class Totals {
    public long events;
    public long allocations;
    public long frees;
    public long allocatedBytes;
    public long liveBytes;
    public long peakLiveBytes;
    public long writtenBytes;
    public long rssSamples;
    public long peakRssBytes;
    public long lastNanos;
    public int threads;
    private long liveObjects;
    private long peakLiveObjects;
    private final List<Long> sizes = new ArrayList<>();

    /** Reads the whole trace and closes it. */
    public static Totals of(TraceReader trace) throws IOException {
        Totals totals = new Totals();
        EventBatch batch = new EventBatch();
        try (trace) {
            while (trace.next(batch)) {
                for (int i = 0; i < batch.size; i++) {
                    totals.add(batch, i, trace.types().size());
                }
            }
        }
        return totals;
    }

    private void add(EventBatch batch, int i, int types) {
        events++;
        threads = Math.max(threads, batch.proc[i] + 1);
        lastNanos = Math.max(lastNanos, batch.timeNanos[i]);
        int id = Math.toIntExact(batch.a[i] & (batch.kind[i] == Kind.RSS_SAMPLE ? 0 : -1));
        switch (batch.kind[i]) {
            case Kind.ALLOC -> {
                require(batch.c[i] >= 0 && batch.c[i] < types, "type");
                while (id >= sizes.size()) {
                    sizes.add(null);
                }
                require(sizes.get(id) == null, "id " + id + " is still in use");
                sizes.set(id, batch.b[i]);
                allocations++;
                allocatedBytes += batch.b[i];
                liveBytes += batch.b[i];
                peakLiveBytes = Math.max(peakLiveBytes, liveBytes);
                peakLiveObjects = Math.max(peakLiveObjects, ++liveObjects);
                require(id < peakLiveObjects, "id " + id + " beyond the most that ever lived");
            }
            case Kind.FREE -> {
                liveBytes -= sizes.set(id, null);
                liveObjects--;
                frees++;
            }
            case Kind.WRITE -> {
                require(batch.b[i] <= sizes.get(id), "write beyond the object");
                writtenBytes += batch.b[i];
            }
            case Kind.RSS_SAMPLE -> {
                rssSamples++;
                peakRssBytes = Math.max(peakRssBytes, batch.a[i]);
            }
            default -> {}
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
