package dev.needzero.trace;

import java.util.regex.Pattern;

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
        String format, boolean placed, String goVersion, long heapBase, long firstPageOffset, boolean exactFrees) {
    private static final Pattern KNOWN_GO = Pattern.compile("1\\.2[1-7](\\.\\d{1,3})?");
    private static final long HEAP_BASE_ALIGNMENT = 64L << 20;
    private static final long ADDRESS_LIMIT = 1L << 48;
    private static final long MAX_FIRST_PAGE_OFFSET = 1L << 42;

    /** What is wrong with these figures, when a damaged file or a person's hand wrote them; null if nothing is. */
    public String objection() {
        if (goVersion != null && !KNOWN_GO.matcher(goVersion).matches()) {
            return "its head names \"" + goVersion
                    + "\" as the Go version; expected one as in 1.24 or 1.24.3, up to 1.27";
        }
        if (placed && goVersion == null) {
            return "its head says that events carry addresses, but not of which Go version";
        }
        if (heapBase < 0 || heapBase >= ADDRESS_LIMIT || heapBase % HEAP_BASE_ALIGNMENT != 0) {
            return "its head names 0x" + Long.toHexString(heapBase)
                    + " as the heap's base; expected a multiple of 64 MiB below 2^48";
        }
        if (firstPageOffset < 0 || firstPageOffset > MAX_FIRST_PAGE_OFFSET) {
            return "its head places the first page " + firstPageOffset + " bytes above the heap's base; expected 0 to "
                    + MAX_FIRST_PAGE_OFFSET;
        }
        return null;
    }
}
