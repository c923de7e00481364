package dev.needzero.report;

import dev.needzero.experiment.Checkpoint;
import dev.needzero.experiment.LiveTypes;
import dev.needzero.experiment.Replay;
import dev.needzero.experiment.TimeLine;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.report.ReportData.CommittedBy;
import dev.needzero.report.ReportData.Samples;
import dev.needzero.report.ReportData.SpanClassUse;
import dev.needzero.report.ReportData.TypeUse;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gathers what an HTML report shows from replays that are over. */
public final class ReportBuilder {
    private static final int MAX_TYPES = 100;

    private ReportBuilder() {}

    /** What {@link HtmlReport} shows of one replay. */
    public static ReportData.Run run(Run run, PageMapRecorder pages, List<LiveTypes.Use> types) {
        Replay replay = run.replay();
        AddressSpace os = replay.runtime().os();
        return new ReportData.Run(
                "Go " + run.label(),
                samples(replay.timeLine()),
                replay.timeLine().cyclesNanos(),
                replay.checkpoints().stream().map(ReportBuilder::checkpoint).toList(),
                new CommittedBy(
                        os.committedBytes(Cause.PROGRAM),
                        os.committedBytes(Cause.ZEROING),
                        os.committedBytes(Cause.RUNTIME),
                        os.committedBytes(Cause.HUGE_PAGE)),
                pages.pageMap(replay),
                spanClasses(replay.runtime().heap(), os),
                types.stream()
                        .limit(MAX_TYPES)
                        .map(u ->
                                new TypeUse(u.name().isEmpty() ? "(no type known)" : u.name(), u.objects(), u.bytes()))
                        .toList());
    }

    private static Samples samples(TimeLine line) {
        int n = line.size();
        long[][] columns = new long[5][n];
        for (int i = 0; i < n; i++) {
            columns[0][i] = line.timeNanos(i);
            columns[1][i] = line.rssBytes(i);
            columns[2][i] = line.mappedBytes(i);
            columns[3][i] = line.goInUseBytes(i);
            columns[4][i] = Math.max(0, line.goalBytes(i));
        }
        return new Samples(columns[0], columns[1], columns[2], columns[3], columns[4]);
    }

    private static ReportData.Checkpoint checkpoint(Checkpoint at) {
        Map<String, Long> metrics = at.metrics();
        return new ReportData.Checkpoint(
                at.name(),
                at.timeNanos(),
                at.rssBytes(),
                at.mappedBytes(),
                metrics.getOrDefault("/memory/classes/heap/objects:bytes", 0L)
                        + metrics.getOrDefault("/memory/classes/heap/unused:bytes", 0L)
                        + metrics.getOrDefault("/memory/classes/heap/stacks:bytes", 0L));
    }

    /** A trace has no requested sizes, so an object in use counts with its whole slot. */
    private static List<SpanClassUse> spanClasses(MHeap heap, AddressSpace os) {
        long[][] sums = new long[SpanClass.COUNT][3];
        int to = (int) (os.mappedTo() >>> Units.PAGE_SHIFT);
        for (int page = (int) (os.mappedFrom() >>> Units.PAGE_SHIFT); page < to; page++) {
            MSpan span = heap.spanOf(page);
            if (span != null && span.page() == page && span.spanClass() >= 0) {
                long[] sum = sums[span.spanClass()];
                sum[0]++;
                sum[1] += span.sizeBytes();
                sum[2] += span.allocCount();
            }
        }
        List<SpanClassUse> uses = new ArrayList<>();
        for (int spanClass = 0; spanClass < sums.length; spanClass++) {
            long[] sum = sums[spanClass];
            if (sum[0] > 0) {
                int sizeClass = SpanClass.sizeClass(spanClass);
                long slotBytes =
                        sizeClass == 0 ? 0 : heap.layout().sizeClasses().bytes(sizeClass);
                uses.add(new SpanClassUse(
                        (sizeClass == 0 ? "large" : Integer.toString(sizeClass))
                                + (SpanClass.noscan(spanClass) ? " noscan" : " scan"),
                        slotBytes,
                        sum[0],
                        sum[1],
                        sum[2],
                        sizeClass == 0 ? sum[1] : sum[2] * slotBytes));
            }
        }
        return uses;
    }
}
