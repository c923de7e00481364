package dev.needzero.experiment;

import dev.needzero.heap.HeapLayout;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.trace.Kind;
import dev.needzero.units.Units;

/** What a Go trace's replay knows of stacks and work buffers: when their spans come and go, and what is written there. */
final class Stacks {
    /** Pages of a span that work buffers are cut from, and of one that holds a pool of small stacks. */
    static final int WORK_BUFFER_PAGES = 4;

    private static final int STACK_TOP_BYTES = 2048;
    private static final int GSIGNAL_BYTES = 32 << 10;

    private final MHeap heap;
    private final AddressSpace os;
    private final RecordedSpans spans;
    private RecordedSpan open;
    private long lastStack;
    private long lastStackBytes;

    Stacks(MHeap heap, AddressSpace os, RecordedSpans spans) {
        this.heap = heap;
        this.os = os;
        this.spans = spans;
    }

    /** A manual span was made; what for, the next event tells. */
    void spanMade(RecordedSpan r) {
        open = r;
    }

    /**
     * The event after a manual span's allocation tells what it is for: a stack cut from it, or else, while the collector
     * marks, a work buffer. Both are written as they are carved.
     */
    void settle(byte kind, long a, long b, boolean marking) {
        if (open == null) {
            return;
        }
        RecordedSpan r = open;
        open = null;
        MSpan t = r.twin;
        if (kind == Kind.STACK_ALLOC && spans.at(a) == r) {
            if (b < Units.PAGE_BYTES * (long) WORK_BUFFER_PAGES) {
                // A pool span: one word of each slot links the free ones.
                for (long at = t.base(); at < t.base() + t.sizeBytes(); at += b) {
                    os.write(at, HeapLayout.WORD_BYTES, Cause.RUNTIME);
                }
            }
            return;
        }
        if (marking && r.npages == WORK_BUFFER_PAGES) {
            heap.reclassify(t, MSpan.State.WORK_BUFFER);
        }
        os.write(t.base(), t.sizeBytes(), Cause.RUNTIME);
    }

    /** A stack is used from its top, a little of it at first; a signal stack, 32 KiB, not at all. */
    void alloc(long address, long bytes) {
        lastStack = address;
        lastStackBytes = bytes;
        write(
                address + bytes - Math.min(bytes, STACK_TOP_BYTES),
                bytes < GSIGNAL_BYTES ? STACK_TOP_BYTES : 0,
                Cause.RUNTIME);
    }

    /**
     * When the stack freed right after another's allocation held a goroutine that outgrew it, its whole content was
     * copied, and the frame that did not fit lies below.
     */
    void free(long address) {
        if (lastStackBytes > 0 && spans.at(address) != null) {
            long copied = lastStackBytes / 2 + Units.OS_PAGE_BYTES;
            write(lastStack + lastStackBytes - Math.min(copied, lastStackBytes), copied, Cause.RUNTIME);
        }
        lastStackBytes = 0;
        write(address, HeapLayout.WORD_BYTES, Cause.RUNTIME);
    }

    /** Writes, in the twin, what lies at a recorded address. */
    void write(long address, long bytes, int cause) {
        RecordedSpan r = spans.at(address);
        if (r == null || bytes <= 0) {
            return;
        }
        long at;
        long limit;
        if (r.spanClass < 0 || r.nelems == 1) {
            if (r.twin == null || r.twin.state() == MSpan.State.DEAD) {
                return;
            }
            at = r.twin.base() + address - r.base;
            limit = r.twin.base() + r.twin.sizeBytes();
        } else {
            int slot = r.slotAt(address);
            MSpan t = r.spanOf(slot);
            if (t == null || t.state() == MSpan.State.DEAD) {
                return;
            }
            at = t.slotAddress(r.slotOf(slot)) + address - r.base - (long) slot * r.elemBytes;
            limit = t.slotAddress(r.slotOf(slot)) + t.elemBytes();
        }
        if (at < limit) {
            os.write(at, Math.min(bytes, limit - at), cause);
        }
    }
}
