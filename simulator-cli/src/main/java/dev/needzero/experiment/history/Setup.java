package dev.needzero.experiment.history;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;

/**
 * A program under a version, on a system.
 *
 * @param workload its specification, {@code gen:…}
 * @param touch what it writes of its objects, as {@code --touch} takes it
 */
public record Setup(String workload, String touch, Behaviours go, OsSettings os) {
    /** A program on an ordinary system. */
    static Setup of(String workload, String touch, String go) {
        return new Setup(workload, touch, Behaviours.of(go), OsSettings.defaults());
    }

    Setup with(String behaviour, String value) {
        return new Setup(workload, touch, go.with(behaviour, value), os);
    }

    Setup on(OsSettings system) {
        return new Setup(workload, touch, go, system);
    }
}
