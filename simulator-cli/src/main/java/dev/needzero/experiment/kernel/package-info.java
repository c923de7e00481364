/**
 * The model of the kernel held against the kernel itself: what a twin tells its {@code AddressSpace}, real memory of this
 * process is told as well, and smaps and pagemap say what came of it.
 */
package dev.needzero.experiment.kernel;
