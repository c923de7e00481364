package dev.needzero.experiment.publication;

import java.util.List;

/**
 * One step of a thread: an access to one small shared variable, a fence, or a stop of another thread.
 *
 * @param location the variable's number; -1 for fences and stops
 * @param value what a {@code STORE} or {@code SWAP} writes
 * @param guard what a value read must be for the thread to go on; otherwise it ends here
 * @param acquire no later step of the thread takes effect before this one
 * @param release no earlier step of the thread takes effect after this one
 * @param needs bit i is 1 when this step's address or data comes from what step i read
 * @param stopsAt for {@code STOP}: the counts of steps after which thread 0 can be stopped
 * @param text the step in Go's words
 */
public record Op(
        Kind kind,
        int location,
        int value,
        Guard guard,
        boolean acquire,
        boolean release,
        int needs,
        List<Integer> stopsAt,
        String text) {

    /** What a step does. */
    public enum Kind {
        LOAD,
        STORE,
        /** Writes a value and reads the old one, as one. */
        SWAP,
        /** Earlier stores take effect before later stores; says nothing about loads. Go's publicationBarrier. */
        STORE_FENCE,
        FULL_FENCE,
        /** Thread 0 stands still at one of {@link Op#stopsAt}, everything it did is visible; then it goes on. */
        STOP
    }

    /** A branch on the value read. */
    public enum Guard {
        NONE,
        ZERO,
        NOT_ZERO;

        boolean passes(int read) {
            return this == NONE || (this == ZERO) == (read == 0);
        }
    }

    public static Op load(int location, String text) {
        return of(Kind.LOAD, location, 0, text);
    }

    public static Op store(int location, int value, String text) {
        return of(Kind.STORE, location, value, text);
    }

    /** An atomic read-modify-write; acquires and releases, as Go's do. */
    public static Op swap(int location, int value, String text) {
        return of(Kind.SWAP, location, value, text).acquiring().releasing();
    }

    public static Op storeFence(String text) {
        return of(Kind.STORE_FENCE, -1, 0, text);
    }

    /** No protocol of Go's takes one; the litmus tests that hold the model to what is known of real processors do. */
    public static Op fullFence(String text) {
        return of(Kind.FULL_FENCE, -1, 0, text);
    }

    public static Op stop(List<Integer> stopsAt, String text) {
        return new Op(Kind.STOP, -1, 0, Guard.NONE, false, false, 0, List.copyOf(stopsAt), text);
    }

    private static Op of(Kind kind, int location, int value, String text) {
        return new Op(kind, location, value, Guard.NONE, false, false, 0, List.of(), text);
    }

    public Op acquiring() {
        return new Op(kind, location, value, guard, true, release, needs, stopsAt, text);
    }

    public Op releasing() {
        return new Op(kind, location, value, guard, acquire, true, needs, stopsAt, text);
    }

    public Op unless(Guard end) {
        Guard goOn = end == Guard.ZERO ? Guard.NOT_ZERO : Guard.ZERO;
        return new Op(kind, location, value, goOn, acquire, release, needs, stopsAt, text);
    }

    /** The address or the data of this step comes from what an earlier step of its thread read. */
    public Op needing(int step) {
        return new Op(kind, location, value, guard, acquire, release, needs | 1 << step, stopsAt, text);
    }

    public boolean reads() {
        return kind == Kind.LOAD || kind == Kind.SWAP;
    }

    public boolean writes() {
        return kind == Kind.STORE || kind == Kind.SWAP;
    }

    public boolean isFence() {
        return kind == Kind.STORE_FENCE || kind == Kind.FULL_FENCE;
    }
}
