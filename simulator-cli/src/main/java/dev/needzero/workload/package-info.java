/**
 * Programs that never ran, read like traces.
 *
 * <p>{@code gen:service?channels=64&fill=2%} names one: {@link dev.needzero.workload.WorkloadSpec} reads it,
 * {@link dev.needzero.workload.Workloads} lists what there is. A {@code Workload} does what a Go program would do, step by
 * step; a {@code Program} turns that into events. Between the two lies the language: {@code GoMap}, {@code Channels} and
 * {@code GoLanguage} say what a map, a channel or an append asks of the allocator in a given Go version, for the same
 * program allocates differently under 1.23 and 1.24.
 *
 * <p>The same seed gives the same events, on every Java version. Memory grows with what lives at once, not with the
 * number of events. What a map's growth leaves to chance in Go (its hash is seeded anew each time) follows from the seed
 * here; a map's arrays, tables and directories do not depend on it until tables split or chains overflow.
 */
package dev.needzero.workload;
