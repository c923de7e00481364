package dev.needzero.heap;

import dev.needzero.units.Units;

/**
 * The shape of the heap that a Go version (or a made-up one) lays down: what lies inside a span beside its slots, how far
 * an object may be small, how pages are cached and grown.
 *
 * @param sizeClasses slot sizes and span lengths
 * @param mallocHeaders pointer bitmaps and headers live in the spans (1.22 on), not in the arena's own bitmap (1.21)
 * @param inlineMarkBits spans of 16 to 512 B slots end with 128 B of mark bits (Green Tea, 1.26 on)
 * @param headerLimitBytes objects with pointers up to this size have their bitmap at the span's end, larger ones an
 *     8-byte header before them
 * @param smallLimitBytes the largest request that is not a large object
 * @param tinyBlockBytes size of the block that tiny objects share; 0 turns the tiny allocator off
 * @param pageCachePages pages a P takes at a time for small requests; 0 turns the page cache off
 * @param growthPages the heap grows by multiples of this many pages
 * @param zeroTracking how it is known that pages are still zero from the system
 * @param scavengedIsZero a span all of whose pages were given back to the system is known to be zero (1.26 on)
 * @param baseChunk 4 MiB chunks skipped at the first arena's start (random from 1.26 on), 0 to 15
 * @param basePaddingPages pages never used at the heap's start (random from 1.26 on), 0 to 511
 */
public record HeapLayout(
        SizeClasses sizeClasses,
        boolean mallocHeaders,
        boolean inlineMarkBits,
        int headerLimitBytes,
        int smallLimitBytes,
        int tinyBlockBytes,
        int pageCachePages,
        int growthPages,
        ZeroTracking zeroTracking,
        boolean scavengedIsZero,
        int baseChunk,
        int basePaddingPages) {

    /** Size of a header, of an alignment unit and of a word. */
    public static final int WORD_BYTES = 8;
    /** Size of the in-span pointer bitmap (one bit a word of an 8 KiB span), and of the inline mark area. */
    public static final int BITMAP_BYTES = Units.PAGE_BYTES / WORD_BYTES / 8;

    private static final int MIN_INLINE_MARK_BYTES = 16;

    /** How a heap knows which pages nobody wrote since the system handed them over. */
    public enum ZeroTracking {
        /** One high-water mark an arena: everything below it may be dirty. What every Go does. */
        HIGH_WATER,
        /** One bit a page: dirty only once it has been part of a span. Nobody ships this. */
        PER_PAGE,
        /** No knowledge: every span is cleared. */
        NONE
    }

    /** Where tiny blocks are cut from: slots without pointers that hold one. */
    public int tinySpanClass() {
        return SpanClass.of(sizeClasses.classFor(Math.max(tinyBlockBytes, 1)), true);
    }

    /** Whether objects of this span class keep their pointer bitmap in the span's last bytes. */
    public boolean hasInSpanBitmap(int spanClass) {
        int size = sizeClasses.bytes(SpanClass.sizeClass(spanClass));
        return mallocHeaders && !SpanClass.noscan(spanClass) && size > 0 && size <= headerLimitBytes;
    }

    /** Whether objects of this span class are preceded by an 8-byte header inside their slot. */
    public boolean hasHeader(int spanClass) {
        int size = sizeClasses.bytes(SpanClass.sizeClass(spanClass));
        return mallocHeaders && !SpanClass.noscan(spanClass) && size > headerLimitBytes;
    }

    /** Whether spans of this class end with inline mark bits. */
    public boolean hasInlineMarks(int spanClass) {
        int size = sizeClasses.bytes(SpanClass.sizeClass(spanClass));
        return inlineMarkBits && size >= MIN_INLINE_MARK_BYTES && size <= 512;
    }

    /** Slots of a span of this (small) class: what is left of the span after its bitmaps, which lie at its end. */
    public int nelems(int spanClass) {
        int sizeClass = SpanClass.sizeClass(spanClass);
        int spanBytes = sizeClasses.pages(sizeClass) * Units.PAGE_BYTES;
        int reserved = 0;
        if (hasInSpanBitmap(spanClass)) {
            reserved += spanBytes / WORD_BYTES / 8;
        }
        if (hasInlineMarks(spanClass)) {
            reserved += BITMAP_BYTES;
        }
        return (spanBytes - reserved) / sizeClasses.bytes(sizeClass);
    }

    /** The span class of a small request, header included. */
    public int spanClassFor(int size, boolean noscan) {
        int slot = !noscan && mallocHeaders && size > headerLimitBytes ? size + WORD_BYTES : size;
        return SpanClass.of(sizeClasses.classFor(slot), noscan);
    }

    /**
     * The capacity that append and its kin round a request up to.
     *
     * <p>Go: {@code runtime/msize.go}, {@code roundupsize}.
     */
    public long roundUpSize(long size, boolean noscan) {
        if (size <= smallLimitBytes) {
            int header = !noscan && mallocHeaders && size > headerLimitBytes ? WORD_BYTES : 0;
            return sizeClasses.bytes(sizeClasses.classFor((int) size + header)) - header;
        }
        return Units.alignUp(size, Units.PAGE_BYTES);
    }
}
