package dev.needzero.trace.go;

import java.util.Arrays;

/**
 * The event types of a Go execution trace, and how many arguments follow each one's time.
 *
 * <p>Go: {@code internal/trace/event/go122} (1.23), {@code internal/trace/tracev2/events.go} (1.25); numbers and arities
 * are the same from 1.23 to 1.27.
 */
final class EventType {
    // ---- the first byte of a batch
    static final int EVENT_BATCH = 1;
    static final int EXPERIMENTAL_BATCH = 49;
    /** From 1.26 on. */
    static final int END_OF_GENERATION = 52;

    // ---- the first byte of a normal batch's payload; any other is a timed event
    static final int STACKS = 2;
    static final int STACK = 3;
    static final int STRINGS = 4;
    static final int STRING = 5;
    static final int CPU_SAMPLES = 6;
    static final int FREQUENCY = 8;
    static final int SYNC = 50;

    // ---- timed events that a replay looks at
    static final int PROCS_CHANGE = 9;
    static final int PROC_START = 10;
    static final int PROC_STOP = 11;
    static final int PROC_STEAL = 12;
    static final int PROC_STATUS = 13;
    static final int GO_START = 16;
    static final int GO_DESTROY = 17;
    static final int GO_DESTROY_SYSCALL = 18;
    static final int GO_STOP = 19;
    static final int GO_BLOCK = 20;
    static final int GO_SYSCALL_BEGIN = 22;
    static final int GO_SYSCALL_END_BLOCKED = 24;
    static final int GO_STATUS = 25;
    static final int STW_BEGIN = 26;
    static final int STW_END = 27;
    static final int GC_BEGIN = 29;
    static final int GC_END = 30;
    static final int GC_SWEEP_BEGIN = 32;
    static final int GC_SWEEP_END = 33;
    static final int HEAP_ALLOC = 37;
    static final int HEAP_GOAL = 38;
    static final int USER_LOG = 44;
    static final int GO_SWITCH = 45;
    static final int GO_SWITCH_DESTROY = 46;
    static final int GO_STATUS_STACK = 48;

    // ---- the AllocFree experiment
    static final int SPAN = 128;
    static final int SPAN_ALLOC = 129;
    static final int SPAN_FREE = 130;
    static final int HEAP_OBJECT = 131;
    static final int HEAP_OBJECT_ALLOC = 132;
    static final int HEAP_OBJECT_FREE = 133;
    static final int GOROUTINE_STACK = 134;
    static final int GOROUTINE_STACK_ALLOC = 135;
    static final int GOROUTINE_STACK_FREE = 136;

    static final int UNKNOWN = -1;
    static final int MAX_ARGUMENTS = 4;

    private static final byte[] ARGUMENTS = new byte[256];

    static {
        Arrays.fill(ARGUMENTS, (byte) UNKNOWN);
        byte[] from9 = {
            2,
            2,
            0,
            3,
            2, // procs
            3,
            1,
            2,
            0,
            0,
            2,
            2,
            3,
            2,
            0,
            0,
            3, // goroutines
            2,
            0, // the world
            1,
            2,
            1,
            1,
            1,
            2,
            1,
            1,
            0,
            1,
            1, // the collector
            1,
            4,
            2,
            3,
            3,
            4, // annotations
            2,
            2,
            3,
            4 // goroutines, from 1.23 on
        };
        System.arraycopy(from9, 0, ARGUMENTS, PROCS_CHANGE, from9.length);
        byte[] allocFree = {3, 3, 1, 2, 2, 1, 2, 2, 1};
        System.arraycopy(allocFree, 0, ARGUMENTS, SPAN, allocFree.length);
    }

    private EventType() {}

    /** Arguments after the time of a timed event, or {@link #UNKNOWN}. */
    static int arguments(int type) {
        return ARGUMENTS[type];
    }

    /** {@link #arguments} as a table indexed by type, for the decoding loop. */
    static byte[] argumentTable() {
        return ARGUMENTS.clone();
    }
}
