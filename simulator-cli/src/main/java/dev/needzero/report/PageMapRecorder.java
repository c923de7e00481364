package dev.needzero.report;

import dev.needzero.experiment.Checkpoint;
import dev.needzero.experiment.Replay;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.report.PageMapEncoder.Span;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Photographs a twin's pages while it runs, a hundred times however long that is: when frames grow too many, or together
 * too large, every second one is dropped and they are taken half as often.
 */
public final class PageMapRecorder implements Replay.Observer {
    private static final int MAX_FRAMES = 120;
    /** Pages and spans held in all frames together; a page is a byte, a span a reference. */
    private static final long MAX_CELLS = 48L << 20;

    /** Bytes of one encoded map, before it is deflated to about a third of them. */
    private static final int MAX_ENCODED_BYTES = 6 << 20;

    private record Frame(long nanos, long events, long cycles, int checkpoints, byte[] states, List<Span> spans) {
        long cells() {
            return states.length + 4L * spans.size();
        }
    }

    private record Large(MSpan span, String type) {}

    private List<Frame> frames = new ArrayList<>();
    private long every = 1;
    private Span[] known = new Span[1024];
    private Large[] largeAt = new Large[1024];

    @Override
    public void moment(long nanos, long events, Replay replay) {
        if (replay.runtime().os().mappedBytes() > 0
                && (frames.isEmpty() || events - frames.get(frames.size() - 1).events >= every)) {
            take(nanos, events, replay);
        }
    }

    @Override
    public void largeObject(MSpan span, String type) {
        if (span.page() >= largeAt.length) {
            largeAt = Arrays.copyOf(largeAt, Math.max(span.page() + 1, 2 * largeAt.length));
        }
        largeAt[span.page()] = new Large(span, type);
    }

    private void take(long nanos, long events, Replay replay) {
        frames.add(new Frame(
                nanos,
                events,
                replay.cycles(),
                replay.checkpoints().size(),
                states(replay.runtime().os()),
                spans(replay)));
        while (frames.size() > MAX_FRAMES || frames.size() > 2 && cells() > MAX_CELLS) {
            halve();
            every = Math.max(2 * every, events / MAX_FRAMES);
        }
    }

    private long cells() {
        return frames.stream().mapToLong(Frame::cells).sum();
    }

    /** The last frame stays, whatever their number. */
    private void halve() {
        List<Frame> half = new ArrayList<>();
        for (int i = (frames.size() - 1) % 2; i < frames.size(); i += 2) {
            half.add(frames.get(i));
        }
        frames = half;
    }

    /** A state for each 4 KiB from the mapping's start; a larger OS page is as many of them. */
    private static byte[] states(AddressSpace os) {
        byte[] states = new byte[Math.toIntExact(os.mappedBytes() >>> Units.OS_PAGE_SHIFT)];
        for (int i = 0; i < states.length; i++) {
            long osPage = os.mappedFrom() + ((long) i << Units.OS_PAGE_SHIFT) >>> os.osPageShift();
            states[i] = os.isResident(osPage)
                    ? resident(os.causeOf(osPage))
                    : os.isZeroMapped(osPage) ? PageState.ZERO_MAPPED : PageState.UNTOUCHED;
        }
        return states;
    }

    private static byte resident(int cause) {
        return switch (cause) {
            case Cause.PROGRAM -> PageState.PROGRAM;
            case Cause.ZEROING -> PageState.ZEROING;
            case Cause.RUNTIME -> PageState.RUNTIME;
            default -> PageState.HUGE_PAGE;
        };
    }

    private List<Span> spans(Replay replay) {
        MHeap heap = replay.runtime().heap();
        SizeClasses classes = heap.layout().sizeClasses();
        AddressSpace os = replay.runtime().os();
        int from = (int) (os.mappedFrom() >>> Units.PAGE_SHIFT);
        int to = (int) (os.mappedTo() >>> Units.PAGE_SHIFT);
        if (to > known.length) {
            known = Arrays.copyOf(known, Math.max(to, 2 * known.length));
        }
        List<Span> spans = new ArrayList<>();
        for (int page = from; page < to; ) {
            MSpan span = heap.spanOf(page);
            if (span == null || span.page() != page) {
                page++;
                continue;
            }
            Span seen = new Span(page - from, span.npages(), name(span, classes), typeOf(span));
            if (!seen.equals(known[page])) {
                known[page] = seen;
            }
            // The record that earlier frames hold, so that a span that stays costs a reference a frame.
            spans.add(known[page]);
            page += span.npages();
        }
        return spans;
    }

    private static String name(MSpan span, SizeClasses classes) {
        if (span.state() == MSpan.State.WORK_BUFFER) {
            return "collector's work buffers";
        }
        if (span.spanClass() < 0) {
            return "stacks";
        }
        String pointers = SpanClass.noscan(span.spanClass()) ? "noscan" : "scan";
        if (span.isLarge()) {
            return "large object, " + pointers;
        }
        int sizeClass = SpanClass.sizeClass(span.spanClass());
        return "size class " + sizeClass + ": " + classes.bytes(sizeClass) + " B objects, " + pointers;
    }

    private String typeOf(MSpan span) {
        if (!span.isLarge() || span.spanClass() < 0 || span.page() >= largeAt.length) {
            return null;
        }
        Large large = largeAt[span.page()];
        return large == null || large.span != span || large.type.isEmpty() ? null : large.type;
    }

    /** The frames of a replay that is over, the last of them its end. */
    ReportData.PageMap pageMap(Replay replay) {
        AddressSpace os = replay.runtime().os();
        int last = replay.timeLine().size() - 1;
        if (os.mappedBytes() == 0) {
            return null;
        }
        long events = replay.timeLine().event(last);
        if (!frames.isEmpty() && frames.get(frames.size() - 1).events == events) {
            frames.remove(frames.size() - 1);
        }
        take(replay.timeLine().timeNanos(last), events, replay);
        ReportData.PageMap map = encode(replay);
        while (map.encoded().length > MAX_ENCODED_BYTES && frames.size() > 2) {
            halve();
            map = encode(replay);
        }
        return map;
    }

    private ReportData.PageMap encode(Replay replay) {
        PageMapEncoder encoder =
                new PageMapEncoder(replay.heapBase() + replay.runtime().os().mappedFrom());
        Frame before = null;
        for (Frame frame : frames) {
            encoder.frame(frame.nanos, event(before, frame, replay.checkpoints()), frame.states, frame.spans);
            before = frame;
        }
        return encoder.build();
    }

    /** What had happened by a frame: how many events, and what came to pass since the frame before. */
    private static String event(Frame before, Frame frame, List<Checkpoint> checkpoints) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%,d events", frame.events));
        if (frame.cycles > (before == null ? 0 : before.cycles)) {
            text.append(", collection ").append(frame.cycles).append(" marked");
        }
        if (frame.checkpoints > (before == null ? 0 : before.checkpoints)) {
            text.append(", checkpoint ")
                    .append(checkpoints.get(frame.checkpoints - 1).name());
        }
        return text.toString();
    }
}
