package dev.needzero.experiment.history;

import dev.needzero.experiment.Metric;
import java.util.List;

/** What the runtime put into the heap's own pages. */
final class LayoutStories {
    /** The recorder's "small": sizes of every magnitude alike, half with pointers and left alone, half bytes and written. */
    private static final String SMALL =
            "gen:mix?sizes=1-8,1-16,1-32,1-64,1-128,1-256,1-512,1-1024,1-2048,1-4096,1-8192,1-16384,1-32768"
                    + "&life=forever&pointers=50%&events=200000";

    private static final String SMALL_TOUCH = "*int=none default=all";
    private static final String WRITTEN = "default=all";
    private static final String UNWRITTEN = "default=none";

    /** 64 MiB of objects that just fill a slot of 1 KiB. */
    private static final String KIBIBYTES = "gen:mix?sizes=1024&life=forever&pointers=100%&events=65536";

    /** About as many objects as a Go program has when its main function begins, of everyday sizes. */
    private static final String START =
            "gen:mix?sizes=8:5,16:20,24:8,32:15,48:12,64:12,80:6,96:6,128:6,256:5,512:3,1KiB:1.5,4KiB:0.5"
                    + "&life=forever&pointers=60%&events=440";

    /** 16 MiB of small objects without pointers that nobody writes. */
    private static final String NOSCAN = "gen:mix?sizes=128&life=forever&pointers=0%&events=131072";

    static final List<Story> HEADERS = List.of(new Story(
            "headers",
            "An object's header is a write, and pushes it into the next size class",
            "1.22",
            List.of(66737),
            "Up to 1.21 a bitmap outside the heap said where pointers lie. From 1.22 on (e3585c6757) a small object with"
                    + " pointers and more than 512 B carries 8 bytes in front that name its type, and spans of smaller ones"
                    + " end with their bitmap. Writing these commits pages that the program left alone; and an object that"
                    + " just filled a slot needs the next larger one.",
            List.of(
                    new Row(
                            "small objects, those with pointers left alone: resident memory, 1.22 to 1.21",
                            figure(SMALL, SMALL_TOUCH, "1.22", "end-rss"),
                            figure(SMALL, SMALL_TOUCH, "1.21", "end-rss"),
                            Observed.range(
                                    1.37,
                                    1.42,
                                    "367.1 to 263.3 MiB, and 184.0 to 132.0 MiB half way: 1.394 both times; ± 2 % for"
                                            + " other random sizes",
                                    "recorded on Linux 6.18: \"small 200000\" on Go 1.22.6 and 1.21.13, smaps")),
                    new Row(
                            "objects of 1 KiB with pointers, all written: resident memory, 1.22 to 1.21",
                            figure(KIBIBYTES, WRITTEN, "1.22", "end-rss"),
                            figure(KIBIBYTES, WRITTEN, "1.21", "end-rss"),
                            Observed.range(
                                    1.138,
                                    1.148,
                                    "8 slots of 1024 B in a page before, 7 of 1152 B since: 8/7, ± half a percent",
                                    "Go's table of size classes, runtime/sizeclasses.go")))));

    static final List<Story> MARK_AREAS = List.of(new Story(
            "mark-areas",
            "Mark bits in each span's last bytes commit a page a span",
            "1.26",
            List.of(73581),
            "Green Tea (1b40dbce1a, CL 658036) marks small objects a span at a time, and keeps the marks in the span: the"
                    + " last 128 B of every span with slots of 16 to 512 B, written when the span is made and at every"
                    + " sweep. The second system page of each such span is resident though no object there was ever used.",
            List.of(
                    new Row(
                            "a program's start, some 440 objects: resident memory, 1.26 to 1.25",
                            figure(START, WRITTEN, "1.26", "end-rss"),
                            figure(START, WRITTEN, "1.25", "end-rss"),
                            Observed.range(
                                    1.16,
                                    1.26,
                                    "416 to 432 KiB against 340 to 360 KiB in 26 programs",
                                    "recorded on Linux 6.18: Go 1.26.7 and 1.25.14, smaps at \"start\""),
                            "The generated program has no stacks and no thread's own memory, which every real program holds"
                                    + " from its start on, the same under both versions; so its share is a little higher."),
                    new Row(
                            "128 B objects without pointers, nothing written: resident to in use, 1.26",
                            figure(NOSCAN, UNWRITTEN, "1.26", "end-rss"),
                            figure(NOSCAN, UNWRITTEN, "1.26", "heap-in-use"),
                            Observed.range(
                                    0.49,
                                    0.51,
                                    "one system page of two in each span",
                                    "the layout of such spans, go1.26 runtime/mgcmark_greenteagc.go")))));

    private LayoutStories() {}

    private static Figure figure(String workload, String touch, String go, String metric) {
        return new Figure(Setup.of(workload, touch, go), Metric.of(metric));
    }
}
