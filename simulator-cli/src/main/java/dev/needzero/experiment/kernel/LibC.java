package dev.needzero.experiment.kernel;

import com.sun.jna.Native;

/** The C library's calls for mappings, on a 64-bit Linux; addresses as numbers. */
final class LibC {
    static final int PROT_NONE = 0;
    static final int PROT_READ_WRITE = 3;
    static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    static final int MAP_FIXED = 0x10;
    static final int MADV_DONTNEED = 4;
    static final int MADV_FREE = 8;
    static final int MADV_HUGEPAGE = 14;
    static final int MADV_NOHUGEPAGE = 15;
    static final int MADV_DONTDUMP = 16;
    static final int MADV_COLLAPSE = 25;
    static final long MAP_FAILED = -1;

    static {
        Native.register(LibC.class, "c");
    }

    private LibC() {}

    static native long mmap(long address, long bytes, int protection, int flags, int file, long offset);

    static native int munmap(long address, long bytes);

    static native int madvise(long address, long bytes, int advice);

    static native int getpagesize();
}
