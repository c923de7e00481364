package dev.needzero.runtime;

import java.util.List;
import java.util.Locale;

/**
 * One thing that Go versions do differently, with its value per version: a version is nothing but the list of these.
 * {@code go-runtime-model.md} §11.
 */
public enum Behaviour {
    MALLOC_HEADERS(
            "mallocHeaders",
            Kind.BOOLEAN,
            "Pointer bitmaps lie in the spans and objects above 512 B carry an 8-byte header",
            "38ac7c41aa, default since e3585c6757",
            "1.21=false 1.22=true"),
    SMALL_LIMIT(
            "smallLimit",
            Kind.SIZE,
            "The largest request that is not a large object",
            "follows from the header",
            "1.21=32768 1.22=32760"),
    LARGE_ZEROING(
            "largeZeroing",
            Kind.of("when-dirty", "always"),
            "Whether a large object with pointers is cleared even on memory fresh from the system",
            "8730fcf885 (CL 614257, #72991), mended by df9888ea4e (CL 659956)",
            "1.21=when-dirty 1.24=always 1.25=when-dirty"),
    SMALL_SCAN_ZEROING(
            "smallScanZeroing",
            Kind.of("slot", "requested", "slot-to-80"),
            "How much of a headerless slot is cleared for an object with pointers",
            "8730fcf885 (CL 614257); size-specialised malloc in 1.27",
            "1.21=slot 1.24=requested 1.27=slot-to-80"),
    INLINE_MARK_BITS(
            "inlineMarkBits",
            Kind.BOOLEAN,
            "Spans of 16 to 512 B slots end with 128 B of mark bits, written at creation and at every sweep (Green Tea)",
            "1b40dbce1a",
            "1.21=false 1.26=true"),
    SCAVENGED_IS_ZERO(
            "scavengedIsZero",
            Kind.BOOLEAN,
            "A span all of whose pages are with the system is known to be zero",
            "golang/go PR 76063",
            "1.21=false 1.26=true"),
    ZERO_TRACKING(
            "zeroTracking",
            Kind.of("high-water", "per-page", "none"),
            "How the heap knows which pages nobody wrote: a high-water mark an arena, a bit a page, or not at all",
            "runtime/mheap.go, allocNeedsZero; per-page and none were never shipped",
            "1.21=high-water"),
    VMA_NAMES(
            "vmaNames",
            Kind.BOOLEAN,
            "The heap's mappings are named [anon: Go: heap]",
            "c40a3731f4",
            "1.21=false 1.25=true"),
    HEADER_LIMIT(
            "headerLimit",
            Kind.SIZE,
            "Objects with pointers above this size carry a header instead of a bitmap at the span's end",
            "runtime/mbitmap.go, minSizeForMallocHeader",
            "1.21=512"),
    TINY_BLOCK(
            "tinyBlock",
            Kind.SIZE,
            "Size of the block that tiny objects share; 0 gives each its own slot",
            "runtime/malloc.go, maxTinySize",
            "1.21=16"),
    PAGE_CACHE(
            "pageCache",
            Kind.of("64", "0"),
            "Pages that a P takes from the page bitmap at a time",
            "runtime/mpagecache.go, pageCachePages",
            "1.21=64"),
    ARENA_GROWTH(
            "arenaGrowth",
            Kind.SIZE,
            "The heap grows by multiples of this many bytes, a multiple of 4 MiB and a power of two",
            "runtime/mheap.go, mheap.grow",
            "1.21=4194304");

    /** The values a behaviour can take. */
    record Kind(List<String> choices, boolean size) {
        static final Kind BOOLEAN = of("true", "false");
        static final Kind SIZE = new Kind(List.of(), true);

        static Kind of(String... choices) {
            return new Kind(List.of(choices), false);
        }
    }

    private final String key;
    private final Kind kind;
    private final String what;
    private final String source;
    private final String values;

    Behaviour(String key, Kind kind, String what, String source, String values) {
        this.key = key;
        this.kind = kind;
        this.what = what;
        this.source = source;
        this.values = values;
    }

    /** The name that {@code --set} takes. */
    public String key() {
        return key;
    }

    /** What it does, in one sentence. */
    public String what() {
        return what;
    }

    /** Commits, change lists and issues it comes from. */
    public String source() {
        return source;
    }

    /** What {@code --set} accepts, for people. */
    public String accepted() {
        return kind.size() ? "a size, as in 16KiB" : String.join(", ", kind.choices());
    }

    boolean isSize() {
        return kind.size();
    }

    boolean accepts(String value) {
        return kind.choices().contains(value.toLowerCase(Locale.ROOT));
    }

    /** The value in a version, given as its minor number: 24 for 1.24. */
    public String valueIn(int minor) {
        String found = "";
        for (String step : values.split(" ")) {
            int eq = step.indexOf('=');
            if (Integer.parseInt(step.substring(2, eq)) <= minor) {
                found = step.substring(eq + 1);
            }
        }
        return found;
    }
}
