package dev.needzero.experiment.publication;

/**
 * Where every thread and every variable stands; equal states are one.
 *
 * <pre>
 * memory     4 bits a variable
 * done       16 bits a thread, bit i is 1 when step i took effect, or never will as its thread has ended
 * registers  4 bits a read, in the program's order; bit 60 + t is 1 when thread t ended at a guard
 * </pre>
 * The registers of a thread that ended at a guard are 0: nothing it read matters any more.
 */
record State(long memory, long done, long registers) {
    private static final int ENDED_SHIFT = 60;

    int variable(int location) {
        return (int) (memory >> 4 * location & 15);
    }

    int doneOf(int thread) {
        return (int) (done >> 16 * thread & 0xFFFF);
    }

    int register(int index) {
        return (int) (registers >> 4 * index & 15);
    }

    boolean ended(int thread) {
        return (registers >> ENDED_SHIFT + thread & 1) != 0;
    }

    State withVariable(int location, int value) {
        int shift = 4 * location;
        return new State(memory & ~(15L << shift) | (long) value << shift, done, registers);
    }

    State withDone(int thread, int steps) {
        return new State(memory, done | (long) steps << 16 * thread, registers);
    }

    State withRegister(int index, int value) {
        int shift = 4 * index;
        return new State(memory, done, registers & ~(15L << shift) | (long) value << shift);
    }

    State withEnded(int thread) {
        return new State(memory, done, registers | 1L << ENDED_SHIFT + thread);
    }
}
