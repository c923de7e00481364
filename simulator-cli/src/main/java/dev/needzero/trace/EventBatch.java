package dev.needzero.trace;

/**
 * A few thousand decoded events, as columns: one array a field, no object an event.
 *
 * <p>{@code kind[i]} is one of {@link Kind}'s constants and says what {@code a}, {@code b} and {@code c} hold.
 * A batch belongs to the caller and is overwritten by the next call of {@link TraceReader#next}.
 */
public final class EventBatch {
    public static final int CAPACITY = 8192;

    /** Events held; the columns are meaningful in {@code [0, size)}. */
    public int size;

    public byte[] kind = new byte[CAPACITY];
    /** The P (Go) or thread (malloc traces) that ran, numbered densely from 0. */
    public short[] proc = new short[CAPACITY];

    public long[] a = new long[CAPACITY];
    public long[] b = new long[CAPACITY];
    public int[] c = new int[CAPACITY];
    /** Nanoseconds since the trace's first event; 0 throughout in formats without a clock. */
    public long[] timeNanos = new long[CAPACITY];

    public boolean isFull() {
        return size == CAPACITY;
    }

    public void add(byte eventKind, int eventProc, long nanos, long valueA, long valueB, int valueC) {
        int i = size++;
        kind[i] = eventKind;
        proc[i] = (short) eventProc;
        timeNanos[i] = nanos;
        a[i] = valueA;
        b[i] = valueB;
        c[i] = valueC;
    }

    /** Becomes what another is, which is not to be used any more: its columns are this batch's now. */
    void takeOver(EventBatch other) {
        size = other.size;
        kind = other.kind;
        proc = other.proc;
        a = other.a;
        b = other.b;
        c = other.c;
        timeNanos = other.timeNanos;
    }
}
