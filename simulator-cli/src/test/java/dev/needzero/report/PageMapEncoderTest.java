package dev.needzero.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.needzero.report.PageMapEncoder.Span;
import dev.needzero.report.ReportData.PageMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PageMapEncoderTest {
    @Property(tries = 200)
    void whatWasPutInComesOut(@ForAll Random random, @ForAll @IntRange(min = 1, max = 12) int frames) {
        PageMapEncoder encoder = new PageMapEncoder(0);
        List<byte[]> states = new ArrayList<>();
        List<Set<Span>> spans = new ArrayList<>();
        for (int f = 0; f < frames; f++) {
            states.add(randomStates(random));
            spans.add(randomSpans(random));
            encoder.frame(f, "frame " + f, states.get(f), List.copyOf(spans.get(f)));
        }
        Decoder decoder = new Decoder(encoder.build());
        for (int f = 0; f < frames; f++) {
            decoder.next();
            assertArrayEquals(Arrays.copyOf(states.get(f), decoder.states.length), decoder.states);
            assertEquals(spans.get(f), decoder.spans);
        }
        assertEquals(decoder.map.encoded().length, decoder.offset);
    }

    @Test
    void aFrameLikeTheLastTakesThreeBytes() {
        PageMapEncoder encoder = new PageMapEncoder(0);
        byte[] states = new byte[100_000];
        Arrays.fill(states, PageState.PROGRAM);
        encoder.frame(0, "", states, List.of(new Span(7, 3, "stack", null)));
        int first = encoder.build().encoded().length;
        encoder.frame(1, "", states, List.of(new Span(7, 3, "stack", null)));
        assertEquals(first + 3, encoder.build().encoded().length);
    }

    @Test
    void pagesThatWereNeverMappedAreNotShown() {
        PageMapEncoder encoder = new PageMapEncoder(0);
        byte[] states = new byte[5_000];
        states[40] = PageState.UNTOUCHED;
        encoder.frame(0, "", states, List.of());
        assertEquals(41, encoder.build().osPages());
    }

    private static byte[] randomStates(Random random) {
        byte[] states = new byte[random.nextInt(300)];
        for (int i = 0; i < states.length; ) {
            int end = Math.min(states.length, i + 1 + random.nextInt(40));
            Arrays.fill(states, i, end, (byte) random.nextInt(PageState.COUNT));
            i = end;
        }
        return states;
    }

    private static Set<Span> randomSpans(Random random) {
        Set<Span> spans = new HashSet<>();
        for (int page = random.nextInt(5); page < 120; ) {
            int npages = 1 + random.nextInt(20);
            String type = random.nextBoolean() ? null : "type " + random.nextInt(3);
            spans.add(new Span(page, npages, "class " + random.nextInt(4), type));
            page += npages + random.nextInt(3);
        }
        return spans;
    }

    /** The slow twin of the browser's decoder. */
    private static final class Decoder {
        final PageMap map;
        final byte[] states;
        final Set<Span> spans = new HashSet<>();
        int offset;

        Decoder(PageMap map) {
            this.map = map;
            states = new byte[map.osPages()];
        }

        void next() {
            int page = 0;
            for (int runs = varint(); runs > 0; runs--) {
                page += varint();
                int end = page + varint();
                byte state = (byte) varint();
                for (; page < end; page++) {
                    if (page < states.length) {
                        states[page] = state;
                    }
                }
            }
            int start = 0;
            for (int gone = varint(); gone > 0; gone--) {
                start += varint();
                int at = start;
                spans.removeIf(s -> s.startPage() == at);
            }
            start = 0;
            for (int come = varint(); come > 0; come--) {
                start += varint();
                int npages = varint();
                String name = map.strings().get(varint());
                int type = varint();
                spans.add(new Span(
                        start, npages, name, type == 0 ? null : map.strings().get(type - 1)));
            }
        }

        private int varint() {
            int value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = map.encoded()[offset++];
                value |= (b & 0x7F) << shift;
                if (b >= 0) {
                    return value;
                }
            }
        }
    }
}
