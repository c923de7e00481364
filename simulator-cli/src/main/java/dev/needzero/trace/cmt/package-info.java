/** Compact Memory Traces: calls as a C programmer would write them, made from utrace or DTrace records. */
package dev.needzero.trace.cmt;
