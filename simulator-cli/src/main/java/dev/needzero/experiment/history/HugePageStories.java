package dev.needzero.experiment.history;

import dev.needzero.experiment.Metric;
import java.util.List;

/** What huge pages made of memory that nobody wrote, and of memory that was given back. */
final class HugePageStories {
    private static final String WRITTEN = "default=all";
    private static final String MARKED = "large=none default=all";

    /** Channels of which the first twentieth was ever used. */
    private static final String SPARSE = "gen:large?kind=chan&size=1MiB&count=64&touched=5%";

    /** 64 MiB given back, and filled again. */
    private static final String REFILLED = "gen:release?kind=ptr&size=64KiB&count=1024&touched=100%";

    /** Of 200-byte objects one in thirty-three survives: three tenths of the heap's pages are given back. Then nothing. */
    private static final String SHRUNK = "gen:scatter?objects=998400&size=200B&freed=97%&idle=10m";

    private static final String ISSUE_61718 = "mknyszek in golang/go#61718, 2023-08-08, THP madvise";
    private static final String ISSUE_59960 = "golang/go#59960; release notes of Go 1.21";

    static final List<Story> ADVICE = List.of(
            new Story(
                    "huge-page-calls",
                    "The heap asks for huge pages, and every first write commits 2 MiB",
                    "1.21.0; mended in 1.21.1",
                    List.of(61718, 55328, 59960),
                    "1.21.0 (8fa9e3beee) marked all new heap memory MADV_HUGEPAGE, where the system gives huge pages to whoever asks"
                            + " (THP madvise): the first write to 2 MiB commits all of it, whatever the program writes there. What"
                            + " was reported first were stalls, for the kernel may have to make room for a huge page; then memory"
                            + " held \"somewhere off heap\". 1.21.1 (9f9bb26880) asked no more.",
                    List.of(
                            new Row(
                                    "heap in huge pages: 1.21.4, that asks for none, to 1.21.0",
                                    sparse("1.21.4", "huge-pages"),
                                    sparse("1.21.0", "huge-pages"),
                                    Observed.range(
                                            0,
                                            0.01,
                                            "AnonHugePages of 6 MiB without the calls; 1.37 GiB under 1.20, which made some; 1.21.0's"
                                                    + " own figure was not told",
                                            ISSUE_61718)),
                            new Row(
                                    "channels used to a twentieth: resident, 1.21.0 to 1.21.4",
                                    sparse("1.21.0", "end-rss"),
                                    sparse("1.21.4", "end-rss"),
                                    Observed.nothing(
                                            "\"1.21.1 does indeed solve the issue for us\", without figures",
                                            "kevinconaway in golang/go#61718, THP madvise"),
                                    "Nobody told a figure. Each channel's buffer lies in a range of 2 MiB of its own or with one"
                                            + " other, so that all is committed: up to twenty times as much, for this program."))));

    static final List<Story> COLLAPSE = List.of(new Story(
            "collapse",
            "Dense parts of the heap are collapsed into huge pages at once",
            "1.21.1 to 1.21.3; ended with 1.21.4",
            List.of(63334),
            "1.21.1 called MADV_COLLAPSE for 4 MiB of heap that the scavenger had broken into when they were nearly full"
                    + " again: the kernel makes huge pages of them on the spot, whether the system wants huge pages or not."
                    + " The call was made with the heap locked and can go into direct reclaim; programs stalled. 1.21.4 (CL"
                    + " 531816) leaves huge pages to the kernel.",
            List.of(
                    new Row(
                            "filled again after memory was given back: resident, 1.21.3 to 1.21.4",
                            refilled("1.21.3", "end-rss"),
                            refilled("1.21.4", "end-rss"),
                            Observed.range(
                                    0.97,
                                    1.03,
                                    "\"a minimal difference\" when the calls were taken out; and 4 MiB are taken for full from"
                                            + " 31/32 on, which leaves 1/31 to grow by",
                                    "mknyszek in golang/go#63334, Sweet benchmarks; runtime/mgcscavenge.go")),
                    new Row(
                            "of it in huge pages, 1.21.3",
                            refilled("1.21.3", "huge-pages"),
                            refilled("1.21.3", "end-rss"),
                            Observed.nothing("stalls; no figure of memory", "golang/go#63334"),
                            "Nobody told a figure: what was reported were stalls. The twin shows how much there was to"
                                    + " collapse; under 1.21.4 none of it lies in huge pages."))));

    static final List<Story> UNDONE = List.of(new Story(
            "max-ptes-none",
            "khugepaged takes back what the scavenger gave",
            "1.21.1 and later, wherever THP is always and max_ptes_none at its default",
            List.of(64332, 59960, 8832),
            "khugepaged makes a huge page of 2 MiB of which as little as one page is in use, for max_ptes_none is 511 of"
                    + " 512 by default: memory that the scavenger gave back comes back. Up to 1.21.0 the runtime worked"
                    + " around that with MADV_NOHUGEPAGE where it gave memory back; since 1.21.1 it leaves it to whoever"
                    + " sets up the system, with max_ptes_none=0, or GODEBUG=disablethp=1 from 1.21.6 on.",
            List.of(
                    new Row(
                            "ten minutes after most was dropped: resident, max_ptes_none 511 to 0, 1.21.4",
                            shrunk("1.21.4", Machine.EAGER, "idle"),
                            shrunk("1.21.4", Machine.MODEST, "idle"),
                            observedOverhead()),
                    new Row(
                            "the same: 1.21.4 to 1.21.0, that works around it",
                            shrunk("1.21.4", Machine.EAGER, "idle"),
                            shrunk("1.21.0", Machine.EAGER, "idle"),
                            observedOverhead()))));

    private HugePageStories() {}

    private static Observed observedOverhead() {
        return Observed.range(
                1.4,
                2,
                "\"upwards of 40% memory overhead in some cases\"; with a work-around \"up to 50%\" less \"in pathological"
                        + " cases\"",
                ISSUE_59960);
    }

    private static Figure sparse(String go, String metric) {
        return new Figure(Setup.of(SPARSE, MARKED, go), Metric.of(metric));
    }

    private static Figure refilled(String go, String metric) {
        return new Figure(Setup.of(REFILLED, MARKED, go), Metric.of(metric));
    }

    private static Figure shrunk(String go, Machine machine, String checkpoint) {
        return new Figure(Setup.of(SHRUNK, WRITTEN, go).on(machine), Metric.rssAt(checkpoint));
    }
}
