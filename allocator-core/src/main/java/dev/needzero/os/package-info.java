/**
 * The operating system's half: mappings, resident pages, faults, madvise, huge pages, a cgroup's limits, in the kernel's
 * words. Knows nothing of Go.
 *
 * <p>The one rule that everything else follows from: mapping memory costs nothing, reading it costs no Rss, and the first
 * write to a page commits it. The life of one page, in {@link dev.needzero.os.AddressSpace}:
 *
 * <ol>
 *   <li>{@code reserve}, {@code map}: the page can be used, and is not there.
 *   <li>{@code read}: the kernel's one zero page is mapped in its place. Rss does not move.
 *   <li>{@code write}: the page is committed, and remembers because of whom ({@link dev.needzero.os.Cause}). Where a huge
 *       page may be had, its whole range is, 512 pages of 4 KiB for one byte; {@code HugePages} decides that by what the
 *       page table looks like and by what the program advised.
 *   <li>{@code dontNeed}: the page is gone. If it was a part of a huge page, Rss falls, and the memory stays charged until
 *       the kernel splits what is left. {@code free}: the page stays until memory is short, or until it is written again.
 *   <li>Time passes ({@code advanceTo}): {@link dev.needzero.os.Khugepaged} finds a range with few enough pages missing and
 *       brings them all back.
 *   <li>The charge meets a limit of {@link dev.needzero.os.MemoryCgroup}: lazily free pages go, broken huge pages are split,
 *       and if that is not enough the program waits, or dies.
 * </ol>
 *
 * <p>Whoever wants another kernel to go through the same listens with {@link dev.needzero.os.KernelCalls}.
 */
package dev.needzero.os;
