/**
 * One Go process: {@code mallocgc}'s paths, Go versions as lists of named behaviours, runtime/metrics. {@link
 * dev.needzero.runtime.GoRuntime} wires the heap, the collector and the system's pages together.
 */
package dev.needzero.runtime;
