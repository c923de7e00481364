package dev.needzero.workload;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TypeTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The memory operations of a generated program, turned into events: it hands out ids, keeps the clock, and fills the
 * reader's batch; what one step says beyond the batch's end waits in a spill of its own for the next batch.
 *
 * <p>Ids are dense and the last one freed is the first one used again, so that they stay as few as the most objects that
 * ever lived at once. A workload that numbers its objects itself takes a range with {@link #reserveIds} instead.
 */
final class Program {
    final TypeTable types = new TypeTable();

    private final List<String> strings = new ArrayList<>();
    private final long nanosPerEvent;

    private EventBatch out;
    private EventBatch[] spill = {};
    private int spilled;
    private int proc;
    private long nanos;

    private int ids;
    private int[] freeIds = new int[1024];
    private int freeCount;
    private boolean[] live = new boolean[1024];
    private int checkpoints;

    /**
     * @param nanosPerEvent how far the clock moves with every event
     */
    Program(long nanosPerEvent) {
        this.nanosPerEvent = nanosPerEvent;
    }

    // ---- types and names

    /** The index of a type, added at its first mention. */
    int type(GoType type) {
        return type(type.traceType());
    }

    /** As above, for what no Go type says. */
    int type(TypeTable.Type wanted) {
        for (int i = 1; i < types.size(); i++) {
            if (types.get(i).equals(wanted)) {
                return i;
            }
        }
        return types.add(wanted);
    }

    String string(int index) {
        return strings.get(index);
    }

    // ---- what the program does

    /** Allocates and returns the object's id; no bytes, no allocation: then -1. */
    int alloc(long bytes, int type) {
        if (bytes == 0) {
            return -1;
        }
        int id = freeCount > 0 ? freeIds[--freeCount] : ids++;
        if (id >= live.length) {
            live = Arrays.copyOf(live, Math.max(id + 1, 2 * live.length));
        }
        live[id] = true;
        add(Kind.ALLOC, id, bytes, type);
        return id;
    }

    /** The object is dead from here on; -1 stands for none. */
    void free(int id) {
        if (id < 0) {
            return;
        }
        if (!live[id]) {
            throw new IllegalStateException("object " + id + " freed twice");
        }
        live[id] = false;
        if (freeCount == freeIds.length) {
            freeIds = Arrays.copyOf(freeIds, 2 * freeCount);
        }
        freeIds[freeCount++] = id;
        add(Kind.FREE, id, 0, 0);
    }

    /** The program wrote the object's first bytes. */
    void write(int id, long bytes) {
        if (bytes > 0) {
            add(Kind.WRITE, id, bytes, 0);
        }
    }

    /** runtime.GC(). */
    void collect() {
        add(Kind.FORCE_GC, 0, 0, 0);
    }

    /** debug.FreeOSMemory(). */
    void freeOsMemory() {
        add(Kind.FREE_OS_MEMORY, 0, 0, 0);
    }

    void checkpoint(String name) {
        int index = strings.indexOf(name);
        if (index < 0) {
            index = strings.size();
            strings.add(name);
        }
        add(Kind.CHECKPOINT, checkpoints++, 0, index);
    }

    /** GOMAXPROCS is set and every P begins to run. */
    void startProcs(int procs) {
        add(Kind.PROCS_CHANGE, procs, 0, 0);
        for (int p = 0; p < procs; p++) {
            proc = p;
            add(Kind.PROC_START, 0, 0, 0);
        }
        proc = 0;
    }

    /** What follows happens on this P. */
    void on(int p) {
        proc = p;
    }

    /** The program waits, or computes without allocating. */
    void pause(long waitNanos) {
        nanos += waitNanos;
    }

    long nanos() {
        return nanos;
    }

    // ---- a workload's own numbering

    /** Takes n ids out of the pool for good and returns the first. */
    int reserveIds(int n) {
        int first = ids;
        ids = Math.addExact(ids, n);
        return first;
    }

    /** As {@link #alloc}, for a reserved id. */
    void allocReserved(int id, long bytes, int type) {
        add(Kind.ALLOC, id, bytes, type);
    }

    /** As {@link #free}, for a reserved id. */
    void freeReserved(int id) {
        add(Kind.FREE, id, 0, 0);
    }

    /**
     * Frees live objects of the pool, oldest id first.
     *
     * @param from where to go on
     * @param atMost how many
     * @return where to go on from, or -1 when none is left
     */
    int freeAll(int from, int atMost) {
        int freed = 0;
        for (int id = from; id < ids; id++) {
            if (id < live.length && live[id]) {
                if (freed == atMost) {
                    return id;
                }
                free(id);
                freed++;
            }
        }
        return -1;
    }

    // ---- batches

    private void add(byte kind, long a, long b, int c) {
        nanos += nanosPerEvent;
        EventBatch to = out;
        if (to.size == EventBatch.CAPACITY) {
            to = spillBatch();
        }
        to.add(kind, proc, nanos, a, b, c);
    }

    private EventBatch spillBatch() {
        if (spilled == 0 || spill[spilled - 1].size == EventBatch.CAPACITY) {
            if (spilled == spill.length) {
                spill = Arrays.copyOf(spill, spilled + 1);
                spill[spilled] = new EventBatch();
            }
            spill[spilled++].size = 0;
        }
        return spill[spilled - 1];
    }

    /** Makes the batch the one to fill and moves what was left over into it. */
    void fill(EventBatch batch) {
        batch.size = 0;
        out = batch;
        if (spilled > 0) {
            EventBatch first = spill[0];
            System.arraycopy(spill, 1, spill, 0, spilled - 1);
            spill[--spilled] = first;
            int n = first.size;
            System.arraycopy(first.kind, 0, batch.kind, 0, n);
            System.arraycopy(first.proc, 0, batch.proc, 0, n);
            System.arraycopy(first.a, 0, batch.a, 0, n);
            System.arraycopy(first.b, 0, batch.b, 0, n);
            System.arraycopy(first.c, 0, batch.c, 0, n);
            System.arraycopy(first.timeNanos, 0, batch.timeNanos, 0, n);
            batch.size = n;
        }
    }
}
