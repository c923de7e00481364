package dev.needzero.os;

/**
 * What of the system a replay can vary.
 *
 * @param osPageShift log2 of the base page: 12, 14 or 16
 * @param thp {@code /sys/kernel/mm/transparent_hugepage/enabled}; Go advises no part of its heap from 1.21.4 on, so that
 *     {@code MADVISE} and {@code NEVER} are the same to it
 */
public record OsSettings(int osPageShift, Thp thp) {
    /** Transparent huge pages. */
    public enum Thp {
        ALWAYS,
        MADVISE,
        NEVER
    }

    public OsSettings {
        if (osPageShift != 12 && osPageShift != 14 && osPageShift != 16) {
            throw new IllegalArgumentException(
                    "an OS page of " + (1L << osPageShift) + " bytes: expected 4KiB, 16KiB or 64KiB");
        }
    }

    /** 4 KiB pages, huge pages only where advised. */
    public static OsSettings defaults() {
        return new OsSettings(12, Thp.MADVISE);
    }
}
