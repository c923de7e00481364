package dev.needzero.experiment.publication;

import java.util.List;
import java.util.Set;

/**
 * What trying every order of a program's steps found.
 *
 * @param states different states reached, the first one included
 * @param transitions steps tried, over all states
 * @param schedule a shortest schedule that reads what must never be read; empty when there is none
 * @param outcomes how the program can end
 */
public record Exploration(Program program, int states, long transitions, List<Step> schedule, Set<Outcome> outcomes) {

    /**
     * One step taking effect.
     *
     * @param value what it read, or wrote; 0 for fences
     * @param overtakes earlier steps of its thread that had not taken effect yet, fences left out
     * @param wrong whether this is the read that no schedule may see
     */
    public record Step(int thread, int step, int value, List<Integer> overtakes, boolean wrong) {}

    /**
     * A state with nothing left to do.
     *
     * @param memory the variables
     * @param reads what was read, in the program's order; -1 for a read of a thread that ended at a guard
     */
    public record Outcome(List<Integer> memory, List<Integer> reads) {}

    public boolean goesWrong() {
        return !schedule.isEmpty();
    }
}
