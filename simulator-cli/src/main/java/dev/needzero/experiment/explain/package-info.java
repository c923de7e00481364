/**
 * What happens to one allocation. {@link dev.needzero.experiment.explain.AllocationLab} performs it in small twins of its
 * own, on memory in each state that a span's pages can be in; {@link dev.needzero.experiment.explain.EventExplanation}
 * watches one of a trace, in the state that the replay had reached. Nothing is known of versions here: what differs
 * between them is what their twins did differently.
 */
package dev.needzero.experiment.explain;
