package dev.needzero.heap;

import java.util.Arrays;

/**
 * A queue of spans: pushed at the tail, popped from the head, oldest first.
 *
 * <p>A span that was freed or moved elsewhere stays in the ring as a stale entry and is passed over when its turn comes;
 * {@link MSpan#listedIn} tells. Go: {@code runtime/mspanset.go}, {@code spanSet}, whose blocks and spine are memory
 * management of its own and are left out.
 */
final class SpanSet {
    private MSpan[] ring = new MSpan[8];
    private int head;
    private int size;

    void push(MSpan span) {
        if (size == ring.length) {
            MSpan[] wider = Arrays.copyOf(ring, size * 2);
            System.arraycopy(ring, 0, wider, size, head);
            ring = wider;
        }
        span.listedIn = this;
        ring[head + size & ring.length - 1] = span;
        size++;
    }

    /** The oldest span, taken out, or null. */
    MSpan pop() {
        while (size > 0) {
            MSpan span = ring[head];
            ring[head] = null;
            head = head + 1 & ring.length - 1;
            size--;
            if (span.listedIn == this) {
                span.listedIn = null;
                return span;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The spans from oldest to newest, stale entries left out: for a view of the queue. */
    MSpan[] toArray() {
        MSpan[] spans = new MSpan[size];
        int n = 0;
        for (int i = 0; i < size; i++) {
            MSpan span = ring[head + i & ring.length - 1];
            if (span.listedIn == this) {
                spans[n++] = span;
            }
        }
        return Arrays.copyOf(spans, n);
    }
}
