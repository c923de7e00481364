package dev.needzero.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One thing that Go versions do differently, with its value per version: a version is nothing but the list of these.
 * {@code go-runtime-model.md} §11.
 */
public enum Behaviour {
    MALLOC_HEADERS(
            "mallocHeaders",
            Kind.BOOLEAN,
            "Pointer bitmaps lie in the spans and objects above 512 B carry an 8-byte header",
            "1.21=false 1.22=true",
            History.HEADERS),
    SMALL_LIMIT(
            "smallLimit",
            Kind.SIZE,
            "The largest request that is not a large object; with headers 32760 at most, to leave a slot room for one",
            "1.21=32768 1.22=32760",
            History.HEADERS),
    LARGE_ZEROING(
            "largeZeroing",
            Kind.of("when-dirty", "always"),
            "Whether a large object with pointers is cleared even on memory fresh from the system",
            "1.21=when-dirty 1.24=always 1.25=when-dirty",
            History.MALLOC_SPLIT,
            new Origin("df9888ea4e", 659956, 72991, "clear large objects only on dirty memory again")),
    SMALL_SCAN_ZEROING(
            "smallScanZeroing",
            Kind.of("slot", "requested", "slot-to-80"),
            "How much of a headerless slot is cleared for an object with pointers",
            "1.21=slot 1.24=requested 1.27=slot-to-80",
            History.MALLOC_SPLIT,
            Origin.ofIssue(79286, "a malloc of its own for each size up to 80 B")),
    INLINE_MARK_BITS(
            "inlineMarkBits",
            Kind.BOOLEAN,
            "Spans of 16 to 512 B slots end with 128 B of mark bits, written at creation and at every sweep (Green Tea)",
            "1.21=false 1.26=true",
            new Origin("1b40dbce1a", 658036, 73581, "Green Tea: mark small objects a span at a time")),
    SCAVENGED_IS_ZERO(
            "scavengedIsZero",
            Kind.BOOLEAN,
            "A span all of whose pages are with the system is known to be zero",
            "1.21=false 1.26=true",
            Origin.ofIssue(76063, "do not clear scavenged memory")),
    ZERO_TRACKING(
            "zeroTracking",
            Kind.of("high-water", "per-page", "none"),
            "How the heap knows which pages nobody wrote: a high-water mark an arena, a bit a page, or not at all",
            "runtime/mheap.go, allocNeedsZero; per-page and none were never shipped",
            "1.21=high-water"),
    LIMIT_SCAVENGING(
            "limitScavenging",
            Kind.BOOLEAN,
            "The background scavenger works towards GOMEMLIMIT, not only an allocation that would pass it",
            "1.21=false 1.22=true",
            new Origin("729f214e3a", 0, 0, "compare with 95 % of the memory limit, not 95 times it")),
    VMA_NAMES(
            "vmaNames",
            Kind.BOOLEAN,
            "The heap's mappings are named [anon: Go: heap]",
            "1.21=false 1.25=true",
            new Origin("c40a3731f4", 0, 71546, "name anonymous mappings")),
    HEADER_LIMIT(
            "headerLimit",
            Kind.SIZE,
            "Objects with pointers above this size carry a header instead of a bitmap at the span's end",
            "runtime/mbitmap.go, minSizeForMallocHeader",
            "1.21=512"),
    TINY_BLOCK(
            "tinyBlock",
            Kind.SIZE,
            "Size of the block that tiny objects share, 8, 16 or 32 B; 0 gives each its own slot",
            "runtime/malloc.go, maxTinySize",
            "1.21=16"),
    PAGE_CACHE(
            "pageCache",
            Kind.of("64", "32", "16", "0"),
            "Pages that a P takes from the page bitmap at a time; spans of less than a quarter of them come from there",
            "runtime/mpagecache.go, pageCachePages",
            "1.21=64"),
    SIZE_CLASSES(
            "sizeClasses",
            Kind.TABLE,
            "The slot sizes that small objects are rounded up to, and the pages of a span of each",
            "runtime/sizeclasses.go, from 1.25 on internal/runtime/gc/sizeclasses.go; the same in all versions",
            "1.21=go"),
    ARENA_GROWTH(
            "arenaGrowth",
            Kind.SIZE,
            "The heap grows by multiples of this many bytes, a multiple of 4 MiB and a power of two",
            "runtime/mheap.go, mheap.grow",
            "1.21=4194304"),
    HUGE_PAGE_CALLS(
            "hugePageCalls",
            Kind.of("none", "advise", "collapse"),
            "What the heap asks of the system's huge pages: nothing; MADV_HUGEPAGE for new memory, MADV_NOHUGEPAGE for 4 MiB"
                    + " that the scavenger breaks into, and back when they fill up; or MADV_COLLAPSE when they fill up",
            "1.21.0=advise 1.21.1=collapse 1.21.4=none",
            new Origin("9f9bb26880", 0, 61718, "collapse chunks that become dense instead of advising huge pages"),
            new Origin("595deec3dd", 531816, 63334, "leave huge pages to the kernel")),
    DISABLE_THP(
            "disableThp",
            Kind.BOOLEAN,
            "GODEBUG=disablethp=1: MADV_NOHUGEPAGE for all memory that the heap maps; from 1.21.6 on",
            "c915215af6, golang/go#64332",
            "1.21=false");

