package dev.needzero.report;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes a page map frame by frame and keeps only what changed.
 *
 * <p>A frame, all numbers LEB128 varints: the count of runs, each a gap since the last run's end, a length, a
 * {@link PageState}; the count of spans gone, each the distance from the last one's first page; the count of spans come,
 * each that distance, its pages, the number of its name, and of its type plus one (0: no type). OS pages start out
 * unmapped; a span's pages are runtime pages of two OS pages each.
 */
public final class PageMapEncoder {
    /**
     * A span of a frame.
     *
     * @param startPage its first runtime page (8 KiB), from the map's base
     * @param name what it holds, as in {@code size class 24: 288 B objects, scan}
     * @param type of its object, for a large one, or of most of its objects; null where unknown
     */
    public record Span(int startPage, int npages, String name, String type) {}

    private final long baseAddress;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Long> times = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final Map<String, Integer> strings = new HashMap<>();
    private final List<String> stringList = new ArrayList<>();
    private byte[] states = new byte[0];
    private TreeMap<Integer, Span> spans = new TreeMap<>();
    private int osPages;

    public PageMapEncoder(long baseAddress) {
        this.baseAddress = baseAddress;
    }

    /**
     * @param event what has happened, in a few words
     * @param pageStates one of {@link PageState} for each OS page from the base; pages behind its end are unmapped
     * @param liveSpans in any order; no two overlap
     */
    public void frame(long time, String event, byte[] pageStates, List<Span> liveSpans) {
        times.add(time);
        events.add(event);
        states(pageStates);
        TreeMap<Integer, Span> now = new TreeMap<>();
        for (Span span : liveSpans) {
            now.put(span.startPage(), span);
            osPages = Math.max(osPages, 2 * (span.startPage() + span.npages()));
        }
        gone(now);
        come(now);
        spans = now;
    }

    private void states(byte[] next) {
        int size = Math.max(states.length, next.length);
        byte[] now = Arrays.copyOf(next, size);
        byte[] before = Arrays.copyOf(states, size);
        ByteArrayOutputStream runs = new ByteArrayOutputStream();
        int count = 0;
        int end = 0;
        for (int i = 0; i < size; ) {
            if (now[i] == before[i]) {
                i++;
                continue;
            }
            int start = i;
            byte state = now[start];
            while (i < size && now[i] == state && before[i] != state) {
                i++;
            }
            varint(runs, start - end);
            varint(runs, i - start);
            varint(runs, state);
            end = i;
            count++;
            if (state != PageState.UNMAPPED) {
                osPages = Math.max(osPages, i);
            }
        }
        varint(out, count);
        out.writeBytes(runs.toByteArray());
        states = now;
    }

    private void gone(Map<Integer, Span> now) {
        List<Integer> starts = spans.values().stream()
                .filter(s -> !s.equals(now.get(s.startPage())))
                .map(Span::startPage)
                .toList();
        varint(out, starts.size());
        int last = 0;
        for (int start : starts) {
            varint(out, start - last);
            last = start;
        }
    }

    private void come(Map<Integer, Span> now) {
        List<Span> fresh = now.values().stream()
                .filter(s -> !s.equals(spans.get(s.startPage())))
                .toList();
        varint(out, fresh.size());
        int last = 0;
        for (Span span : fresh) {
            varint(out, span.startPage() - last);
            varint(out, span.npages());
            varint(out, string(span.name()));
            varint(out, span.type() == null ? 0 : string(span.type()) + 1);
            last = span.startPage();
        }
    }

    private int string(String text) {
        Integer known = strings.get(text);
        if (known != null) {
            return known;
        }
        strings.put(text, stringList.size());
        stringList.add(text);
        return stringList.size() - 1;
    }

    private static void varint(ByteArrayOutputStream to, int value) {
        int rest = value;
        while (rest > 0x7F) {
            to.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        to.write(rest);
    }

    public ReportData.PageMap build() {
        long[] frameTimes = times.stream().mapToLong(Long::longValue).toArray();
        return new ReportData.PageMap(baseAddress, osPages, frameTimes, events, stringList, out.toByteArray());
    }
}
