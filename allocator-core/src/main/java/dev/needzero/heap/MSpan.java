package dev.needzero.heap;

import dev.needzero.units.Units;
import java.util.Arrays;

/**
 * A run of whole pages, cut into slots of one size (or holding one large object, a stack pool, a GC work buffer).
 *
 * <p>{@code allocBits}: 1 means the slot held an object when the span was last swept. {@code freeIndex} counts slots;
 * every slot below it is taken, whatever its bit says, and none below it is handed out again before the next sweep. So
 * allocation walks up through the holes:
 *
 * <pre>
 *   slot        0 1 2 3 4 5 6 7
 *   allocBits   1 0 1 0 0 1 0 0
 *   freeIndex         ^            slot 1 was handed out, slot 3 is next, then 4, 6, 7
 * </pre>
 *
 * <p>{@code sweepgen} against the heap's, sg: sg−2 unswept; sg swept and usable; sg+1 cached by a P since before this
 * cycle, unswept; sg+3 swept, then cached.
 *
 * <p>Go: {@code runtime/mheap.go}, {@code mspan}; slot search {@code runtime/mbitmap.go}, {@code nextFreeIndex}. Marks are
 * kept as their complement, the dead slots, for a recording tells of the dead.
 */
public final class MSpan {
    /** What the pages are used for. */
    public enum State {
        DEAD,
        /** Objects of the heap. */
        IN_USE,
        /** Goroutine stacks. */
        STACK,
        /** The collector's work buffers. */
        WORK_BUFFER
    }

    // Hot: read or written by every allocation.
    long freeMask; // free slots among those of word freeWord, from freeIndex up
    int freeWord;
    int freeIndex;
    int allocCount;
    final int nelems;
    final int elemBytes;
    private final long baseBytes;
    boolean needzero;

    // Cold.
    final int page;
    final int npages;
    final int spanClass;
    int sweepgen;
    int allocCountBeforeCache;
    State state;
    /** The span set that lists this span: null, or one of mcentral's. An entry in any other set is stale. */
    SpanSet listedIn;

    /** A P is known to be sweeping it: to all others it is swept. */
    boolean claimed;

    long[] allocBits; // null: no slot was taken at the last sweep
    long[] deadBits; // null: nothing known to be dead
    private int deadCount;

    MSpan(int page, int npages, int spanClass, int nelems, int elemBytes, boolean needzero, State state) {
        this.page = page;
        this.npages = npages;
        this.spanClass = spanClass;
        this.nelems = nelems;
        this.elemBytes = elemBytes;
        this.needzero = needzero;
        this.state = state;
        this.baseBytes = (long) page << Units.PAGE_SHIFT;
        loadFreeMask(0);
    }

    /** First page of the span. */
    public int page() {
        return page;
    }

    public int npages() {
        return npages;
    }

    /** Offset of the first byte from the heap's base. */
    public long base() {
        return baseBytes;
    }

    public long sizeBytes() {
        return (long) npages << Units.PAGE_SHIFT;
    }

    /** Says whether a P is known to be sweeping the span. */
    public void setClaimed(boolean claimed) {
        this.claimed = claimed;
    }

    /** {@link SpanClass#MANUAL} when the span holds no objects. */
    public int spanClass() {
        return spanClass;
    }

    /** Slots of the span. */
    public int nelems() {
        return nelems;
    }

    /** Bytes of one slot; of the whole span when it holds one large object. */
    public int elemBytes() {
        return elemBytes;
    }

    /** Size of one slot in bytes, right for large objects beyond 2 GiB as well. */
    public long slotBytes() {
        return isLarge() ? sizeBytes() : elemBytes;
    }

    public int allocCount() {
        return allocCount;
    }

    public int sweepgen() {
        return sweepgen;
    }

    public boolean needzero() {
        return needzero;
    }

    public State state() {
        return state;
    }

    public boolean isLarge() {
        return SpanClass.sizeClass(spanClass) == 0;
    }

    public boolean noscan() {
        return SpanClass.noscan(spanClass);
    }

    /** Offset of a slot's first byte from the heap's base. */
    public long slotAddress(int slot) {
        return baseBytes + (long) slot * elemBytes;
    }

    /** Whether a slot is taken: handed out since the last sweep, or alive at it. */
    public boolean isAllocated(int slot) {
        return slot < freeIndex || bit(allocBits, slot);
    }

    /**
     * Hands out the lowest free slot at or above freeIndex.
     *
     * @return the slot, or -1 when the span is full
     */
    public int nextFree() {
        long mask = freeMask;
        while (mask == 0) {
            int word = freeWord + 1;
            if (word << 6 >= nelems) {
                freeIndex = nelems;
                return -1;
            }
            loadFreeMask(word);
            mask = freeMask;
        }
        int slot = freeIndex;
        // Most often the slot after the last one; else the lowest bit tells.
        if (freeWord != slot >>> 6 || (mask >>> slot & 1) == 0) {
            slot = (freeWord << 6) + Long.numberOfTrailingZeros(mask);
        }
        if (slot >= nelems) {
            freeIndex = nelems;
            return -1;
        }
        freeMask = mask & mask - 1;
        freeIndex = slot + 1;
        allocCount++;
        return slot;
    }

    /**
     * Hands out a slot if it is the one that {@link #nextFree} would.
     *
     * @param slot below {@link #nelems}
     * @return false when it is not; nothing is taken then
     */
    public boolean takeNext(int slot) {
        long mask = freeMask;
        if (freeWord != slot >>> 6 || mask == 0) {
            return peekFree() == slot && nextFree() == slot;
        }
        if ((mask & -mask) != 1L << slot) {
            return false;
        }
        freeMask = mask & mask - 1;
        freeIndex = slot + 1;
        allocCount++;
        return true;
    }

