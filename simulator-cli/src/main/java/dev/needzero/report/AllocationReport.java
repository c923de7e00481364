package dev.needzero.report;

import dev.needzero.experiment.explain.Allocated;
import dev.needzero.experiment.explain.Allocated.Memory;
import dev.needzero.experiment.explain.Allocated.Met;
import dev.needzero.experiment.explain.Allocated.Path;
import dev.needzero.runtime.Behaviours;
import dev.needzero.units.ByteSize;
import dev.needzero.units.Units;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One allocation in plain words, or as JSON: what twins did when asked for it, and what others did differently. */
public final class AllocationReport {
    private static final String PAGE = ByteSize.format(Units.PAGE_BYTES);

    private final String object;
    private final long sizeBytes;
    private final boolean pointers;
    private final String version;
    private final int smallLimitBytes;
    private final Allocated asked;
    private final List<Other> others;

    /**
     * The same allocation under another version.
     *
     * @param reasons the behaviours that make the difference, with their values there; empty when nothing differs
     */
    public record Other(String version, Allocated allocated, Map<String, String> reasons) {}

    /**
     * @param type the object's type, or null
     * @param version the version that was asked for
     */
    public AllocationReport(
            long sizeBytes, boolean pointers, String type, Behaviours version, Allocated asked, List<Other> others) {
        this.sizeBytes = sizeBytes;
        this.pointers = pointers;
        this.version = version.toString();
        this.smallLimitBytes = version.layout(0, 0).smallLimitBytes();
        this.asked = asked;
        this.others = List.copyOf(others);
        this.object = String.format(
                Locale.ROOT,
                "%,d B%s %s pointers",
                sizeBytes,
                type == null ? "" : " of " + type,
                pointers ? "with" : "without");
    }

    /** Prints it for a person. */
    public void print(PrintWriter out) {
        out.print(object + " under Go " + version + "\n\n");
        int step = 1;
        for (String sentence : List.of(place(asked), span(asked), beside(asked))) {
            out.print(Wrapped.text(step++ + ". ", sentence));
        }
        out.print(Wrapped.text(step++ + ". ", "What the allocator writes before the program has written anything:"));
        out.print("\n");
        memory(asked).print(out);
        out.print("\n");
        for (String sentence : zeroing()) {
            out.print(Wrapped.text("   ", sentence));
        }
        if (asked.path() != Path.LARGE) {
            out.print(Wrapped.text(
                    "   ",
                    String.format(
                            Locale.ROOT,
                            "A fresh span full of such objects, none of them written, has %s resident.",
                            bytes(asked.fullSpanCommittedBytes()))));
        }
        out.print(Wrapped.text(step + ". ", "In other versions:"));
        for (String line : differences()) {
            out.print(Wrapped.text("   ", line));
        }
        out.flush();
    }

    private String place(Allocated a) {
        return switch (a.path()) {
            case TINY ->
                String.format(
                        Locale.ROOT,
                        "It is tiny: without pointers and below %,d B. Tiny objects share a block of %,d B, %s of this"
                                + " size; the block's slot comes from size class %d, and is free again only when all in"
                                + " it are dead.",
                        a.slotBytes(),
                        a.slotBytes(),
                        a.blockObjects() == 1 ? "one" : Integer.toString(a.blockObjects()),
                        a.sizeClass());
            case SMALL ->
                String.format(
                        Locale.ROOT,
                        "It is small: up to %,d B there are size classes. %s it goes into class %d, a slot of %,d B:"
                                + " %,d B of it (%.1f %%) are waste.",
                        smallLimitBytes,
                        a.headerBytes() > 0 ? "With a header of " + a.headerBytes() + " B," : "So",
                        a.sizeClass(),
                        a.slotBytes(),
                        a.slotWasteBytes(),
                        100.0 * a.slotWasteBytes() / a.slotBytes());
            case LARGE ->
                String.format(
                        Locale.ROOT,
                        "It is large: above %,d B there are no size classes. It gets a span of its own, %,d B long:"
                                + " %,d B of it (%.1f %%) are waste.",
                        smallLimitBytes,
                        a.slotBytes(),
                        a.slotWasteBytes(),
                        100.0 * a.slotWasteBytes() / a.slotBytes());
        };
    }

