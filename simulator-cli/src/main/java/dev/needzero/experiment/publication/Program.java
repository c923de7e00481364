package dev.needzero.experiment.publication;

import java.util.List;

/**
 * Threads of steps over a few small shared variables, and what must never be read.
 *
 * @param initial each variable's first value, 0 to 15; at most 16 variables
 * @param threads at most 4 threads of at most 15 steps
 * @param wrong reads that no schedule may see
 */
public record Program(String name, List<Integer> initial, List<List<Op>> threads, List<Read> wrong) {

    /** A step of a thread that read a value. */
    public record Read(int thread, int step, int value) {}

    static final int MAX_VARIABLES = 16;
    static final int MAX_THREADS = 4;
    static final int MAX_STEPS = 15;
    static final int MAX_READS = 15;

    public Program {
        initial = List.copyOf(initial);
        threads = threads.stream().map(List::copyOf).toList();
        wrong = List.copyOf(wrong);
        long reads = threads.stream().flatMap(List::stream).filter(Op::reads).count();
        if (initial.size() > MAX_VARIABLES
                || threads.size() > MAX_THREADS
                || reads > MAX_READS
                || threads.stream().anyMatch(t -> t.size() > MAX_STEPS)) {
            throw new IllegalArgumentException("program \"" + name + "\" is too large to be packed into a State");
        }
    }
}
