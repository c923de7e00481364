package dev.needzero.trace;

/**
 * What an event of an {@link EventBatch} says, and what its columns hold.
 *
 * <p>Two families share the batch. <em>Placed</em> traces (Go execution traces) carry addresses: {@code a} is a byte
 * offset from {@link TraceInfo#heapBase()}. <em>Unplaced</em> traces (malloc traces, generated workloads) carry ids:
 * small numbers that a reader hands out densely and recycles after the free, so that arrays can be indexed by them.
 */
public final class Kind {
    private Kind() {}

    // ---- placed: the snapshot at the trace's head
    /** A span that exists: a offset, b pages, c kindclass (bit 0 manual, else spanClass &lt;&lt; 1). */
    public static final byte SPAN = 1;
    /** An object that exists: a offset of its slot, c type. */
    public static final byte OBJECT = 2;
    /** A goroutine stack that exists: a offset, b bytes. Records without a stack are left out. */
    public static final byte STACK = 3;

    // ---- placed: what happened
    /** a offset, b pages, c kindclass. */
    public static final byte SPAN_ALLOC = 4;
    /** a offset. */
    public static final byte SPAN_FREE = 5;
    /** a offset of the pointer handed out (slot base, or 8 beyond it), c type. */
    public static final byte OBJECT_ALLOC = 6;
    /** a offset of the slot. */
    public static final byte OBJECT_FREE = 7;
    /** a offset, b bytes. */
    public static final byte STACK_ALLOC = 8;
    /** a offset. */
    public static final byte STACK_FREE = 9;
    /**
     * A span whose allocation was lost by the tracer, though this generation frees it or a stack on it: a offset, b pages
     * (the room up to the next known span, at most 4). Where only a stack is known, a is the stack's and b is 0: the span
     * begins there or up to 3 pages below. Stands before the generation's first event.
     */
    public static final byte LOST_SPAN = 10;

    // ---- the collector
    /** a sequence number, c reason: one of the GC_BY constants. */
    public static final byte GC_BEGIN = 16;
    /** a sequence number. Mark termination: marking is over, sweeping begins. */
    public static final byte GC_END = 17;
    /** c reason: one of the SWEEP_BY constants. */
    public static final byte SWEEP_BEGIN = 18;
    /** a bytes swept, b bytes reclaimed, since the P's SWEEP_BEGIN. */
    public static final byte SWEEP_END = 19;
    /** a heapLive, bytes. */
    public static final byte HEAP_ALLOC = 20;
    /** a heapGoal, bytes. */
    public static final byte HEAP_GOAL = 21;

    /**
     * The background scavenger went to sleep: a nanoseconds it ran since the last time, or 0 when it found nothing to give
     * back and waits to be woken.
     */
    public static final byte SCAVENGER_RAN = 22;

    /**
     * A goroutine that sweeps in order stopped: the background sweeper, or one that waits in runtime.GC(). a: spans that
     * it swept at least since it last did (0 when it was stopped against its will), or -1 when nothing is left to sweep.
     */
    public static final byte SWEEPER_RAN = 23;

    // ---- the scheduler, as far as it moves memory
    /** a number of Ps (GOMAXPROCS). */
    public static final byte PROCS_CHANGE = 24;
    /** The P named in the proc column begins to run, or is said to run at the head of a part of the trace. */
    public static final byte PROC_START = 25;
    /** The P named in the proc column stops running. */
    public static final byte PROC_STOP = 26;
    /** The world stops: c reason ({@link TraceReader#string}). */
    public static final byte STW_BEGIN = 27;

    public static final byte STW_END = 28;

    // ---- needzero's own marks
    /** a checkpoint's number, c its name ({@link TraceReader#string}). */
    public static final byte CHECKPOINT = 32;
    /** The program wrote b bytes at offset a (placed), or b bytes from the start of object a (unplaced). */
    public static final byte WRITE = 33;
    /** Resident memory that the recorder observed: a bytes. */
    public static final byte RSS_SAMPLE = 34;
    /**
     * The recorder has read a part of what the kernel says at a checkpoint: a the checkpoint's number, c one of the READ
     * constants. Between that and the checkpoint itself, when it has asked the runtime, others may have run.
     */
    public static final byte KERNEL_READ = 35;

    // ---- what was read (KERNEL_READ's c)
    /** smaps: how much is resident. */
    public static final int READ_SMAPS = 0;
    /** pagemap: which pages are. */
    public static final int READ_PAGES = 1;

    // ---- unplaced
    /** a id, b bytes asked for, c type (which says whether it holds pointers and must be zeroed). */
    public static final byte ALLOC = 40;
    /** a id; the object is dead from here on. */
    public static final byte FREE = 41;
    /** An explicit collection, runtime.GC(): everything freed so far is swept. */
    public static final byte FORCE_GC = 42;
    /** debug.FreeOSMemory(): a collection, then everything free goes back to the system. */
    public static final byte FREE_OS_MEMORY = 43;

    // ---- why a collection began (GC_BEGIN's c)
    /** The heap reached its trigger, or two minutes passed. */
    public static final int GC_BY_PACER = 0;
    /** runtime.GC(). */
    public static final int GC_BY_PROGRAM = 1;
    /** debug.FreeOSMemory(): everything free goes back to the system once it is swept. */
    public static final int GC_BY_FREE_OS_MEMORY = 2;

    // ---- why a span was swept (SWEEP_BEGIN's c), by the function that the event's stack names
    /** The trace does not say. */
    public static final int SWEEP_BY_UNKNOWN = 0;
    /** mcentral.cacheSpan, looking for a span with a free slot. */
    public static final int SWEEP_BY_CACHE_SPAN = 1;
    /** sweepone under deductSweepCredit, paying for an allocation. */
    public static final int SWEEP_BY_CREDIT = 2;
    /** mheap.reclaim, before a span is allocated. */
    public static final int SWEEP_BY_RECLAIM = 3;
    /** The background sweeper goes on; SWEEPER_RAN says when it stops. */
    public static final int SWEEP_BY_BACKGROUND = 4;
}