    private static String span(Allocated a) {
        String from = a.fromPageCache()
                ? "They come from the P's own page cache, 64 pages that it took from the heap at once."
                : "They come from the heap's page bitmap: the lowest run of free pages that is long enough.";
        return String.format(
                Locale.ROOT,
                "The span has %d page%s of %s%s. %s",
                a.spanPages(),
                a.spanPages() == 1 ? "" : "s",
                PAGE,
                a.path() == Path.LARGE
                        ? ""
                        : String.format(Locale.ROOT, ", room for %,d slot%s", a.slots(), a.slots() == 1 ? "" : "s"),
                from);
    }

    private String beside(Allocated a) {
        List<String> parts = new ArrayList<>();
        if (a.headerBytes() > 0) {
            parts.add("before the object, in its slot, stands a header of " + a.headerBytes()
                    + " B that says its type: the object begins " + a.headerBytes() + " B into the slot");
        }
        if (a.bitmapBytes() > 0) {
            parts.add("the span's end holds a bitmap of " + a.bitmapBytes() + " B that says which words are pointers");
        }
        if (a.markBytes() > 0) {
            parts.add("its last " + a.markBytes() + " B are the collector's mark bits");
        }
        if (parts.isEmpty()) {
            parts.add("nothing stands beside the objects in the span"
                    + (pointers ? "; which words are pointers is kept elsewhere" : ""));
        }
        if (a.spanTailBytes() > 0) {
            parts.add(a.spanTailBytes() + " B at the end are too short for another slot");
        }
        String text = String.join("; ", parts);
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    private static Table memory(Allocated a) {
        Table table =
                new Table().row("   the span's memory is", "needzero", "cleared", "written beside", "becomes resident");
        for (Met met : a.memory()) {
            table.row(
                    "   " + words(met.memory()),
                    Boolean.toString(met.needzero()),
                    bytes(met.clearedBytes()),
                    bytes(met.runtimeBytes()),
                    bytes(met.committedBytes()));
        }
        return table;
    }

    private static String words(Memory memory) {
        return switch (memory) {
            case FRESH -> "fresh from the system";
            case REUSED -> "used before";
            case RETURNED -> "used, then given back";
        };
    }

    /** What the flag and the clearing have to do with each other here. */
    private List<String> zeroing() {
        List<String> said = new ArrayList<>();
        for (Met met : asked.memory()) {
            String memory = words(met.memory());
            if (met.clearedBytes() > 0 && !met.needzero() && asked.path() != Path.TINY) {
                said.add("Memory " + memory + " is known to be zero (needzero is false) and is cleared all the same:"
                        + " each page of it that was not resident is now.");
            } else if (met.clearedBytes() > 0 && met.memory() == Memory.RETURNED && met.needzero()) {
                said.add(
                        "Memory " + memory + " is zero again, but the high-water mark does not know: clearing it brings"
                                + " back what was given away.");
            } else if (met.memory() == Memory.RETURNED && !met.needzero()) {
                said.add("That all of the span's pages were given back is noticed: needzero is false.");
            }
        }
        if (asked.path() == Path.TINY) {
            said.add("A tiny block is cleared whatever needzero says.");
        }
        return said;
    }

    private List<String> differences() {
        Map<String, List<String>> grouped = new LinkedHashMap<>();
        for (Other other : others) {
            grouped.computeIfAbsent(difference(other), key -> new ArrayList<>()).add(other.version());
        }
        List<String> lines = new ArrayList<>();
        grouped.forEach((what, versions) -> lines.add(String.join(", ", versions) + what));
        return lines;
    }

    private String difference(Other other) {
        Allocated there = other.allocated();
        if (there.equals(asked)) {
            return ": the same.";
        }
        List<String> what = new ArrayList<>();
        if (there.path() != asked.path()) {
            what.add("it is " + there.path().name().toLowerCase(Locale.ROOT));
        }
        number(what, "size class", asked.sizeClass(), there.sizeClass());
        size(what, "slot", asked.slotBytes(), there.slotBytes());
        size(what, "header", asked.headerBytes(), there.headerBytes());
        number(what, "slots in the span", asked.slots(), there.slots());
        size(what, "bitmap in the span", asked.bitmapBytes(), there.bitmapBytes());
        size(what, "mark bits in the span", asked.markBytes(), there.markBytes());
        if (there.fromPageCache() != asked.fromPageCache()) {
            what.add("the pages come from the " + (there.fromPageCache() ? "page cache" : "page bitmap"));
        }
        for (int i = 0; i < asked.memory().size(); i++) {
            Met here = asked.memory().get(i);
            Met met = there.memory().get(i);
            String memory = words(met.memory());
            size(what, "cleared when " + memory, here.clearedBytes(), met.clearedBytes());
            size(what, "written beside when " + memory, here.runtimeBytes(), met.runtimeBytes());
            if (here.needzero() != met.needzero()) {
                what.add("needzero is " + met.needzero() + " when " + memory);
            }
        }
        size(what, "resident of a full fresh span", asked.fullSpanCommittedBytes(), there.fullSpanCommittedBytes());
        List<String> reasons = new ArrayList<>();
        other.reasons().forEach((key, value) -> reasons.add(key + "=" + value));
        return ", because of " + String.join(" and ", reasons) + ": " + String.join("; ", what) + ".";
    }

    private static void number(List<String> what, String name, long here, long there) {
        if (here != there) {
            what.add(String.format(Locale.ROOT, "%s %,d, not %,d", name, there, here));
        }
    }

    private static void size(List<String> what, String name, long here, long there) {
        if (here != there) {
            what.add(name + " " + bytes(there) + ", not " + bytes(here));
        }
    }

    private static String bytes(long bytes) {
        return bytes == 0 ? "nothing" : ByteSize.format(bytes);
    }

    /** The stable JSON: the version asked for, and every other. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sizeBytes", sizeBytes);
        json.put("pointers", pointers);
        json.put("asked", toJson(version, asked));
        List<Object> rest = new ArrayList<>();
        for (Other other : others) {
            Map<String, Object> one = toJson(other.version(), other.allocated());
            one.put("same", other.allocated().equals(asked));
            one.put("because", other.reasons());
            rest.add(one);
        }
        json.put("others", rest);
        return json;
    }

    private static Map<String, Object> toJson(String version, Allocated a) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("go", version);
        json.put("path", a.path().name().toLowerCase(Locale.ROOT));
        json.put("sizeClass", a.sizeClass());
        json.put("slotBytes", a.slotBytes());
        json.put("headerBytes", a.headerBytes());
        json.put("slotWasteBytes", a.slotWasteBytes());
        json.put("tinyBlockObjects", a.blockObjects());
        json.put("spanPages", a.spanPages());
        json.put("spanBytes", a.spanBytes());
        json.put("slots", a.slots());
        json.put("bitmapBytes", a.bitmapBytes());
        json.put("markBytes", a.markBytes());
        json.put("spanTailBytes", a.spanTailBytes());
        json.put("fromPageCache", a.fromPageCache());
        json.put("fullSpanCommittedBytes", a.fullSpanCommittedBytes());
        Map<String, Object> memory = new LinkedHashMap<>();
        for (Met met : a.memory()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("needzero", met.needzero());
            one.put("clearedBytes", met.clearedBytes());
            one.put("runtimeBytes", met.runtimeBytes());
            one.put("committedBytes", met.committedBytes());
            memory.put(met.memory().name().toLowerCase(Locale.ROOT), one);
        }
        json.put("memory", memory);
        return json;
    }
}
