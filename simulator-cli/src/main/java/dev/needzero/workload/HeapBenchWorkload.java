package dev.needzero.workload;

/**
 * What heapbench (github.com/thepudds/heapbench) does to memory: a base heap that stays, a leak at a constant rate, and
 * jobs that arrive at random, work for a while and leave garbage behind.
 *
 * <p>Arrivals and work are exponentially distributed, clipped at ten times the mean. A job's garbage is byte slices of 1,
 * 2, 3 … 1024 bytes in turn, each dead when the next is made. The leak is held for good, as heapbench's own text says.
 */
final class HeapBenchWorkload extends Workload {
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final int LEAKS_PER_SECOND = 10;
    private static final int NODES_PER_LIST = 10;
    private static final int LARGEST_GARBAGE_BYTES = 1024;
    private static final int MAKES_PER_STEP = 64;

    /** {@code struct { pointers [3]*node; next *node; _ [4]int }}. */
    private static final GoType NODE = new GoType("main.node", 64, 8, 32);

    /** What the base heap is made of. */
    private enum Live {
        NODELIST,
        NODECHANNEL,
        INTCHANNEL,
        NODEMAP,
        INTMAP,
        NODESLICE,
        INTSLICE
    }

    private enum LiveSize {
        SMALL(64),
        MEDIUM(6400),
        LARGE(33 * 1024);

        private final int bytes;

        LiveSize(int bytes) {
            this.bytes = bytes;
        }
    }

    private final Live live;
    private final GoType elem;
    private final long elements;
    private final long repeats;
    private final long leakNodes;
    private final double jobNanos;
    private final double workNanos;
    private final long jobBytes;
    private final long endNanos;
    private final Channels channels;
    private final int nodeType;
    private final int headType;
    private final int elemType;
    private final int garbageType;

    private long built;
    private boolean building;
    private final NodeLists base = new NodeLists();
    private final NodeLists leak = new NodeLists();
    private long nextJob;
    private long nextLeak;
    private int job;

    HeapBenchWorkload(Arguments arguments) {
        super(arguments);
        live = arguments.choice("livekind", Live.class);
        elem = live == Live.INTCHANNEL || live == Live.INTMAP || live == Live.INTSLICE ? GoType.INT64 : NODE;
        elements = arguments.choice("livesize", LiveSize.class).bytes / elem.sizeBytes();
        long baseBytes = arguments.bytes("baseheap");
        boolean maps = live == Live.NODEMAP || live == Live.INTMAP;
        repeats = live == Live.NODELIST
                ? baseBytes / NODE.sizeBytes()
                : baseBytes / (elem.sizeBytes() * elements) / (maps ? 2 : 1);
        double jobsPerSecond = arguments.number("jobrate");
        if (jobsPerSecond <= 0) {
            throw new IllegalArgumentException("heapbench: jobrate must be above 0");
        }
        jobNanos = SECOND_NANOS / jobsPerSecond;
        jobBytes = (long) (arguments.bytes("garbagerate") / jobsPerSecond);
        workNanos = arguments.nanos("worktime");
        leakNodes = arguments.bytes("leakrate") / LEAKS_PER_SECOND / NODE.sizeBytes();
        endNanos = arguments.nanos("for");
        channels = new Channels(program, go, elem);
        nodeType = program.type(NODE);
        headType = program.type(new GoType("*main.node", 8, 8, 8));
        elemType = program.type(elem);
        garbageType = program.type(GoType.UINT8);
    }

    @Override
    protected void begin() {
        built = 0;
        building = true;
        base.reset();
        leak.reset();
        job = 0;
    }

    @Override
    protected boolean step() {
        if (building) {
            for (int i = 0; i < MAKES_PER_STEP && built < repeats; i++) {
                makeLive();
            }
            if (built == repeats) {
                building = false;
                program.checkpoint("base");
                nextJob = program.nanos() + rng.exponential(jobNanos);
                nextLeak = program.nanos() + SECOND_NANOS / LEAKS_PER_SECOND;
            }
            return true;
        }
        long due = Math.min(nextJob, nextLeak);
        if (endNanos > 0 && due > endNanos) {
            program.checkpoint("end");
            return false;
        }
        program.pause(Math.max(0, due - program.nanos()));
        if (nextLeak <= nextJob) {
            nextLeak += SECOND_NANOS / LEAKS_PER_SECOND;
            leak.add(leakNodes);
        } else {
            nextJob += rng.exponential(jobNanos);
            program.on(job++ % procs);
            runJob();
            // The work itself costs memory nothing; a machine with procs Ps does that many jobs at once.
            program.pause(rng.exponential(workNanos) / procs);
        }
        return true;
    }

    private void makeLive() {
        switch (live) {
            case NODELIST -> {
                long n = Math.min(NODES_PER_LIST, repeats - built);
                base.add(n);
                built += n - 1;
            }
            case NODECHANNEL, INTCHANNEL -> channels.filled(channels.make(elements), 1);
            case NODESLICE, INTSLICE -> program.alloc(elements * elem.sizeBytes(), elemType);
            case NODEMAP, INTMAP -> GoMap.make(program, go, rng, elem, elem, elements);
        }
        built++;
    }

    private void runJob() {
        int held = -1;
        long left = jobBytes;
        for (int n = 0; left > 0; n++) {
            long bytes = Math.min(left, n % LARGEST_GARBAGE_BYTES + 1);
            int made = program.alloc(bytes, garbageType);
            program.free(held);
            held = made;
            left -= bytes;
        }
        program.free(held);
    }

    /** Linked lists of up to ten nodes, and the slice of their heads. */
    private final class NodeLists {
        private int headsId = -1;
        private long heads;
        private long headsCapacity;

        void reset() {
            headsId = -1;
            heads = 0;
            headsCapacity = 0;
        }

        void add(long nodes) {
            for (long n = 0; n < nodes; n++) {
                program.alloc(NODE.sizeBytes(), nodeType);
                if (n % NODES_PER_LIST == NODES_PER_LIST - 1 || n == nodes - 1) {
                    addHead();
                }
            }
        }

        private void addHead() {
            if (heads == headsCapacity) {
                headsCapacity = go.grownCapacity(heads + 1, heads, GoType.POINTER);
                int longer = program.alloc(headsCapacity * GoType.WORD_BYTES, headType);
                program.free(headsId);
                headsId = longer;
            }
            heads++;
        }
    }
}
