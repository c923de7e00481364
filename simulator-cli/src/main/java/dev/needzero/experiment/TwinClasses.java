package dev.needzero.experiment;

import dev.needzero.heap.HeapLayout;
import dev.needzero.heap.SpanClass;
import dev.needzero.trace.TypeTable;
import java.util.Arrays;

/**
 * The size classes and layout of the recorded version beside the twin's: what they have in common, and which span class the
 * twin gives an object that the recording shows in one of its own.
 */
final class TwinClasses {
    private final HeapLayout recorded;
    private final HeapLayout twin;
    private final TypeTable types;
    private final int[] headerBytes = new int[SpanClass.COUNT];
    /** The last answer of {@link #of} for each type: {@code [recorded span class + 1][the twin's]}, 32 bits each. */
    private long[] lastTranslated = new long[64];

    TwinClasses(HeapLayout recorded, HeapLayout twin, TypeTable types) {
        this.recorded = recorded;
        this.twin = twin;
        this.types = types;
        for (int c = 2; c < SpanClass.COUNT; c++) {
            headerBytes[c] = recorded.hasHeader(c) ? HeapLayout.WORD_BYTES : 0;
        }
    }

    /** Whether every object has the same span class in both. */
    boolean same() {
        return recorded.sizeClasses() == twin.sizeClasses()
                && recorded.mallocHeaders() == twin.mallocHeaders()
                && recorded.headerLimitBytes() == twin.headerLimitBytes()
                && recorded.smallLimitBytes() == twin.smallLimitBytes();
    }

    /** Whether both would lay out every span alike, too, and find its pages in the same way. */
    boolean laidOutAlike() {
        return same()
                && recorded.inlineMarkBits() == twin.inlineMarkBits()
                && recorded.tinyBlockBytes() == twin.tinyBlockBytes()
                && recorded.pageCachePages() == twin.pageCachePages()
                && recorded.growthPages() == twin.growthPages();
    }

    /** Bytes of a recorded slot that an object can have. */
    int room(RecordedSpan r) {
        return r.elemBytes - headerBytes[r.spanClass];
    }

    /** The span class that the twin's version would give an object that the recording's gave this one. */
    int of(int spanClass, int type) {
        if (type >= lastTranslated.length) {
            lastTranslated = Arrays.copyOf(lastTranslated, Math.max(type + 1, lastTranslated.length * 2));
        }
        if (lastTranslated[type] >>> 32 != spanClass + 1) {
            lastTranslated[type] = spanClass + 1L << 32 | workOutClass(spanClass, type);
        }
        return (int) lastTranslated[type];
    }

    private int workOutClass(int spanClass, int type) {
        boolean noscan = SpanClass.noscan(spanClass);
        int room = recorded.sizeClasses().bytes(SpanClass.sizeClass(spanClass)) - headerBytes[spanClass];
        long size = TouchRules.Cache.inferSize(types.get(type), room);
        if (size > twin.smallLimitBytes()) {
            return noscan ? SpanClass.LARGE_NOSCAN : SpanClass.LARGE_SCAN;
        }
        return twin.spanClassFor((int) size, noscan);
    }
}
