package dev.needzero.heap;

import java.util.Arrays;
import java.util.function.Consumer;

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

    /** Puts a span before all others. */
    void pushFirst(MSpan span) {
        makeRoom();
        span.listedIn = this;
        head = head - 1 & ring.length - 1;
        ring[head] = span;
        size++;
    }

    private void makeRoom() {
        if (size == ring.length) {
            MSpan[] wider = Arrays.copyOf(ring, size * 2);
            System.arraycopy(ring, 0, wider, size, head);
            ring = wider;
        }
    }

    void push(MSpan span) {
        makeRoom();
        span.listedIn = this;
        ring[head + size & ring.length - 1] = span;
        size++;
    }

    /** Takes a span out, wherever it stands. */
    void remove(MSpan span) {
        span.listedIn = null;
        for (int i = 0; i < size; i++) {
            if (ring[head + i & ring.length - 1] == span) {
                for (int k = i; k > 0; k--) {
                    ring[head + k & ring.length - 1] = ring[head + k - 1 & ring.length - 1];
                }
                ring[head] = null;
                head = head + 1 & ring.length - 1;
                size--;
                return;
            }
        }
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

    /** Hands every span that is listed here to a visitor, oldest first. */
    void forEach(Consumer<MSpan> visitor) {
        for (int i = 0; i < size; i++) {
            MSpan span = ring[head + i & ring.length - 1];
            if (span.listedIn == this) {
                visitor.accept(span);
            }
        }
    }

    /** Whether a span is among the first so many of those that await sweeping. */
    boolean isWithin(MHeap heap, MSpan sought, long most) {
        int before = 0;
        for (int i = 0; i < size && before < most; i++) {
            MSpan span = ring[head + i & ring.length - 1];
            if (span == sought) {
                return true;
            }
            before += isAwaiting(heap, span) ? 1 : 0;
        }
        return false;
    }

    /** How many spans await sweeping, counted up to {@code most}. */
    int unswept(MHeap heap, long most) {
        int n = 0;
        for (int i = 0; i < size && n < most; i++) {
            n += isAwaiting(heap, ring[head + i & ring.length - 1]) ? 1 : 0;
        }
        return n;
    }

    /** How many spans are listed, stale entries left out. */
    int listed() {
        int n = 0;
        for (int i = 0; i < size; i++) {
            n += ring[head + i & ring.length - 1].listedIn == this ? 1 : 0;
        }
        return n;
    }

    /** The oldest span that awaits sweeping and is no longer than this, left in place; null when there is none. */
    MSpan oldestUnswept(MHeap heap, long npages) {
        for (int i = 0; i < size; i++) {
            MSpan span = ring[head + i & ring.length - 1];
            if (span.npages <= npages && isAwaiting(heap, span)) {
                return span;
            }
        }
        return null;
    }

    private boolean isAwaiting(MHeap heap, MSpan span) {
        return span.listedIn == this && heap.isAwaiting(span);
    }
}
