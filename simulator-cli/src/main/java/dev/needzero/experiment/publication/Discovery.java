package dev.needzero.experiment.publication;

import static dev.needzero.experiment.publication.Variable.FIRST_CHUNK;
import static dev.needzero.experiment.publication.Variable.FREE_INDEX_FOR_SCAN;
import static dev.needzero.experiment.publication.Variable.LARGE_TYPE;
import static dev.needzero.experiment.publication.Variable.LAST_CHUNK;
import static dev.needzero.experiment.publication.Variable.MARK;
import static dev.needzero.experiment.publication.Variable.ROOT;
import static dev.needzero.experiment.publication.Variable.STATE;

import dev.needzero.experiment.publication.Op.Guard;
import java.util.ArrayList;
import java.util.List;

/**
 * The collector's side: how a mark worker comes across the object, and what it does then. Each step that finds the
 * object unfit for scanning ends the attempt.
 *
 * <p>Go: {@code runtime/mgcmark.go} ({@code scanConservative}, {@code greyobject}, {@code scanobject}),
 * {@code runtime/mbitmap.go} ({@code findObject}, {@code isFree}, {@code typePointersOfUnchecked}). In all three
 * versions the words' addresses are computed from the type that was loaded, which ARMv8 honours; the atomic load of 1.25
 * makes that independent of what a compiler does with it.
 */
public enum Discovery {
    /**
     * A stack that was preempted at an arbitrary point is scanned conservatively, and a stale word there happens to point
     * into the span. Nothing that the allocator wrote led here.
     */
    STUMBLE("stumbles on it by conservative scan") {
        @Override
        int find(List<Op> steps, List<Integer> stopsAt) {
            steps.add(load(STATE, "a stale word points into the span; span.state? in use")
                    .acquiring()
                    .unless(Guard.ZERO));
            steps.add(load(FREE_INDEX_FOR_SCAN, "span.isFree? freeIndexForScan says allocated")
                    .unless(Guard.ZERO));
            return NOTHING;
        }
    },

    /** The program's variable is scanned and holds the pointer. */
    POINTER("finds the pointer in a variable") {
        @Override
        int find(List<Op> steps, List<Integer> stopsAt) {
            int pointer = steps.size();
            steps.add(load(ROOT, "scan the program's variable: the pointer").unless(Guard.ZERO));
            steps.add(load(STATE, "findObject: span.state? in use")
                    .acquiring()
                    .needing(pointer)
                    .unless(Guard.ZERO));
            return pointer;
        }
    },

    /**
     * The allocating goroutine is stopped where it can be preempted, and its stack holds the pointer. It runs on before the
     * object, now grey, is scanned: the stop orders what came before it, not the clearing that follows.
     */
    STACK("finds the pointer on the allocating goroutine's stack") {
        @Override
        int find(List<Op> steps, List<Integer> stopsAt) {
            steps.add(Op.stop(stopsAt, "stop the goroutine, scan its stack: the pointer"));
            steps.add(load(STATE, "findObject: span.state? in use").acquiring().unless(Guard.ZERO));
            return NOTHING;
        }
    };

    private static final int NOTHING = -1;

    private final String description;

    Discovery(String description) {
        this.description = description;
    }

    public String description() {
        return description;
    }

    /** Adds the steps that lead to the object; returns the one that read its address, or {@link #NOTHING}. */
    abstract int find(List<Op> steps, List<Integer> stopsAt);

    /** @param begins whether the collection begins only now, by stopping the world */
    List<Op> collector(boolean begins, boolean atomicType, List<Integer> stopsAt) {
        List<Op> steps = new ArrayList<>();
        if (begins) {
            steps.add(Op.stop(stopsAt, "stop the world, begin a collection, go on"));
        }
        int pointer = find(steps, stopsAt);
        steps.add(led(Op.swap(MARK.ordinal(), 1, "greyobject: mark it; was it marked? no"), pointer)
                .unless(Guard.NOT_ZERO));
        int type = steps.size();
        Op loadType = led(load(LARGE_TYPE, "scanobject: load span.largeType"), pointer)
                .unless(Guard.ZERO);
        steps.add(atomicType ? loadType.acquiring() : loadType);
        steps.add(led(load(FIRST_CHUNK, "scan the first chunk"), pointer).needing(type));
        steps.add(led(load(LAST_CHUNK, "scan the last chunk"), pointer).needing(type));
        return steps;
    }

    private static Op led(Op op, int pointer) {
        return pointer == NOTHING ? op : op.needing(pointer);
    }

    private static Op load(Variable variable, String text) {
        return Op.load(variable.ordinal(), text);
    }
}
