package dev.needzero.report;

import dev.needzero.report.PageMapEncoder.Span;
import dev.needzero.report.ReportData.Checkpoint;
import dev.needzero.report.ReportData.CommittedBy;
import dev.needzero.report.ReportData.Run;
import dev.needzero.report.ReportData.Samples;
import dev.needzero.report.ReportData.SpanClassUse;
import dev.needzero.report.ReportData.TypeUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Reports over an invented heap: small spans that the program fills, and large buffers of which it writes a quarter,
 * dropped and allocated again at each collection. A zeroing allocator writes the other three quarters.
 */
final class ReportSamples {
    static final long BASE = 0xC000000000L;
    private static final int OS_PAGE = 4096;

    private ReportSamples() {}

    static ReportData twoVersions() {
        return report(List.of(new Heap("Go 1.23", false, 4096, 24).run(), new Heap("Go 1.24", true, 4096, 24).run()));
    }

    static ReportData oneVersion() {
        return report(List.of(new Heap("Go 1.24", true, 1024, 12).run()));
    }

    /** As much as a long trace leaves: many pages, many frames. */
    static ReportData large(int osPages, int frames) {
        return report(List.of(
                new Heap("Go 1.23", false, osPages, frames).run(), new Heap("Go 1.24", true, osPages, frames).run()));
    }

    private static ReportData report(List<Run> runs) {
        return new ReportData(
                "invented.trace",
                "an invented heap, for tests <of this report>",
                true,
                runs,
                List.of(),
                List.of("Nothing here was measured.", "Large buffers are written to a quarter: large=25%."));
    }

    private static final class Heap {
        private final String label;
        private final boolean zeroing;
        private final int osPages;
        private final int frames;
        private final Random random = new Random(42);
        private final byte[] states;
        private final List<Span> spans = new ArrayList<>();
        private final PageMapEncoder encoder = new PageMapEncoder(BASE);

        Heap(String label, boolean zeroing, int osPages, int frames) {
            this.label = label;
            this.zeroing = zeroing;
            this.osPages = osPages;
            this.frames = frames;
            states = new byte[osPages];
        }

        Run run() {
            int points = 40 * frames;
            long[][] columns = new long[5][points];
            List<Long> collections = new ArrayList<>();
            List<Checkpoint> checkpoints = new ArrayList<>();
            int end = 0;
            int perFrame = osPages / 2 / (frames - 3);
            for (int f = 0; f < frames; f++) {
                long time = 50_000_000L * f;
                String event = f == 0 ? "start" : "allocating";
                if (f % 6 == 5) {
                    event = "collection " + (f / 6 + 1) + " ends, buffers are freed";
                    collections.add(time);
                    drop();
                }
                Arrays.fill(states, end, Math.min(osPages, 2 * (end / 2 + 512)), PageState.UNTOUCHED);
                end = 2 * allocate(end / 2, f == 0 ? perFrame : end / 2 + perFrame);
                encoder.frame(time, event, states, spans);
                fillSamples(columns, f, time);
                if (f % 8 == 7) {
                    checkpoints.add(new Checkpoint("step " + (f / 8 + 1), time, resident(), 2L * resident(), goView()));
                }
            }
            return new Run(
                    label,
                    new Samples(columns[0], columns[1], columns[2], columns[3], columns[4]),
                    collections.stream().mapToLong(Long::longValue).toArray(),
                    checkpoints,
                    new CommittedBy(
                            bytesIn(PageState.PROGRAM),
                            bytesIn(PageState.ZEROING),
                            bytesIn(PageState.RUNTIME),
                            bytesIn(PageState.HUGE_PAGE)),
                    encoder.build(),
                    List.of(
                            new SpanClassUse("5 noscan", 48, 310, 310 * 8192L, 41_000, 41_000 * 44L),
                            new SpanClassUse("27 scan", 416, 120, 120 * 8192L, 1_900, 1_900 * 390L),
                            new SpanClassUse("large scan", 0, 24, 24 * 65_536L * 3, 24, 24 * 196_000L)),
                    List.of(
                            new TypeUse(
                                    "chan main.message[string,*github.com/example/very/long/name.Row]", 24, 4_704_000),
                            new TypeUse("main.row", 41_000, 1_968_000),
                            new TypeUse("*main.node", 1_900, 741_000)));
        }

        /** Fills runtime pages {@code [from, to)} with spans; returns where they end. */
        private int allocate(int from, int to) {
            int page = from;
            while (page < to) {
                boolean large = random.nextInt(3) == 0;
                int npages = large ? 24 : 1 + random.nextInt(3);
                if (2 * (page + npages) > osPages) {
                    break;
                }
                spans.add(
                        large
                                ? new Span(page, npages, "large object, scan", "chan main.message")
                                : new Span(page, npages, "size class 27: 416 B objects, scan", null));
                commit(page, npages, large);
                page += npages;
            }
            return page;
        }

        private void commit(int page, int npages, boolean large) {
            int first = 2 * page;
            int count = 2 * npages;
            int written = large ? count / 4 : count - 1;
            Arrays.fill(states, first, first + written, PageState.PROGRAM);
            byte rest = large ? zeroing ? PageState.ZEROING : PageState.UNTOUCHED : PageState.RUNTIME;
            Arrays.fill(states, first + written, first + count, rest);
        }

        private void drop() {
            spans.removeIf(s -> s.npages() == 24 && random.nextInt(4) == 0);
        }

        private void fillSamples(long[][] columns, int frame, long time) {
            for (int i = 0; i < 40; i++) {
                int at = 40 * frame + i;
                columns[0][at] = time + i * 1_250_000L;
                columns[1][at] = resident() + i * 8192L;
                columns[2][at] = 2L * resident() + (16L << 20);
                columns[3][at] = goView() + i * 8192L;
                columns[4][at] = Math.max(4L << 20, goView() * 3 / 2);
            }
        }

        private long goView() {
            return spans.stream().mapToLong(s -> s.npages() * 8192L).sum();
        }

        private long resident() {
            long resident = 0;
            for (byte state : states) {
                resident += state >= PageState.PROGRAM ? OS_PAGE : 0;
            }
            return resident;
        }

        private long bytesIn(byte wanted) {
            long bytes = 0;
            for (byte state : states) {
                bytes += state == wanted ? OS_PAGE : 0;
            }
            return bytes;
        }
    }
}
