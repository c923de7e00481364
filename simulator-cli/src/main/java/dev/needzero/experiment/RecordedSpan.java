package dev.needzero.experiment;

import dev.needzero.heap.MSpan;
import dev.needzero.units.Units;

/**
 * A span of the recording and where the twin keeps what lies on it. As long as twin and recording agree, that is one twin
 * span with the same slots; objects that went elsewhere are listed slot by slot.
 */
final class RecordedSpan {
    final long base;
    final int npages;
    /** The recording's span class; -1 for manual spans. */
    final int spanClass;

    final int elemBytes;
    final int nelems;
    /** Divides an offset below 2^20 by elemBytes: {@code offset * magic >>> 32}. */
    private final long magic;

    MSpan twin;
    private MSpan[] spanOf;
    private int[] slotOf;
    /** Slots that hold an object, 1 = taken; kept for tiny blocks only, which several objects share. */
    final long[] takenBits;
    /** The twin took the span's first slot when it made the span; the object's own event follows. */
    MSpan firstTaken;

    int firstSlot;
    /** Which of the trace's objects each slot holds, counted from 1; null where nobody asks. */
    int[] ordinalOf;
    /** Existed before the trace, with free slots, and no P was seen to use it yet. */
    boolean idle;
    /** Slots taken before the trace of a span that a P is thought to have cached since then; -1 where that is known or not so. */
    int allocCountBefore = -1;

    RecordedSpan(long base, int npages, int spanClass, int elemBytes, int nelems, boolean tiny) {
        this.base = base;
        this.npages = npages;
        this.spanClass = spanClass;
        this.elemBytes = elemBytes;
        this.nelems = nelems;
        this.magic = elemBytes == 0 ? 0 : (1L << 32) / elemBytes + 1;
        this.takenBits = tiny ? new long[nelems + 63 >>> 6] : null;
    }

    /** Bytes of a slot; of the whole span when it holds one large object. */
    long slotBytes() {
        return nelems == 1 ? (long) npages << Units.PAGE_SHIFT : elemBytes;
    }

    // ---- slots handed out before the trace told of their objects

    /** 1 = the slot is taken in the twin, and the event of its object is still to come. */
    private long[] pendingBits;

    private int pending;

    /** The slot was handed out; its object's event comes later. */
    void pend(int slot) {
        if (pendingBits == null) {
            pendingBits = new long[nelems + 63 >>> 6];
        }
        pendingBits[slot >>> 6] |= 1L << slot;
        pending++;
    }

    /** The slot's event came; false if none was due. */
    boolean settle(int slot) {
        if (pending == 0 || (pendingBits[slot >>> 6] >>> slot & 1) == 0) {
            return false;
        }
        pendingBits[slot >>> 6] &= ~(1L << slot);
        pending--;
        return true;
    }

    int pending() {
        return pending;
    }

    /** The lowest slot whose event is still to come, or -1. */
    int firstPending() {
        for (int w = 0; pending > 0; w++) {
            if (pendingBits[w] != 0) {
                return (w << 6) + Long.numberOfTrailingZeros(pendingBits[w]);
            }
        }
        return -1;
    }

    /** The slot that an address of the span lies in. */
    int slotAt(long address) {
        return nelems == 1 ? 0 : (int) ((address - base) * magic >>> 32);
    }

    /** Notes where the twin put the object of a slot. */
    void bind(int slot, MSpan span, int twinSlot) {
        if (twin == null) {
            twin = span;
        }
        if (span == twin && twinSlot == slot) {
            if (spanOf != null) {
                spanOf[slot] = null;
            }
            return;
        }
        if (spanOf == null) {
            spanOf = new MSpan[nelems];
            slotOf = new int[nelems];
        }
        spanOf[slot] = span;
        slotOf[slot] = twinSlot;
    }

    /** The twin's span that holds all objects, slot by slot; null if there is no such span. */
    MSpan liesOn() {
        return spanOf == null ? twin : null;
    }

    /** The twin's span that holds a slot's object. */
    MSpan spanOf(int slot) {
        return spanOf == null || spanOf[slot] == null ? twin : spanOf[slot];
    }

    int slotOf(int slot) {
        return spanOf == null || spanOf[slot] == null ? slot : slotOf[slot];
    }
}
