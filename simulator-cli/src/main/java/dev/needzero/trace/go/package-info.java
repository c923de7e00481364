/**
 * Go execution traces with the AllocFree experiment: batches, then tables, then the threads' events merged by time.
 */
package dev.needzero.trace.go;
