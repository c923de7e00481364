package dev.needzero.workload;

import static dev.needzero.workload.Parameter.count;
import static dev.needzero.workload.Parameter.duration;
import static dev.needzero.workload.Parameter.number;
import static dev.needzero.workload.Parameter.share;
import static dev.needzero.workload.Parameter.size;
import static dev.needzero.workload.Parameter.text;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.List;

/** All kinds of workloads, with what can be said about each: the list that help and documentation are made from. */
public final class Workloads {
    private static final long MANY = 1_000_000;
    private static final long ONE_RUN = 0;
    private static final String SMALL_SIZES =
            "8:5,16:20,24:8,32:15,48:12,64:12,80:6,96:6,128:6,256:5,512:3,1KiB:1.5,4KiB:0.5";

    static final WorkloadKind LARGE = new WorkloadKind(
            "large",
            "objects of one size, all kept, the first part of each written: one cell of the grid",
            ONE_RUN,
            LargeWorkload::new,
            text("kind", "ptr", "ptr ([]*int), noscan ([]int), chan (of a struct with pointers), intchan"),
            size("size", "1MiB", "of each object"),
            count("count", "64", "objects"),
            share("touched", "0%", "of each object that the program writes"));

    static final WorkloadKind GRID = new WorkloadKind(
            "grid",
            "kinds × sizes × written shares, each cell on fresh memory: what found the regression of Go 1.24",
            ONE_RUN,
            GridWorkload::new,
            text("kinds", "ptr,noscan,chan", "of those that \"large\" knows"),
            text("sizes", "512B,4KiB,32KiB,40000B,64KiB,1MiB,8MiB", "of the objects"),
            text("touched", "0%,25%", "of each object that the program writes"),
            size("cell", "64MiB", "of objects in each cell"));

