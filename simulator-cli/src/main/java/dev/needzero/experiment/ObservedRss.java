package dev.needzero.experiment;

import it.unimi.dsi.fastutil.longs.LongArrayList;

/**
 * Resident memory of the recorded process as its recorder saw it, the program's code and libraries included. However long the
 * trace, a few hundred samples are kept: of two that lie side by side the higher one.
 */
public final class ObservedRss {
    private static final int MAX_SAMPLES = 1024;

    private final LongArrayList timeNanos = new LongArrayList();
    private final LongArrayList event = new LongArrayList();
    private final LongArrayList bytes = new LongArrayList();
    private int every = 1;
    private int pending;
    private long pendingBytes = -1;

    void add(long nanos, long events, long observedBytes) {
        pendingBytes = Math.max(pendingBytes, observedBytes);
        if (++pending < every) {
            return;
        }
        timeNanos.add(nanos);
        event.add(events);
        bytes.add(pendingBytes);
        pending = 0;
        pendingBytes = -1;
        if (bytes.size() >= MAX_SAMPLES) {
            halve();
        }
    }

    private void halve() {
        int half = bytes.size() / 2;
        for (int i = 0; i < half; i++) {
            timeNanos.set(i, timeNanos.getLong(2 * i + 1));
            event.set(i, event.getLong(2 * i + 1));
            bytes.set(i, Math.max(bytes.getLong(2 * i), bytes.getLong(2 * i + 1)));
        }
        timeNanos.size(half);
        event.size(half);
        bytes.size(half);
        every *= 2;
    }

    public int size() {
        return bytes.size();
    }

    public long timeNanos(int i) {
        return timeNanos.getLong(i);
    }

    public long event(int i) {
        return event.getLong(i);
    }

    public long bytes(int i) {
        return bytes.getLong(i);
    }

    /** The most that was observed; 0 when nothing was. */
    public long peakBytes() {
        long peak = Math.max(0, pendingBytes);
        for (int i = 0; i < bytes.size(); i++) {
            peak = Math.max(peak, bytes.getLong(i));
        }
        return peak;
    }
}