    /** The slot that {@link #nextFree} would hand out, or -1; nothing is taken. */
    public int peekFree() {
        for (int word = freeWord; word << 6 < nelems; word++) {
            long mask = word == freeWord ? freeMask : allocBits == null ? -1L : ~allocBits[word];
            if (mask != 0) {
                int slot = (word << 6) + Long.numberOfTrailingZeros(mask);
                return slot < nelems ? slot : -1;
            }
        }
        return -1;
    }

    /** Whether no slot at or above freeIndex is free. */
    public boolean isFull() {
        int slot = nextFree();
        if (slot < 0) {
            return true;
        }
        // Put back: the mask lost this one bit only.
        allocCount--;
        freeIndex = slot;
        freeMask |= 1L << slot;
        return false;
    }

    private void loadFreeMask(int word) {
        freeWord = word;
        freeMask = allocBits == null ? -1L : ~allocBits[word];
    }

    /** Puts an object into a given slot: of a span that existed before the trace, or where a recording put it. */
    public void place(int slot) {
        if (allocBits == null) {
            allocBits = new long[words()];
        }
        if (bit(allocBits, slot) || slot < freeIndex) {
            throw new IllegalStateException("slot " + slot + " of the span at page " + page + " is taken");
        }
        allocBits[slot >>> 6] |= 1L << slot;
        allocCount++;
        if (freeWord == slot >>> 6) {
            freeMask &= ~(1L << slot);
        }
    }

    /** Empties a slot where a recording freed its object; false when it holds none. */
    boolean vacate(int slot) {
        if (!bit(allocBits, slot)) {
            return false;
        }
        if (nelems == 1) {
            allocBits = null; // may be the array that all full spans of one slot share
        } else {
            allocBits[slot >>> 6] &= ~(1L << slot);
        }
        if (freeWord == slot >>> 6 && slot >= freeIndex) {
            freeMask |= 1L << slot;
        }
        allocCount--;
        return true;
    }

    /**
     * Notes that the object in a slot was not marked: the next sweep frees it.
     *
     * @return false when the slot holds no object, or one already known to be dead, or is none of the span's
     */
    public boolean markDead(int slot) {
        if (slot < 0 || slot >= nelems || !isAllocated(slot) || bit(deadBits, slot)) {
            return false;
        }
        if (deadBits == null) {
            deadBits = new long[words()];
        }
        deadBits[slot >>> 6] |= 1L << slot;
        deadCount++;
        return true;
    }

    /**
     * {@link #markDead(int)} for up to 64 slots at once.
     *
     * @param word slots from 64 × word on
     * @param deadInWord 1 = not marked; bit 0 is the first of those slots
     * @return those of them that hold an object not known to be dead before
     */
    public long markDead(int word, long deadInWord) {
        int first = word << 6;
        if (first >= nelems) {
            return 0;
        }
        long taken = allocBits == null ? 0 : allocBits[word];
        if (freeIndex - first >= 64) {
            taken = -1L;
        } else if (freeIndex > first) {
            taken |= (1L << freeIndex) - 1;
        }
        if (deadBits == null) {
            deadBits = new long[words()];
        }
        long newlyDead = deadInWord & taken & ~deadBits[word];
        deadBits[word] |= newlyDead;
        deadCount += Long.bitCount(newlyDead);
        return newlyDead;
    }

    /** Takes {@link #markDead(int)} back. */
    public void markAlive(int slot) {
        if (bit(deadBits, slot)) {
            deadBits[slot >>> 6] &= ~(1L << slot);
            deadCount--;
        }
    }

    /** Slots known to be dead that the next sweep frees. */
    public int deadCount() {
        return deadCount;
    }

    /** Whether the object in a slot is known to be dead and not yet swept. */
    public boolean isDead(int slot) {
        return bit(deadBits, slot);
    }

    /** Frees the dead slots and starts allocation over from slot 0. Returns how many were freed. */
    int sweepSlots() {
        int freed = deadCount;
        if (nelems > 1) {
            long[] bits = allocBits == null ? new long[words()] : allocBits;
            // Every slot below freeIndex was taken.
            int full = freeIndex >>> 6;
            Arrays.fill(bits, 0, full, -1L);
            if ((freeIndex & 63) != 0) {
                bits[full] |= (1L << freeIndex) - 1;
            }
            if (deadCount > 0) {
                for (int w = 0; w < bits.length; w++) {
                    bits[w] &= ~deadBits[w];
                }
            }
            allocBits = bits;
        } else if (freed == 0 && allocCount == 1) {
            allocBits = TAKEN;
        } else {
            allocBits = null;
        }
        deadBits = null;
        deadCount = 0;
        allocCount -= freed;
        freeIndex = 0;
        loadFreeMask(0);
        return freed;
    }

    private static final long[] TAKEN = {1L};

    private int words() {
        return nelems + 63 >>> 6;
    }

    private static boolean bit(long[] bits, int slot) {
        return bits != null && (bits[slot >>> 6] >>> slot & 1) != 0;
    }

    @Override
    public String toString() {
        return "span at page " + page + " (" + npages + " pages, class " + spanClass + ", " + allocCount + "/" + nelems
                + ", " + state + ", sweepgen " + sweepgen + ")";
    }
}