    static final List<WorkloadKind> ALL = List.of(
            new WorkloadKind(
                    "service",
                    "the incident: half channel buffers of structs with pointers, a fifth maps, the rest small",
                    ONE_RUN,
                    ServiceWorkload::new,
                    count("channels", "64", "channels"),
                    count("buffer", "16384", "elements that each channel has room for (48 B each)"),
                    share("fill", "2%", "of each buffer that is in use"),
                    count("keys", "200000", "of the map, reached after \"rounds\" rounds"),
                    size("small", "12MiB", "of small objects beside"),
                    count("rounds", "40", "rounds in a run; with \"events\" they go on for as long")),
            new WorkloadKind(
                    "small",
                    "requests that live on small objects, and sessions that outlast them",
                    MANY,
                    SmallWorkload::new,
                    count("inflight", "64", "requests at a time, 8 to 32 objects each"),
                    count("sessions", "100000", "objects that are kept until another takes their place"),
                    share("kept", "20%", "of the requests that leave an object in a session"),
                    text("sizes", SMALL_SIZES, "SIZE:WEIGHT,…"),
                    share("pointers", "60%", "of the objects that hold pointers")),
            new WorkloadKind(
                    "maps",
                    "one map, grown entry by entry: buckets up to Go 1.23, Swiss tables from 1.24 on",
                    ONE_RUN,
                    MapWorkload::new,
                    count("entries", "200000", "keys"),
                    text("key", "string", "int64, string, … or a size"),
                    text("elem", "record", "int64, record, struct{}, … or a size (*SIZE: all pointers)"),
                    count("hint", "0", "what make() is told to expect")),
            new WorkloadKind(
                    "channels",
                    "buffered channels, partly filled, some of them replaced",
                    ONE_RUN,
                    ChannelWorkload::new,
                    count("count", "64", "channels"),
                    count("buffer", "21845", "elements that each has room for"),
                    text("elem", "record", "int64, record, pointer, struct{}, … or a size"),
                    share("fill", "2%", "of each buffer that is written"),
                    count("churn", "0", "channels replaced after all are made")),
            new WorkloadKind(
                    "slices",
                    "slices grown by append",
                    ONE_RUN,
                    SliceWorkload::new,
                    count("count", "200", "slices"),
                    count("length", "50000", "elements of each in the end"),
                    count("by", "1", "elements in each append"),
                    text("elem", "both", "both (*int and int in turn), or a type or size")),
            new WorkloadKind(
                    "strings",
                    "strings that come and go, made in one of three ways",
                    MANY,
                    StringWorkload::new,
                    count("live", "10000", "strings at a time"),
                    size("mean", "100B", "length, exponentially distributed"),
                    text("how", "concat", "concat (a + b), builder (strings.Builder) or bytes (string(buffer))")),
            new WorkloadKind(
                    "cache",
                    "a least-recently-used cache in front of keys that follow Zipf's law",
                    MANY,
                    CacheWorkload::new,
                    count("entries", "50000", "that the cache holds"),
                    count("keys", "1e6", "that are asked for"),
                    number("skew", "1.0", "Zipf's exponent; 0: all keys alike"),
                    text("sizes", "64-512:60,512-4096:35,16KiB:5", "of the values, SIZE:WEIGHT,…"),
                    size("answer", "256B", "garbage of each request")),
            new WorkloadKind(
                    "leak",
                    "short-lived objects, of which a few are never let go",
                    MANY,
                    MixWorkload::new,
                    text("sizes", SMALL_SIZES, "SIZE:WEIGHT,…"),
                    text("life", "exp:2000", "of what is not leaked, in allocations"),
                    share("leak", "1%", "of the objects that never die"),
                    share("pointers", "60%", "of the objects that hold pointers")),
            new WorkloadKind(
                    "bursts",
                    "a quiet service, and once a period a burst of memory that is dropped all at once",
                    MANY,
                    BurstWorkload::new,
                    size("base", "16MiB", "that stays"),
                    size("burst", "64MiB", "of each burst"),
                    size("traffic", "8MiB", "of garbage a second"),
                    duration("period", "5s", "from the end of a burst to the next"),
                    duration("hold", "500ms", "that a burst is held"),
                    text("sizes", "64-512:50,512-4096:45,40KiB:5", "SIZE:WEIGHT,…")),
            new WorkloadKind(
                    "release",
                    "objects made on fresh memory, made again where they died, and once more after all was given back",
                    ONE_RUN,
                    ReleaseWorkload::new,
                    text("kind", "ptr", "as of \"large\""),
                    size("size", "1MiB", "of each object"),
                    count("count", "64", "objects at a time"),
                    share("touched", "0%", "of each object that the program writes"),
                    count("fills", "3", "times that they are made, 1 to 3; what dies after the second is given back"),
                    size("base", "0B", "of small objects that stay")),
            new WorkloadKind(
                    "scatter",
                    "many small objects, most of them dropped at random; then what is free is given back",
                    ONE_RUN,
                    ScatterWorkload::new,
                    count("objects", "1e6", "small objects without pointers"),
                    size("size", "200B", "of each"),
                    share("freed", "95%", "of them that are dropped"),
                    duration("idle", "0s", "that nothing happens in the end")),
            new WorkloadKind(
                    "mix",
                    "objects of sizes and lifetimes given by hand",
                    MANY,
                    MixWorkload::new,
                    text("sizes", "16:50,64:30,1KiB:20", "SIZE:WEIGHT,… where SIZE may be a range (16-64)"),
                    text(
                            "life",
                            "exp:1000",
                            "exp:MEAN, fixed:N, uniform:A-B, pareto:MIN:SHAPE, forever; mixed with @WEIGHT"),
                    share("leak", "0%", "of the objects that never die"),
                    share("pointers", "50%", "of the objects that hold pointers")),
            new WorkloadKind(
                    "heapbench",
                    "heapbench's parameters: a base heap, garbage, a leak, jobs",
                    MANY,
                    HeapBenchWorkload::new,
                    size("baseheap", "128MiB", "that stays"),
                    size("garbagerate", "16MiB", "of garbage a second"),
                    size("leakrate", "1MiB", "leaked a second"),
                    number("jobrate", "100", "jobs a second, between which the garbage is shared out"),
                    duration("worktime", "0ms", "of computing in each job, on average"),
                    duration("for", "0s", "when the run ends, in its own time; 0s: when its events are used up"),
                    text(
                            "livekind",
                            "nodelist",
                            "nodelist, nodechannel, intchannel, nodemap, intmap, nodeslice, intslice"),
                    text("livesize", "medium", "small (64 B), medium (6400 B) or large (33 KiB) parts")),
            LARGE,
            GRID,
            new WorkloadKind(
                    "like",
                    "the live heap of a pprof heap profile, size class by size class",
                    ONE_RUN,
                    PprofWorkload::new,
                    text("profile", "", "path of the profile; required"),
                    number("scale", "1", "how many times as many objects")));

    private Workloads() {}

    public static List<WorkloadKind> all() {
        return ALL;
    }

    /** Whether a trace's name is a workload's specification. */
    public static boolean isSpec(String trace) {
        return trace.startsWith(WorkloadSpec.PREFIX);
    }

    /**
     * Starts a workload where a trace could be read.
     *
     * @throws BadInputException for a specification that makes no sense
     */
    public static TraceReader open(String spec) throws IOException {
        try {
            return WorkloadSpec.parse(spec).open();
        } catch (IllegalArgumentException e) {
            throw new BadInputException(spec, e.getMessage());
        }
    }
}
