/**
 * Publication order: may the collector ever scan a large object before it is cleared?
 *
 * <p>Clearing a large object takes long, so Go does it late, where the goroutine can be preempted; until then the
 * object already exists, and a collector that runs beside may come across it. Whether that is harmless rests on the
 * order in which a handful of words become visible. Too few steps to test by luck, few enough to try them all:
 *
 * <ol>
 *   <li>{@link dev.needzero.experiment.publication.Op} is one access to memory, or a fence;
 *       {@link dev.needzero.experiment.publication.Program} is two or more threads of them.
 *   <li>{@link dev.needzero.experiment.publication.MemoryModel} says which accesses of one thread keep their order.
 *   <li>{@link dev.needzero.experiment.publication.Explorer} performs them in every order that is left, breadth first,
 *       so that the first schedule which goes wrong is a shortest one.
 *   <li>{@link dev.needzero.experiment.publication.Protocol} is the allocator's side as Go 1.23, 1.24 and 1.25 have it,
 *       {@link dev.needzero.experiment.publication.Discovery} the collector's, by the way it comes across the object.
 *   <li>{@link dev.needzero.experiment.publication.Publication} puts them together and keeps the shortest schedule.
 * </ol>
 */
package dev.needzero.experiment.publication;
