/** Traces of wee_alloc's tests: what an allocator written in Rust was checked with, recorded from real programs. */
package dev.needzero.trace.weealloc;
