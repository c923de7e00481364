package dev.needzero.report;

import dev.needzero.experiment.explain.EventExplanation;
import dev.needzero.experiment.explain.EventExplanation.Change;
import dev.needzero.experiment.explain.EventExplanation.SpanMet;
import dev.needzero.experiment.explain.EventExplanation.SpanSource;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.Cause;
import dev.needzero.trace.Kind;
import dev.needzero.units.ByteSize;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One event of a trace in plain words, with the state that it met, or as JSON. */
public final class EventReport {
    private final EventExplanation e;
    private final String version;
    private final long heapBase;
    private final long nextAllocation;

    /**
     * @param version what to call the version that was replayed
     * @param heapBase the address that offset 0 stands for
     * @param nextAllocation the number of the next event that allocates, when this one does not; else -1
     */
    public EventReport(EventExplanation explanation, String version, long heapBase, long nextAllocation) {
        this.e = explanation;
        this.version = version;
        this.heapBase = heapBase;
        this.nextAllocation = nextAllocation;
    }

    /** A span's class in a word or two, as in {@code class 24 scan}. */
    public static String spanClass(MSpan span) {
        if (span.spanClass() < 0) {
            return span.state() == MSpan.State.WORK_BUFFER ? "work buffers" : "stacks";
        }
        return (span.isLarge() ? "large" : "class " + SpanClass.sizeClass(span.spanClass()))
                + (span.noscan() ? " noscan" : " scan");
    }

    /** Prints it for a person. */
    public void print(PrintWriter out) {
        out.print(String.format(Locale.ROOT, "Event %,d under Go %s: %s", e.event(), version, EventWords.of(e.kind())));
        out.print((e.bytes() > 0 ? ", " + ByteSize.format(e.bytes()) : "")
                + (e.type().isEmpty() ? "" : ", type " + e.type())
                + ", on P " + e.proc()
                + (e.nanos() > 0 ? String.format(Locale.ROOT, ", at %.6f s", e.nanos() / 1e9) : "")
                + "\n\n");
        if (e.place() != null && e.span() != null) {
            out.print(Wrapped.text("  ", where()));
            if (e.kind() > Kind.STACK) {
                out.print(Wrapped.text("  ", source(e.span(), e.place().span())));
            }
            out.print(Wrapped.text(
                    "  ",
                    e.span().needzero()
                            ? "Its memory may be dirty: needzero is true."
                            : "Its memory is zero, as the system handed it over: needzero is false."));
        }
        for (String line : changes(e.change())) {
            out.print(Wrapped.text("  ", line));
        }
        if (nextAllocation >= 0) {
            out.print(String.format(Locale.ROOT, "%n  The next allocation is event %,d.%n", nextAllocation));
        }
        out.flush();
    }

    private String where() {
        MSpan span = e.place().span();
        String address = String.format("0x%x", heapBase + address());
        if (span.spanClass() < 0 || span.isLarge()) {
            return String.format(
                    Locale.ROOT,
                    "The twin keeps it at %s, on a span of its own: %s, %s.",
                    address,
                    pages(span),
                    spanClass(span));
        }
        return String.format(
                Locale.ROOT,
                "The twin keeps it at %s: slot %d of %d, %d B each, of the span at page %d (%s, %s).",
                address,
                e.place().slot(),
                span.nelems(),
                span.elemBytes(),
                span.page(),
                pages(span),
                spanClass(span));
    }

    private static String pages(MSpan span) {
        return span.npages() + (span.npages() == 1 ? " page" : " pages");
    }

    private long address() {
        MSpan span = e.place().span();
        return span.isLarge() || span.spanClass() < 0
                ? span.base()
                : span.slotAddress(e.place().slot());
    }

