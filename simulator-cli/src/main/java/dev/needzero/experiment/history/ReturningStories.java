package dev.needzero.experiment.history;

import dev.needzero.experiment.Metric;
import java.util.List;

/** Memory that the runtime gave back, and the system did not take. */
final class ReturningStories {
    private static final String WRITTEN = "default=all";

    /** The heap of golang/go#39779: 17 MiB in use, and a spike of 685 MiB that was given back. */
    private static final String SPIKE =
            "gen:release?kind=noscan&size=64KiB&count=10960&touched=100%&fills=1&base=17MiB";

    /**
     * The reproducer of golang/go#78962, a tenth of it: of 200-byte objects, one in twenty survives. They just fill a hundred
     * of the heap's steps of 4 MiB, for what was never used counts as given back, too.
     */
    private static final String SURVIVORS = "gen:scatter?objects=1996800&size=200B&freed=95%";

    private static final String RELEASED = "/memory/classes/heap/released:bytes";
    private static final String FREE = "/memory/classes/heap/free:bytes";
    private static final String ISSUE_39779 = "golang/go#39779, Go 1.14.1 on Linux 4.14, RSS and MemStats";
    private static final String ISSUE_78962 = "golang/go#78962, Go 1.21 on arm64 and x86-64";

    static final List<Story> MADV_FREE = List.of(new Story(
            "madv-free",
            "Memory given back with MADV_FREE stays resident until somebody needs it",
            "1.12 to 1.15; MADV_DONTNEED again from 1.16 on",
            List.of(42330, 23687, 39779, 37585),
            "From 1.12 on (CL 135395) the runtime gave memory back with MADV_FREE, which is cheaper: the kernel takes the"
                    + " pages when it is short of memory, and counts them as resident until then. Resident memory never"
                    + " fell after a spike, monitoring and container limits took it at its word. 1.16 (CL 267100) went back"
                    + " to MADV_DONTNEED, which drops the pages at once. The twin gives the heap of 1.21 back either way, as"
                    + " GODEBUG=madvdontneed=0 still does.",
            List.of(
                    new Row(
                            "after the spike was given back, to what is mapped: resident, MADV_FREE",
                            spike(Machine.LAZY, Metric.rssAt("returned")),
                            spike(Machine.LAZY, Metric.of("mapped")),
                            Observed.range(
                                    0.95,
                                    1.01,
                                    "some 740 MB resident \"for long time\", 32 MiB of it not heap, of 702 MiB HeapSys with"
                                            + " 685 MiB HeapReleased",
                                    ISSUE_39779)),
                    new Row(
                            "the same, MADV_DONTNEED",
                            spike(Machine.ORDINARY, Metric.rssAt("returned")),
                            spike(Machine.ORDINARY, Metric.of("mapped")),
                            Observed.range(
                                    0.02,
                                    0.03,
                                    "17.2 MiB of HeapSys not in HeapReleased: what would have been left",
                                    ISSUE_39779)),
                    new Row(
                            "LazyFree to resident, MADV_FREE",
                            spike(Machine.LAZY, Metric.of("lazy-free")),
                            spike(Machine.LAZY, Metric.rssAt("returned")),
                            Observed.range(
                                    0.9,
                                    1,
                                    "\"almost the same value as RSS (>300MB)\" on 1.13 and 1.14",
                                    "thepudds in golang/go#37585")))));

    static final List<Story> LARGE_PAGES = List.of(new Story(
            "64k-pages",
            "With pages of 64 KiB hardly anything can be given back",
            "1.21 as any other, on kernels with 64 KiB pages",
            List.of(78962),
            "A page of the runtime is 8 KiB; where the kernel's is 64 KiB, eight of them lie on one, and all eight must be"
                    + " free for any to be given back. A program that drops most of its small objects leaves survivors"
                    + " everywhere: single runtime pages become free, eight in a row hardly ever do.",
            List.of(
                    new Row(
                            "free after 95 % were dropped, to mapped: 4 KiB pages",
                            survivors(Machine.ORDINARY, RELEASED),
                            new Figure(setup(SURVIVORS, Machine.ORDINARY), Metric.of("mapped")),
                            Observed.range(
                                    0.125,
                                    0.145,
                                    "548 MB free of 20 million 200-byte objects, 208 B each",
                                    ISSUE_78962)),
                    new Row(
                            "not given back, of what is free: 4 KiB pages",
                            survivors(Machine.ORDINARY, FREE),
                            survivors(Machine.ORDINARY, RELEASED),
                            Observed.range(0, 0.01, "0 of 548 MB", ISSUE_78962)),
                    new Row(
                            "the same: 64 KiB pages",
                            survivors(Machine.PAGES_OF_64_KIB, FREE),
                            survivors(Machine.ORDINARY, RELEASED),
                            Observed.range(0.97, 1.01, "543 of 548 MB", ISSUE_78962)),
                    new Row(
                            "resident in the end: 64 KiB to 4 KiB pages",
                            new Figure(setup(SURVIVORS, Machine.PAGES_OF_64_KIB), Metric.rssAt("returned")),
                            new Figure(setup(SURVIVORS, Machine.ORDINARY), Metric.rssAt("returned")),
                            Observed.range(
                                    1.1,
                                    1.4,
                                    "\"not a consistent increase, some instances +10% vs amd64, some +40%\" in production",
                                    "golang/go#57175, meeting of 2026-05-07")))));

    private ReturningStories() {}

    private static Setup setup(String workload, Machine machine) {
        return Setup.of(workload, WRITTEN, "1.21").on(machine);
    }

    private static Figure spike(Machine machine, Metric metric) {
        return new Figure(Setup.of(SPIKE, "large=none default=all", "1.21").on(machine), metric);
    }

    private static Figure survivors(Machine machine, String metric) {
        return new Figure(setup(SURVIVORS, machine), Metric.at("returned", metric));
    }
}