    /** Changes that more than one behaviour came with. */
    private static final class History {
        static final Origin HEADERS = new Origin("e3585c6757", 0, 66737, "allocation headers by default (38ac7c41aa)");
        static final Origin MALLOC_SPLIT =
                new Origin("8730fcf885", 614257, 72991, "take mallocgc apart by size and kind");
    }

    /**
     * The value that a version brought, and where it came from.
     *
     * @param version the first that has it, as in 1.24 or 1.21.4
     */
    public record Step(String version, String value, Origin origin) {}

    /** The values a behaviour can take. */
    record Kind(List<String> choices, boolean size) {
        static final Kind BOOLEAN = of("true", "false");
        static final Kind SIZE = new Kind(List.of(), true);
        /** Go's own table, or one that is handed over as such. */
        static final Kind TABLE = of("go");

        static Kind of(String... choices) {
            return new Kind(List.of(choices), false);
        }
    }

    private final String key;
    private final Kind kind;
    private final String what;
    private final String source;
    private final String values;
    private final Origin[] origins;

    /** One whose changes are known: an origin for each value after the first. */
    Behaviour(String key, Kind kind, String what, String values, Origin... origins) {
        this(
                key,
                kind,
                what,
                Stream.of(origins).map(Origin::toString).collect(Collectors.joining(", then ")),
                values,
                origins);
    }

    /** One that never changed, or of whose changes no more is known than this. */
    Behaviour(String key, Kind kind, String what, String source, String values) {
        this(key, kind, what, source, values, new Origin[0]);
    }

    Behaviour(String key, Kind kind, String what, String source, String values, Origin[] origins) {
        this.key = key;
        this.kind = kind;
        this.what = what;
        this.source = source;
        this.values = values;
        this.origins = origins;
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
        if (kind.equals(Kind.TABLE)) {
            return "go, @FILE with a line BYTES PAGES for each class";
        }
        return kind.size() ? "a size, as in 16KiB" : String.join(", ", kind.choices());
    }

    boolean isSize() {
        return kind.size();
    }

    boolean accepts(String value) {
        return kind.choices().contains(value.toLowerCase(Locale.ROOT));
    }

    /** The value in a version, given as its minor number, 24 for 1.24, and its patch. */
    public String valueIn(int minor, int patch) {
        String found = "";
        for (String step : values.split(" ")) {
            int eq = step.indexOf('=');
            String[] since = step.substring(0, eq).split("\\.");
            int sinceMinor = Integer.parseInt(since[1]);
            int sincePatch = since.length > 2 ? Integer.parseInt(since[2]) : 0;
            if (sinceMinor < minor || sinceMinor == minor && sincePatch <= patch) {
                found = step.substring(eq + 1);
            }
        }
        return found;
    }

    /** What it was in the oldest version, then each change, oldest first. */
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (String text : values.split(" ")) {
            int eq = text.indexOf('=');
            int change = steps.size() - 1;
            steps.add(new Step(
                    text.substring(0, eq),
                    text.substring(eq + 1),
                    change >= 0 && change < origins.length ? origins[change] : new Origin("", 0, 0, source)));
        }
        return steps;
    }
}