    private static String source(SpanMet met, MSpan span) {
        String refill = met.cachedBefore() == null
                ? "the P had no span of this class"
                : "the P's span of this class (" + met.cachedBefore() + ") was of no use any more";
        String slots = String.format(Locale.ROOT, "%d of its %d slots were free", met.freeSlotsBefore(), span.nelems());
        return switch (met.source()) {
            case CACHED -> "The P had the span cached; " + slots + ".";
            case SWEPT_QUEUE ->
                "A refill: " + refill + ". The oldest swept span with room came from mcentral; " + slots + ".";
            case SWEPT_JUST_NOW -> "A refill: " + refill + ". A span came from mcentral and was swept on the way.";
            case EARLIER -> "The span was there before this event.";
            case NEW_PAGES ->
                "The span is new"
                        + (span.isLarge() || span.spanClass() < 0
                                ? ""
                                : ": " + refill + ", and mcentral had none with room")
                        + ". Its pages came from "
                        + switch (met.pages()) {
                            case PAGE_CACHE -> "the P's page cache.";
                            case REFILLED_PAGE_CACHE ->
                                "the P's page cache, which was empty and took its next 64 first.";
                            case PAGE_BITMAP -> "the heap's page bitmap.";
                            case GROWTH -> "the system: no free run was long enough, so the heap grew.";
                        };
        };
    }

    private static List<String> changes(Change change) {
        List<String> lines = new ArrayList<>();
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            long bytes = change.committed()[cause];
            if (bytes != 0) {
                lines.add((bytes > 0 ? "Became resident" : "No longer resident") + ", " + causeWords(cause) + ": "
                        + ByteSize.format(Math.abs(bytes)) + ".");
            }
        }
        if (change.rss() == 0) {
            lines.add("Resident memory did not change.");
        }
        amount(lines, "Mapped", change.mapped());
        amount(lines, "With the system (released)", change.released());
        amount(lines, "Free, not released", change.heapFree());
        amount(lines, "In spans of objects", change.inHeap());
        if (change.spans() != 0) {
            lines.add(String.format(Locale.ROOT, "Spans in use: %+d.", change.spans()));
        }
        if (change.cycles() != 0) {
            lines.add("A collection ran.");
        }
        return lines;
    }

    private static void amount(List<String> lines, String name, long bytes) {
        if (bytes != 0) {
            lines.add(name + ": " + (bytes > 0 ? "+" : "−") + ByteSize.format(Math.abs(bytes)) + ".");
        }
    }

    /** Who wrote, in words. */
    static String causeWords(int cause) {
        return switch (cause) {
            case Cause.PROGRAM -> "written by the program";
            case Cause.ZEROING -> "cleared by the allocator";
            case Cause.RUNTIME -> "written by the runtime for itself";
            default -> "as part of a huge page";
        };
    }

    /** The stable JSON. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", e.event());
        json.put("go", version);
        json.put("kind", EventWords.of(e.kind()));
        json.put("timeNanos", e.nanos());
        json.put("proc", e.proc());
        json.put("type", e.type().isEmpty() ? null : e.type());
        json.put("sizeBytes", e.bytes() > 0 ? e.bytes() : null);
        json.put("span", e.place() == null || e.span() == null ? null : span());
        Change change = e.change();
        Map<String, Object> committed = new LinkedHashMap<>();
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            committed.put(Cause.name(cause), change.committed()[cause]);
        }
        json.put("committedBy", committed);
        json.put("rssBytes", change.rss());
        json.put("mappedBytes", change.mapped());
        json.put("releasedBytes", change.released());
        json.put("freeBytes", change.heapFree());
        json.put("inHeapBytes", change.inHeap());
        json.put("spans", change.spans());
        json.put("gcCycles", change.cycles());
        json.put("nextAllocation", nextAllocation < 0 ? null : nextAllocation);
        return json;
    }

    private Map<String, Object> span() {
        MSpan span = e.place().span();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("page", span.page());
        json.put("npages", span.npages());
        json.put("spanClass", span.spanClass());
        json.put("slot", e.place().slot());
        json.put("slots", span.nelems());
        json.put("freeSlotsBefore", e.span().freeSlotsBefore());
        json.put("needzero", e.span().needzero());
        json.put("refill", e.span().source() != SpanSource.CACHED && e.span().source() != SpanSource.EARLIER);
        json.put("source", name(e.span().source()));
        json.put("pages", e.span().pages() == null ? null : name(e.span().pages()));
        json.put("cachedBefore", e.span().cachedBefore());
        return json;
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
