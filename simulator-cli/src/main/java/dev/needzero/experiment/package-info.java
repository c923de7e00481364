/**
 * Asking twins questions. {@link dev.needzero.experiment.Replays} decodes a trace once and hands each batch to as many
 * twins as are asked for, one a version or a set of settings; everything else here is a question put to such replays.
 *
 * <p>A {@link dev.needzero.experiment.Replay} is one twin and the trace that drives it: {@code GoReplay} for Go traces, which
 * know spans and slots, {@code IdReplay} for malloc-like ones and generated programs, which know objects. Who frees is a
 * {@code GoCollector}: {@code RecordedCollector} follows the recording, {@code SimulatedCollector} goes by Go's pacing. What
 * the program writes of its objects no trace tells; {@link dev.needzero.experiment.TouchRules} do. What is kept of a run is
 * its {@link dev.needzero.experiment.TimeLine}, its {@link dev.needzero.experiment.Checkpoint}s and the twin itself.
 *
 * <p>The questions: {@link dev.needzero.experiment.Verification} and {@link dev.needzero.experiment.Fidelity} hold a replay
 * against what was recorded, {@link dev.needzero.experiment.Calibration} finds touch rules from resident memory,
 * {@link dev.needzero.experiment.Sweep} runs a grid, {@link dev.needzero.experiment.Headroom} asks whether a limit still
 * holds, {@link dev.needzero.experiment.TraceSummary} says what a trace holds at all; larger ones have a package of their
 * own: {@code bisect}, {@code explain}, {@code history}, {@code kernel}, {@code publication}.
 */
package dev.needzero.experiment;
