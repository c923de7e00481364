/**
 * What happened to the resident memory of Go programs over the years, told so that it can be run again.
 *
 * <p>A {@code Story} is data: title, versions, cause, where it was told, and rows. Each {@code Row} holds a ratio of two
 * {@code Figure}s of twins, found when the story is run, against what was {@code Observed} then. {@code Stories} lists
 * them; {@code History} runs them, one decode for all twins of a program.
 */
package dev.needzero.experiment.history;
