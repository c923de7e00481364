package dev.needzero.experiment.history;

import dev.needzero.os.Khugepaged;
import dev.needzero.os.MemoryCgroup;
import dev.needzero.os.OsSettings;
import dev.needzero.os.OsSettings.Release;
import dev.needzero.os.OsSettings.Thp;

/**
 * The system that a program ran on.
 *
 * @param options how a command is told; empty for the system that commands take for granted
 */
public record Machine(String options, OsSettings os) {
    private static final int SHIFT = OsSettings.defaults().osPageShift();

    /** 4 KiB pages, huge pages for whoever asks. */
    static final Machine ORDINARY = new Machine("", OsSettings.defaults());

    static final Machine PAGES_OF_64_KIB = new Machine("--os-page 64KiB", new OsSettings(16, Thp.MADVISE));

    /** Memory is given back with MADV_FREE, and nobody else needs any. */
    static final Machine LAZY =
            new Machine("--madvise free", of(OsSettings.defaults().thp(), null, Release.FREE));

    /** Huge pages for everybody, and khugepaged as the kernel has it. */
    static final Machine EAGER =
            new Machine("--khugepaged --thp always", of(Thp.ALWAYS, Khugepaged.Pace.defaults(SHIFT), Release.DONTNEED));

    /** The same, but only what is full becomes a huge page. */
    static final Machine MODEST =
            new Machine("--khugepaged --max-ptes-none 0 --thp always", of(Thp.ALWAYS, onlyFull(), Release.DONTNEED));

    private static Khugepaged.Pace onlyFull() {
        Khugepaged.Pace kernels = Khugepaged.Pace.defaults(SHIFT);
        return new Khugepaged.Pace(kernels.scanSleepMillis(), kernels.pagesToScan(), 0);
    }

    private static OsSettings of(Thp thp, Khugepaged.Pace khugepaged, Release release) {
        return new OsSettings(SHIFT, thp, true, khugepaged, release, MemoryCgroup.Limits.NONE);
    }
}
