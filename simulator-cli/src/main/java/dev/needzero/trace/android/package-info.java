/** Traces of Android's malloc debug ({@code record_allocs}), as its memory_replay tool plays them. */
package dev.needzero.trace.android;
