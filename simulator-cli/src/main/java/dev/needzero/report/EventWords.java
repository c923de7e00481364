package dev.needzero.report;

import dev.needzero.trace.Kind;

/** What an event is, in a few words. */
public final class EventWords {
    private EventWords() {}

    /** As in {@code object allocated}. */
    public static String of(byte kind) {
        return switch (kind) {
            case Kind.SPAN -> "a span that existed before the trace";
            case Kind.OBJECT -> "an object that existed before the trace";
            case Kind.STACK -> "a stack that existed before the trace";
            case Kind.SPAN_ALLOC -> "span allocated";
            case Kind.SPAN_FREE -> "span freed";
            case Kind.OBJECT_ALLOC, Kind.ALLOC -> "object allocated";
            case Kind.OBJECT_FREE -> "object swept away";
            case Kind.STACK_ALLOC -> "stack allocated";
            case Kind.STACK_FREE -> "stack freed";
            case Kind.LOST_SPAN -> "a span whose allocation the tracer lost";
            case Kind.GC_BEGIN -> "collection begins";
            case Kind.GC_END -> "marking is over, sweeping begins";
            case Kind.SWEEP_BEGIN -> "a sweep begins";
            case Kind.SWEEP_END -> "a sweep ends";
            case Kind.HEAP_ALLOC -> "the collector's count of live bytes";
            case Kind.HEAP_GOAL -> "the collector's goal";
            case Kind.SCAVENGER_RAN -> "the background scavenger has run";
            case Kind.SWEEPER_RAN -> "the background sweeper has run";
            case Kind.PROCS_CHANGE -> "the number of Ps";
            case Kind.PROC_START -> "a P starts";
            case Kind.PROC_STOP -> "a P stops";
            case Kind.STW_BEGIN -> "the world stops";
            case Kind.STW_END -> "the world goes on";
            case Kind.CHECKPOINT -> "checkpoint";
            case Kind.KERNEL_READ -> "the recorder has read what the kernel says";
            case Kind.WRITE -> "the program writes";
            case Kind.RSS_SAMPLE -> "resident memory as the recorder saw it";
            case Kind.FREE -> "object dead";
            case Kind.FORCE_GC -> "runtime.GC()";
            case Kind.FREE_OS_MEMORY -> "debug.FreeOSMemory()";
            default -> "event of kind " + kind;
        };
    }
}
