package dev.needzero.experiment.publication;

import dev.needzero.experiment.publication.Exploration.Outcome;
import dev.needzero.experiment.publication.Exploration.Step;
import dev.needzero.experiment.publication.Op.Guard;
import dev.needzero.experiment.publication.Op.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Performs a program's steps in every order that the memory model leaves, breadth first over {@link State}s.
 *
 * <p>A step may take effect once every step of its thread that it must wait for has. A load may do so ahead of a branch
 * that later ends its thread, as processors speculate; what it read is then forgotten, and it counts as read only once
 * all earlier branches have been passed.
 */
public final class Explorer {
    private final Program program;
    private final Op[][] threads;
    /** [thread][step]: the steps of the thread that must have taken effect before, one bit each. */
    private final int[][] waitsFor;
    /** [thread][step]: the register's number in a State, -1 for a step that reads nothing. */
    private final int[][] registerOf;

    private Explorer(Program program, MemoryModel model) {
        this.program = program;
        int count = program.threads().size();
        threads = new Op[count][];
        waitsFor = new int[count][];
        registerOf = new int[count][];
        int registers = 0;
        for (int t = 0; t < count; t++) {
            Op[] ops = program.threads().get(t).toArray(new Op[0]);
            threads[t] = ops;
            waitsFor[t] = new int[ops.length];
            registerOf[t] = new int[ops.length];
            for (int j = 0; j < ops.length; j++) {
                registerOf[t][j] = ops[j].reads() ? registers++ : -1;
                for (int i = 0; i < j; i++) {
                    if (model.ordered(ops, i, j)) {
                        waitsFor[t][j] |= 1 << i;
                    }
                }
            }
        }
    }

    public static Exploration explore(Program program, MemoryModel model) {
        return new Explorer(program, model).run();
    }

    private record Arrival(State from, int thread, int step) {}

    private Exploration run() {
        State first = new State(0, 0, 0);
        for (int i = 0; i < program.initial().size(); i++) {
            first = first.withVariable(i, program.initial().get(i));
        }
        Map<State, Arrival> arrivals = new HashMap<>();
        ArrayDeque<State> queue = new ArrayDeque<>();
        Set<Outcome> outcomes = new LinkedHashSet<>();
        arrivals.put(first, new Arrival(first, -1, -1));
        queue.add(first);
        State wrong = null;
        long transitions = 0;
        while (!queue.isEmpty()) {
            State state = queue.remove();
            boolean atEnd = true;
            for (int t = 0; t < threads.length; t++) {
                for (int step = 0; step < threads[t].length; step++) {
                    if (!enabled(state, t, step)) {
                        continue;
                    }
                    atEnd = false;
                    transitions++;
                    State next = perform(state, t, step);
                    if (arrivals.putIfAbsent(next, new Arrival(state, t, step)) == null) {
                        queue.add(next);
                        if (wrong == null && wrongRead(next) != null) {
                            wrong = next;
                        }
                    }
                }
            }
            if (atEnd) {
                outcomes.add(outcome(state));
            }
        }
        List<Step> schedule = wrong == null ? List.of() : schedule(arrivals, first, wrong);
        return new Exploration(program, arrivals.size(), transitions, schedule, outcomes);
    }

    private boolean enabled(State state, int t, int step) {
        int done = state.doneOf(t);
        if ((done >> step & 1) != 0 || (waitsFor[t][step] & ~done) != 0) {
            return false;
        }
        Op op = threads[t][step];
        if (op.kind() != Kind.STOP) {
            return true;
        }
        int others = state.doneOf(0);
        return op.stopsAt().stream().anyMatch(k -> others == (1 << k) - 1);
    }

    private State perform(State state, int t, int step) {
        Op op = threads[t][step];
        State next = state.withDone(t, 1 << step);
        if (op.reads()) {
            int read = valueFor(state, t, step);
            if (!op.guard().passes(read)) {
                next = end(next, t, step);
            } else if (!state.ended(t)) {
                next = next.withRegister(registerOf[t][step], read);
            }
        }
        return op.writes() ? next.withVariable(op.location(), op.value()) : next;
    }

    /** What the step reads: memory, or the newest store of its own thread that has yet to reach it. */
    private int valueFor(State state, int t, int step) {
        int location = threads[t][step].location();
        for (int i = step - 1; i >= 0; i--) {
            Op earlier = threads[t][i];
            if (earlier.writes() && earlier.location() == location) {
                return (state.doneOf(t) >> i & 1) == 0 ? earlier.value() : state.variable(location);
            }
        }
        return state.variable(location);
    }

    /** The thread ends at a guard: what stands behind it never happens, what stands before it still does. */
    private State end(State state, int t, int step) {
        int behind = (1 << threads[t].length) - 1 & ~((2 << step) - 1);
        State next = state.withDone(t, behind).withEnded(t);
        for (int register : registerOf[t]) {
            if (register >= 0) {
                next = next.withRegister(register, 0);
            }
        }
        return next;
    }

    private Program.Read wrongRead(State state) {
        for (Program.Read read : program.wrong()) {
            int t = read.thread();
            boolean took = !state.ended(t) && (state.doneOf(t) >> read.step() & 1) != 0;
            if (took && state.register(registerOf[t][read.step()]) == read.value() && branchesPassed(state, read)) {
                return read;
            }
        }
        return null;
    }

    private boolean branchesPassed(State state, Program.Read read) {
        Op[] ops = threads[read.thread()];
        for (int i = 0; i < read.step(); i++) {
            boolean pending = (state.doneOf(read.thread()) >> i & 1) == 0;
            if (pending && ops[i].guard() != Guard.NONE) {
                return false;
            }
        }
        return true;
    }

    private Outcome outcome(State state) {
        List<Integer> memory = new ArrayList<>();
        for (int i = 0; i < program.initial().size(); i++) {
            memory.add(state.variable(i));
        }
        List<Integer> reads = new ArrayList<>();
        for (int t = 0; t < threads.length; t++) {
            for (int register : registerOf[t]) {
                if (register >= 0) {
                    reads.add(state.ended(t) ? -1 : state.register(register));
                }
            }
        }
        return new Outcome(memory, reads);
    }

    private List<Step> schedule(Map<State, Arrival> arrivals, State first, State wrong) {
        Program.Read read = wrongRead(wrong);
        List<Step> steps = new ArrayList<>();
        for (State state = wrong; !state.equals(first); ) {
            Arrival arrival = arrivals.get(state);
            int t = arrival.thread();
            int step = arrival.step();
            Op op = threads[t][step];
            int value = op.reads() ? valueFor(arrival.from(), t, step) : op.value();
            boolean isWrong = t == read.thread() && step == read.step();
            steps.add(new Step(t, step, value, overtakes(arrival.from(), t, step), isWrong));
            state = arrival.from();
        }
        Collections.reverse(steps);
        return steps;
    }

    private List<Integer> overtakes(State state, int t, int step) {
        List<Integer> pending = new ArrayList<>();
        for (int i = 0; i < step; i++) {
            if ((state.doneOf(t) >> i & 1) == 0 && !threads[t][i].isFence()) {
                pending.add(i);
            }
        }
        return pending;
    }
}
