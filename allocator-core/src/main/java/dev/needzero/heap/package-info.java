/**
 * How Go allocates, as one small object of 48 bytes with a pointer meets it:
 *
 * <ol>
 *   <li>{@link dev.needzero.heap.HeapLayout#spanClassFor} rounds its size up to a slot of a {@linkplain
 *       dev.needzero.heap.SizeClasses size class}; with "has pointers" that makes a {@linkplain
 *       dev.needzero.heap.SpanClass span class}.
 *   <li>The {@linkplain dev.needzero.heap.P P} that runs has a span cached for that class, and {@link
 *       dev.needzero.heap.MSpan#nextFree} takes its lowest free slot. Nearly always this is all.
 *   <li>A full span is exchanged: {@link dev.needzero.heap.MHeap#refill} files it with its {@linkplain
 *       dev.needzero.heap.MCentral mcentral} and takes one with free slots from there, swept already or swept on the spot.
 *   <li>If mcentral has none, {@link dev.needzero.heap.MHeap#alloc} makes one of fresh pages: from the P's {@linkplain
 *       dev.needzero.heap.PageCache page cache}, else the lowest free run of the {@linkplain
 *       dev.needzero.heap.PageAlloc page bitmap}.
 *   <li>If no run is long enough, {@link dev.needzero.heap.MHeap#grow} maps 4 MiB more.
 * </ol>
 *
 * <p>A large object takes the same way from step 4 on and has its span to itself. On that way the heap notes one thing
 * that the whole tool is named for: whether the span's pages may hold old bytes, {@link
 * dev.needzero.heap.MSpan#needzero}. Pages that the system has just handed over are zero, and who clears them anyway
 * commits them.
 *
 * <p>The way back: after marking, {@link dev.needzero.heap.MHeap#sweep} frees dead slots, and a span that nothing is left
 * on goes back to the page bitmap. A replay that is told where things lie goes through {@link
 * dev.needzero.heap.RecordedHeap}; who only wants to learn how Go allocates can leave that one out.
 *
 * <p>Page numbers and addresses count from the heap's base. A page is 8 KiB.
 */
package dev.needzero.heap;
