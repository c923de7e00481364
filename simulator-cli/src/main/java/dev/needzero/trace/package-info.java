/**
 * Reading what others recorded. A {@link dev.needzero.trace.TraceReader} turns bytes into
 * {@link dev.needzero.trace.EventBatch} columns; each family of formats has a package of its own below this one.
 */
package dev.needzero.trace;
