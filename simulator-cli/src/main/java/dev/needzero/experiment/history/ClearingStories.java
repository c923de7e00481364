package dev.needzero.experiment.history;

import dev.needzero.experiment.Metric;
import java.util.List;

/** What the allocator cleared that the system had cleared already. */
final class ClearingStories {
    /** Only what the program says that it writes of its large objects; the rest of them stays as it was handed out. */
    private static final String LARGE_UNWRITTEN = "large=none default=all";

    private static final String ISSUE_72991 = "thepudds in golang/go#72991, 44 runs each";
    private static final String INCIDENT =
            "Datadog's account of the incident: a rise of about 20 %, and smaps of one process";
    private static final String RECORDED =
            "recorded on Linux 6.18: \"release ptr 1048576 64\" on Go 1.25.14 and 1.26.7, smaps at \"third-live\" and"
                    + " \"second-live\"";

    static final List<Story> CLEARING = List.of(new Story(
            "clearing",
            "Large objects with pointers are cleared on fresh memory",
            "1.24; mended in 1.25",
            List.of(72991, 73800),
            "Taking mallocgc apart by size and kind (8730fcf885, CL 614257) lost a condition: whether the memory needs"
                    + " clearing at all. A large object with pointers was cleared even on pages fresh from the system;"
                    + " clearing writes, and writing commits. Go's own metrics count what is allocated, not what is"
                    + " resident, and did not move. Mended by df9888ea4e (CL 659956).",
            List.of(
                    row72991("nodemap", Observed.means(2151.8, 214.5, 1066.6, 212.6, ISSUE_72991)),
                    row72991("intmap", Observed.means(1225.9, 239.4, 1224.6, 230.3, ISSUE_72991)),
                    row72991("nodeslice", Observed.means(1265.1, 82.3, 628.0, 91.9, ISSUE_72991)),
                    row72991("intslice", Observed.means(629.5, 69.8, 627.0, 77.6, ISSUE_72991)),
                    new Row(
                            "a service, half of it channel buffers, a fifth maps: peak resident, 1.24 to 1.23",
                            service("1.24", "peak-rss"),
                            service("1.23", "peak-rss"),
                            Observed.range(1.15, 1.25, "1.26 to 1.04 GiB", INCIDENT)),
                    new Row(
                            "the same: resident to mapped, 1.24",
                            service("1.24", "end-rss"),
                            service("1.24", "mapped"),
                            Observed.range(0.97, 1, "1.26 of 1.28 GiB", INCIDENT)),
                    new Row(
                            "the same: resident to mapped, 1.23",
                            service("1.23", "end-rss"),
                            service("1.23", "mapped"),
                            Observed.range(0.74, 0.82, "1.04 of 1.33 GiB, ± 5 %", INCIDENT)))));

    static final List<Story> SCAVENGED_ZERO = List.of(new Story(
            "scavenged-zero",
            "Memory that was given back is known to be zero",
            "1.26",
            List.of(76063),
            "The heap remembers with a high-water mark an arena which pages were handed out before; what lies below must"
                    + " be cleared, though the kernel gives back zeroes for whatever it was given with MADV_DONTNEED. From"
                    + " 1.26 on a span all of whose pages are with the system is known to be zero: a program that fills its"
                    + " heap again after it gave memory back commits only what it writes.",
            List.of(
                    new Row(
                            "filled again after FreeOSMemory, to filled again before: resident, 1.25",
                            released("1.25", Metric.rssAt("third-live")),
                            released("1.25", Metric.rssAt("second-live")),
                            Observed.range(0.99, 1.01, "64.3 to 64.4 MiB", RECORDED)),
                    new Row(
                            "the same, 1.26",
                            released("1.26", Metric.rssAt("third-live")),
                            released("1.26", Metric.rssAt("second-live")),
                            Observed.range(0, 0.01, "0.4 to 64.5 MiB", RECORDED)))));

    private ClearingStories() {}

    /**
     * One row of the issue's table. Both versions run the program with the maps of 1.23: the integer maps' figures then were
     * the same to a part in a thousand under both, which no Swiss table's would have been.
     */
    private static Row row72991(String kind, Observed observed) {
        String workload = "gen:heapbench?livekind=" + kind + "&livesize=large&baseheap=32MiB&go=1.23&for=5s&events=0";
        return new Row(
                kind + "-large: peak resident memory, 1.24 to 1.23",
                new Figure(Setup.of(workload, LARGE_UNWRITTEN, "1.24"), Metric.of("peak-rss")),
                new Figure(Setup.of(workload, LARGE_UNWRITTEN, "1.23"), Metric.of("peak-rss")),
                observed);
    }

    /** Built with the language of its version, as it was: 1.24's maps take less, which hides a part of the rise. */
    private static Figure service(String go, String metric) {
        return new Figure(Setup.of("gen:service?go=" + go, "main.record=none default=all", go), Metric.of(metric));
    }

    private static Figure released(String go, Metric metric) {
        return new Figure(Setup.of("gen:release?kind=ptr&size=1MiB&count=64", LARGE_UNWRITTEN, go), metric);
    }
}
