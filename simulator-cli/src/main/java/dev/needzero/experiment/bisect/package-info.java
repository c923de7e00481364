/**
 * Which change between two versions is to blame: what {@code git bisect} does with commits, done with behaviours.
 *
 * <p>{@code Changes} lists what lies between two versions, a commit a {@code Change}. A {@code Variant} is the older version
 * with some of them made; {@code Twins} runs as many as are asked for on one decode of the trace and measures each with a
 * {@code Metric}. {@code Bisection} walks the history by halves and names the culprit; {@code Shares} holds each change
 * against the others, for two of them can hide each other.
 */
package dev.needzero.experiment.bisect;
