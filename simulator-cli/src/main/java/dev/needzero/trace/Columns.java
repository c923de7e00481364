package dev.needzero.trace;

import java.util.Arrays;

/** Which of an event's columns {@code a}, {@code b} and {@code c} say something; readers leave the others as they are. */
public final class Columns {
    private static final int A = 1;
    private static final int B = 2;
    private static final int C = 4;
    private static final byte[] USED = new byte[128];

    static {
        // A kind that is not listed may use all of them.
        Arrays.fill(USED, (byte) (A | B | C));
        set(A, Kind.SPAN_FREE, Kind.OBJECT_FREE, Kind.STACK_FREE, Kind.GC_END, Kind.HEAP_ALLOC, Kind.HEAP_GOAL);
        set(A, Kind.SCAVENGER_RAN, Kind.SWEEPER_RAN, Kind.PROCS_CHANGE, Kind.RSS_SAMPLE, Kind.FREE);
        set(A | B, Kind.STACK, Kind.STACK_ALLOC, Kind.LOST_SPAN, Kind.SWEEP_END, Kind.WRITE);
        set(A | C, Kind.OBJECT, Kind.OBJECT_ALLOC, Kind.GC_BEGIN, Kind.CHECKPOINT, Kind.KERNEL_READ);
        set(C, Kind.SWEEP_BEGIN, Kind.STW_BEGIN);
        set(0, Kind.PROC_START, Kind.PROC_STOP, Kind.STW_END, Kind.FORCE_GC, Kind.FREE_OS_MEMORY);
    }

    private Columns() {}

    private static void set(int columns, byte... kinds) {
        for (byte kind : kinds) {
            USED[kind] = (byte) columns;
        }
    }

    public static boolean usesA(byte kind) {
        return kind < 0 || (USED[kind] & A) != 0;
    }

    public static boolean usesB(byte kind) {
        return kind < 0 || (USED[kind] & B) != 0;
    }

    public static boolean usesC(byte kind) {
        return kind < 0 || (USED[kind] & C) != 0;
    }
}
