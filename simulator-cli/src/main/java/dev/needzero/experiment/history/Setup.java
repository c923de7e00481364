package dev.needzero.experiment.history;

import dev.needzero.runtime.Behaviours;

/**
 * A program under a version, on a machine.
 *
 * @param workload its specification, {@code gen:…}
 * @param touch what it writes of its objects, as {@code --touch} takes it
 */
public record Setup(String workload, String touch, Behaviours go, Machine machine) {
    /** A program on an ordinary machine. */
    static Setup of(String workload, String touch, String go) {
        return new Setup(workload, touch, Behaviours.of(go), Machine.ORDINARY);
    }

    Setup on(Machine other) {
        return new Setup(workload, touch, go, other);
    }
}
