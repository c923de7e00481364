package dev.needzero.os;

/**
 * Told what an {@link AddressSpace} is told, in order, so that another kernel, the real one, can be asked to do the same.
 * Of writes and reads only those that find a page not there yet. Addresses count from the stretch's start; all in bytes.
 */
public interface KernelCalls {
    /** mmap(PROT_NONE). */
    void reserve(long address, long bytes);

    /** mmap(PROT_READ|PROT_WRITE) over a part of the reservation. */
    void map(long address, long bytes);

    /** Each osPage of the range is written. */
    void write(long address, long bytes);

    /** Each osPage of the range is read. */
    void read(long address, long bytes);

    /** madvise(MADV_DONTNEED); or the system took pages that were lazily free. */
    void dontNeed(long address, long bytes);

    /** madvise(MADV_FREE). */
    void free(long address, long bytes);

    /** madvise(MADV_HUGEPAGE) or, when {@code huge} is false, madvise(MADV_NOHUGEPAGE). */
    void advise(long address, long bytes, boolean huge);

    /** One huge page's range was collapsed: by madvise(MADV_COLLAPSE) or by khugepaged. */
    void collapse(long address, long bytes);
}
