/**
 * glibc's malloc traces: the records that libmtrace writes ({@code .mtr}), and the workloads that trace2wl makes of them
 * ({@code .wl}), where each thread has a stream of its own and only hand-overs between threads are kept in order.
 */
package dev.needzero.trace.mtrace;
