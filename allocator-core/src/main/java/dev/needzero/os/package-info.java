/**
 * The operating system's half: mappings, resident pages, faults, madvise, in the kernel's words. Knows nothing of Go.
 *
 * <p>The one rule that everything else follows from: mapping memory costs nothing, reading it costs no Rss, and the first
 * write to a page commits it.
 */
package dev.needzero.os;
