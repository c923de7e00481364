package dev.needzero.experiment;

import dev.needzero.runtime.GoRuntime;
import it.unimi.dsi.fastutil.longs.LongArrayList;

/**
 * Samples of a replay over time, a few hundred however long it is: when they grow too many every second one is dropped and
 * sampling goes on half as often. All in bytes.
 */
public final class TimeLine {
    private static final long OFF_GOAL_BYTES = 1L << 62;
    private static final int MAX_SAMPLES = 1024;

    private final LongArrayList timeNanos = new LongArrayList();
    private final LongArrayList event = new LongArrayList();
    private final LongArrayList rss = new LongArrayList();
    private final LongArrayList mapped = new LongArrayList();
    private final LongArrayList goInUse = new LongArrayList();
    private final LongArrayList goal = new LongArrayList();
    private final LongArrayList cycles = new LongArrayList();
    private int every = 1;
    private int skipped;

    void sample(long nanos, long events, GoRuntime runtime, long goalBytes) {
        if (++skipped < every) {
            return;
        }
        skipped = 0;
        add(nanos, events, runtime, goalBytes);
        if (timeNanos.size() >= MAX_SAMPLES) {
            for (LongArrayList column : columns()) {
                for (int i = 0; i < column.size() / 2; i++) {
                    column.set(i, column.getLong(2 * i + 1));
                }
                column.size(column.size() / 2);
            }
            every *= 2;
        }
    }

    private LongArrayList[] columns() {
        return new LongArrayList[] {timeNanos, event, rss, mapped, goInUse, goal};
    }

    private void add(long nanos, long events, GoRuntime runtime, long goalBytes) {
        timeNanos.add(nanos);
        event.add(events);
        rss.add(runtime.os().rssBytes());
        mapped.add(runtime.os().mappedBytes());
        goInUse.add(runtime.heap().stats().inHeap() + runtime.heap().stats().inStacks());
        goal.add(goalBytes);
    }

    void finish(long nanos, long events, GoRuntime runtime, long goalBytes) {
        add(nanos, events, runtime, goalBytes);
    }

    void cycle(long nanos) {
        cycles.add(nanos);
    }

    public int size() {
        return timeNanos.size();
    }

    public long timeNanos(int i) {
        return timeNanos.getLong(i);
    }

    public long event(int i) {
        return event.getLong(i);
    }

    public long rssBytes(int i) {
        return rss.getLong(i);
    }

    public long mappedBytes(int i) {
        return mapped.getLong(i);
    }

    /** What Go itself counts as in use: heap spans and stacks. */
    public long goInUseBytes(int i) {
        return goInUse.getLong(i);
    }

    /** The collector's goal; -1 before the trace told it, and with collection off, when Go's own is near 2^63. */
    public long goalBytes(int i) {
        long bytes = goal.getLong(i);
        return bytes >= OFF_GOAL_BYTES ? -1 : bytes;
    }

    /** Times of mark terminations. */
    public long[] cyclesNanos() {
        return cycles.toLongArray();
    }
}
