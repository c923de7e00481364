package dev.needzero.trace;

/**
 * What a trace says of itself at its head.
 *
 * @param format the reader's name, as in {@code FORMAT:PATH}: {@code go-trace}, {@code mtrace}, {@code wee-alloc}, …
 * @param placed whether events carry addresses (Go execution traces) or ids
 * @param goVersion the Go version that the file names ({@code 1.23}: also written by 1.24), or null
 * @param heapBase the address that offset 0 stands for, a multiple of 64 MiB; 0 in unplaced traces
 * @param firstPageOffset offset of the lowest address the page allocator knew at the start (bytes); from 1.26 on the
 *     chunk that holds the random padding
 * @param exactFrees whether a free is the object's death (malloc traces) or only its sweep (Go traces)
 */
public record TraceInfo(
        String format, boolean placed, String goVersion, long heapBase, long firstPageOffset, boolean exactFrees) {}
