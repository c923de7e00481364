package dev.needzero.experiment.publication;

import static dev.needzero.experiment.publication.Variable.FIRST_CHUNK;
import static dev.needzero.experiment.publication.Variable.FREE_INDEX_FOR_SCAN;
import static dev.needzero.experiment.publication.Variable.LARGE_TYPE;
import static dev.needzero.experiment.publication.Variable.LAST_CHUNK;
import static dev.needzero.experiment.publication.Variable.MARK;
import static dev.needzero.experiment.publication.Variable.ROOT;
import static dev.needzero.experiment.publication.Variable.STATE;

import java.util.ArrayList;
import java.util.List;

/**
 * The allocator's side: the stores of {@code mallocgc} for one large object with pointers in a span that was used
 * before, in program order, up to the program storing the pointer.
 *
 * <p>Go: {@code runtime/malloc.go} ({@code mallocgc} in 1.23, {@code mallocgcLarge} from 1.24), {@code mheap.initSpan},
 * {@code runtime/mbitmap.go} ({@code heapSetType}, {@code heapSetTypeLarge}). What the versions have in common:
 *
 * <ul>
 *   <li>{@code initSpan} fills in the span, then sets its state atomically: a release.
 *   <li>{@code largeType} becomes nil ("nothing to scan here yet"), a publicationBarrier, then {@code freeIndexForScan}
 *       lets the conservative scanner take the object for allocated. This half came with the fix of golang/go issue
 *       54596, where objects were scanned while they were being cleared.
 *   <li>During a collection the object is marked at once, so that it is never scanned; from here on the goroutine can be
 *       preempted, and a collection can begin.
 *   <li>The memory is cleared in chunks, with a preemption point before each (pointerful objects: since 1.23, CL 577495),
 *       then the type is stored, then a second publicationBarrier, then mallocgc returns.
 * </ul>
 * How they differ: 1.23 defers clearing and type only for a span that needs zeroing, as modelled here; over fresh memory
 * it stores the type before the first barrier, and reads zeros whatever the schedule. 1.24 (CL 614257) takes the same
 * way for every large object with pointers, fresh memory or not: it commits memory that 1.23 leaves alone, and no
 * order changes. 1.25 (CL 659956, commit df9888ea4e, for issue 72991) clears only what needs it again, and its second
 * half makes the store of {@code largeType} atomic, paired with an atomic load in {@code typePointersOfUnchecked}:
 * between clearing and a plain store of the type stood no barrier, so on weakly ordered machines the type could be seen
 * before the zeros.
 *
 * <p>Not verified: the orders were read in copies that have each version's shape, not in the tagged releases; {@code
 * initSpan} was not read; and the copy of {@code mallocgcLarge} after the fix moves {@code freeIndexForScan} only outside
 * of a collection, which may be younger than 1.25. Modelled is that it always moves, which lets the collector do more.
 *
 * <p>Left out: the heap lock, {@code allocCount}, statistics and profiling; {@code freeindex}, which the collector does
 * not read; the write barrier that may shade the pointer when it is stored.
 */
public enum Protocol {
    GO_1_23("1.23", false),
    GO_1_24("1.24", false),
    GO_1_25("1.25", true);

    private final String go;
    private final boolean atomicType;

    Protocol(String go, boolean atomicType) {
        this.go = go;
        this.atomicType = atomicType;
    }

    public String go() {
        return go;
    }

    boolean atomicType(Breakage breakage) {
        return atomicType && breakage != Breakage.ATOMIC_TYPE;
    }

    /** @param stopsAt the numbers of steps after which the goroutine can be preempted */
    record Allocator(List<Op> steps, List<Integer> stopsAt) {}

    /** @param marking whether a collection is on already, so that new objects are marked */
    Allocator allocator(boolean marking, Breakage breakage) {
        List<Op> steps = new ArrayList<>();
        List<Integer> stopsAt = new ArrayList<>();
        steps.add(store(FREE_INDEX_FOR_SCAN, 0, "span.freeIndexForScan = 0 (initSpan)"));
        steps.add(store(STATE, 1, "span.state = in use, atomically").releasing());
        steps.add(store(LARGE_TYPE, 0, "span.largeType = nil"));
        if (breakage != Breakage.FIRST_BARRIER) {
            steps.add(Op.storeFence("publicationBarrier()"));
        }
        steps.add(store(FREE_INDEX_FOR_SCAN, 1, "span.freeIndexForScan = 1"));
        if (marking) {
            steps.add(Op.swap(MARK.ordinal(), 1, "mark the object (allocate black)"));
        }
        if (breakage != Breakage.CLEAR_LAST) {
            addClearing(steps, stopsAt);
        } else {
            stopsAt.add(steps.size());
        }
        Op type = store(LARGE_TYPE, Variable.NEW_TYPE, "span.largeType = T");
        steps.add(atomicType(breakage) ? type.releasing() : type);
        if (breakage != Breakage.LAST_BARRIER) {
            steps.add(Op.storeFence("publicationBarrier()"));
        }
        stopsAt.add(steps.size());
        steps.add(store(ROOT, 1, "mallocgc returns; the program stores the pointer"));
        stopsAt.add(steps.size());
        if (breakage == Breakage.CLEAR_LAST) {
            addClearing(steps, stopsAt);
        }
        return new Allocator(steps, stopsAt);
    }

    private static void addClearing(List<Op> steps, List<Integer> stopsAt) {
        stopsAt.add(steps.size());
        steps.add(store(FIRST_CHUNK, 0, "clear the first chunk"));
        stopsAt.add(steps.size());
        steps.add(store(LAST_CHUNK, 0, "clear the last chunk"));
    }

    private static Op store(Variable variable, int value, String text) {
        return Op.store(variable.ordinal(), value, text);
    }
}
