package dev.needzero.trace.log;

import dev.needzero.trace.Kind;
import java.util.HashMap;
import java.util.Map;

/** An operation that a record may name, the event kind behind it, and which fields the event's columns come from. */
enum LogOp {
    ALLOC("alloc", Kind.ALLOC, Field.ID, Field.SIZE, Field.TYPE),
    FREE("free", Kind.FREE, Field.ID, Field.NONE, Field.NONE),
    /** Only read: it becomes an alloc, a write and a free. */
    REALLOC("realloc", (byte) -1, Field.ID, Field.SIZE, Field.TYPE),
    WRITE("write", Kind.WRITE, Field.ID, Field.SIZE, Field.NONE),
    GC("gc", Kind.FORCE_GC, Field.NONE, Field.NONE, Field.NONE),
    FREE_OS_MEMORY("free-os-memory", Kind.FREE_OS_MEMORY, Field.NONE, Field.NONE, Field.NONE),
    RSS("rss", Kind.RSS_SAMPLE, Field.SIZE, Field.NONE, Field.NONE),
    CHECKPOINT("checkpoint", Kind.CHECKPOINT, Field.VALUE, Field.NONE, Field.NAME),
    KERNEL_READ("kernel-read", Kind.KERNEL_READ, Field.VALUE, Field.NONE, Field.DETAIL),

    SPAN("span", Kind.SPAN, Field.ID, Field.PAGES, Field.DETAIL),
    OBJECT("object", Kind.OBJECT, Field.ID, Field.NONE, Field.TYPE),
    STACK("stack", Kind.STACK, Field.ID, Field.SIZE, Field.NONE),
    SPAN_ALLOC("span-alloc", Kind.SPAN_ALLOC, Field.ID, Field.PAGES, Field.DETAIL),
    SPAN_FREE("span-free", Kind.SPAN_FREE, Field.ID, Field.NONE, Field.NONE),
    OBJECT_ALLOC("object-alloc", Kind.OBJECT_ALLOC, Field.ID, Field.NONE, Field.TYPE),
    OBJECT_FREE("object-free", Kind.OBJECT_FREE, Field.ID, Field.NONE, Field.NONE),
    STACK_ALLOC("stack-alloc", Kind.STACK_ALLOC, Field.ID, Field.SIZE, Field.NONE),
    STACK_FREE("stack-free", Kind.STACK_FREE, Field.ID, Field.NONE, Field.NONE),
    LOST_SPAN("lost-span", Kind.LOST_SPAN, Field.ID, Field.PAGES, Field.NONE),

    GC_BEGIN("gc-begin", Kind.GC_BEGIN, Field.VALUE, Field.NONE, Field.DETAIL),
    GC_END("gc-end", Kind.GC_END, Field.VALUE, Field.NONE, Field.NONE),
    SWEEP_BEGIN("sweep-begin", Kind.SWEEP_BEGIN, Field.NONE, Field.NONE, Field.DETAIL),
    SWEEP_END("sweep-end", Kind.SWEEP_END, Field.SIZE, Field.VALUE, Field.NONE),
    HEAP_ALLOC("heap-alloc", Kind.HEAP_ALLOC, Field.SIZE, Field.NONE, Field.NONE),
    HEAP_GOAL("heap-goal", Kind.HEAP_GOAL, Field.SIZE, Field.NONE, Field.NONE),
    SCAVENGER_RAN("scavenger-ran", Kind.SCAVENGER_RAN, Field.VALUE, Field.NONE, Field.NONE),
    SWEEPER_RAN("sweeper-ran", Kind.SWEEPER_RAN, Field.VALUE, Field.NONE, Field.NONE),
    PROCS_CHANGE("procs", Kind.PROCS_CHANGE, Field.VALUE, Field.NONE, Field.NONE),
    PROC_START("proc-start", Kind.PROC_START, Field.NONE, Field.NONE, Field.NONE),
    PROC_STOP("proc-stop", Kind.PROC_STOP, Field.NONE, Field.NONE, Field.NONE),
    STW_BEGIN("stw-begin", Kind.STW_BEGIN, Field.NONE, Field.NONE, Field.DETAIL),
    STW_END("stw-end", Kind.STW_END, Field.NONE, Field.NONE, Field.NONE);

    /** Where a column's value stands in a record. */
    enum Field {
        NONE,
        ID,
        SIZE,
        /** In {@code size}, as bytes: whole runtime pages. */
        PAGES,
        TYPE,
        VALUE,
        DETAIL,
        NAME
    }

    private static final Map<String, LogOp> BY_TITLE = new HashMap<>();
    private static final LogOp[] BY_KIND = new LogOp[128];

    static {
        for (LogOp op : values()) {
            BY_TITLE.put(op.title, op);
            if (op.kind >= 0) {
                BY_KIND[op.kind] = op;
            }
        }
    }

    final String title;
    final byte kind;
    final Field a;
    final Field b;
    final Field c;

    LogOp(String title, byte kind, Field a, Field b, Field c) {
        this.title = title;
        this.kind = kind;
        this.a = a;
        this.b = b;
        this.c = c;
    }

    /** The operation of that name, or null. */
    static LogOp byTitle(String title) {
        return BY_TITLE.get(title);
    }

    /** The operation that an event of that kind is written as, or null. */
    static LogOp byKind(byte kind) {
        return kind < 0 ? null : BY_KIND[kind];
    }

    /** Whether only a Go trace can hold it: its id is an address in the heap. */
    boolean isPlaced() {
        return a == Field.ID && this != ALLOC && this != FREE && this != REALLOC && this != WRITE;
    }
}
