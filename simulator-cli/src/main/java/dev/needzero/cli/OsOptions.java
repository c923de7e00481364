package dev.needzero.cli;

import dev.needzero.os.Khugepaged;
import dev.needzero.os.MemoryCgroup;
import dev.needzero.os.OsSettings;
import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The system that a twin runs on: its pages, its huge pages, its limits. Names are the kernel's where it has one. */
final class OsOptions {
    private static final String KERNELS_PACE = "kernel's own";
    private static final Pattern PACE = Pattern.compile("(\\d{1,9})(?::(\\d{1,9}))?");
    private static final long NO_LIMIT = Long.MAX_VALUE;

    enum Switch {
        ON,
        OFF
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--os-page",
            defaultValue = "4KiB",
            paramLabel = "4KiB|16KiB|64KiB",
            description = "The system's base page. Default: ${DEFAULT-VALUE}.")
    private String osPage = "4KiB";

    @Option(
            names = "--thp",
            defaultValue = "madvise",
            paramLabel = "always|madvise|never",
            description =
                    "Transparent huge pages: 2 MiB each, or 32 or 512 with larger OS pages. Default: ${DEFAULT-VALUE}.")
    private OsSettings.Thp thp = OsSettings.Thp.MADVISE;

    @Option(
            names = "--huge-zero-page",
            defaultValue = "on",
            paramLabel = "on|off",
            description = "use_zero_page: whether the first read of an eligible range costs nothing, or a huge page."
                    + " Default: ${DEFAULT-VALUE}.")
    private Switch hugeZeroPage = Switch.ON;

    @Option(
            names = "--khugepaged",
            arity = "0..1",
            fallbackValue = KERNELS_PACE,
            paramLabel = "SLEEP_MS[:PAGES]",
            description = "Let khugepaged collapse pages into huge ones as the trace's time goes by, with these"
                    + " scan_sleep_millisecs and pages_to_scan. Alone: the kernel's 10000:4096. Default: it sleeps.")
    private String khugepaged;

    @Option(
            names = "--max-ptes-none",
            paramLabel = "N",
            description =
                    "How many pages of a huge page's range may be missing when khugepaged collapses it. Default: all"
                            + " but one.")
    private Integer maxPtesNone;

    @Option(
            names = "--madvise",
            defaultValue = "dontneed",
            paramLabel = "dontneed|free",
            description = "How Go gives memory back; free is GODEBUG=madvdontneed=0: pages stay until memory is short."
                    + " Default: ${DEFAULT-VALUE}.")
    private OsSettings.Release release = OsSettings.Release.DONTNEED;

    @Option(
            names = "--pressure",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "The machine is short of memory when more than this is charged: lazily free pages go.")
    private Long pressure;

    @Option(
            names = "--memory-max",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description =
                    "The cgroup's memory.max: say when the pod would have been killed, and what the kernel would log.")
    private Long memoryMax;

    @Option(
            names = "--memory-high",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "The cgroup's memory.high: say when the program would have been made to wait.")
    private Long memoryHigh;

    @Option(
            names = "--memory-other",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description =
                    "What the cgroup is charged with beside the heap: the runtime's own structures, other processes."
                            + " Default: nothing.")
    private Long memoryOther;

    OsSettings settings() {
        int shift = osPageShift();
        return new OsSettings(shift, thp, hugeZeroPage == Switch.ON, pace(shift), release, limits());
    }

    private int osPageShift() {
        try {
            long bytes = ByteSize.parse(osPage);
            int shift = Long.numberOfTrailingZeros(bytes);
            if (Long.bitCount(bytes) != 1 || shift != 12 && shift != 14 && shift != 16) {
                throw new IllegalArgumentException("expected 4KiB, 16KiB or 64KiB");
            }
            return shift;
        } catch (IllegalArgumentException e) {
            throw usage("--os-page " + osPage + ": " + e.getMessage());
        }
    }

    private Khugepaged.Pace pace(int shift) {
        if (khugepaged == null) {
            if (maxPtesNone != null) {
                throw usage("--max-ptes-none: khugepaged sleeps; wake it with --khugepaged");
            }
            return null;
        }
        if (thp == OsSettings.Thp.NEVER) {
            throw usage("--khugepaged: with --thp never it does nothing");
        }
        Khugepaged.Pace kernels = Khugepaged.Pace.defaults(shift);
        int most = kernels.maxPtesNone();
        if (maxPtesNone != null && (maxPtesNone < 0 || maxPtesNone > most)) {
            throw usage("--max-ptes-none " + maxPtesNone + ": expected 0 to " + most + ", a huge page has " + (most + 1)
                    + " pages");
        }
        int none = maxPtesNone == null ? most : maxPtesNone;
        if (khugepaged.equals(KERNELS_PACE)) {
            return new Khugepaged.Pace(kernels.scanSleepMillis(), kernels.pagesToScan(), none);
        }
        Matcher m = PACE.matcher(khugepaged);
        if (!m.matches() || Long.parseLong(m.group(1)) == 0 || m.group(2) != null && Long.parseLong(m.group(2)) == 0) {
            throw usage("--khugepaged " + khugepaged + ": expected milliseconds and pages, as in 10000:4096");
        }
        long pages = m.group(2) == null ? kernels.pagesToScan() : Long.parseLong(m.group(2));
        return new Khugepaged.Pace(Long.parseLong(m.group(1)), pages, none);
    }

    private MemoryCgroup.Limits limits() {
        long other = memoryOther == null ? 0 : memoryOther;
        checkLimit("--memory-max", memoryMax, other);
        checkLimit("--memory-high", memoryHigh, other);
        if (memoryOther != null && memoryMax == null && memoryHigh == null && pressure == null) {
            throw usage("--memory-other: counts only towards --memory-max, --memory-high or --pressure");
        }
        return new MemoryCgroup.Limits(orNone(memoryHigh), orNone(memoryMax), orNone(pressure), other);
    }

    private void checkLimit(String option, Long bytes, long other) {
        if (bytes != null && bytes <= other) {
            throw usage(option + " " + ByteSize.format(bytes) + ": leaves the heap nothing"
                    + (other > 0 ? ", for --memory-other takes " + ByteSize.format(other) : "")
                    + "; expected a limit that a Go program can start in, a few MiB at least");
        }
    }

    private static long orNone(Long bytes) {
        return bytes == null ? NO_LIMIT : bytes;
    }

    /** The system in a few words. */
    String assumption() {
        List<String> words = new ArrayList<>();
        words.add("OS page " + ByteSize.format(1L << osPageShift()));
        words.add("THP " + thp.name().toLowerCase(Locale.ROOT)
                + (hugeZeroPage == Switch.OFF ? " without the huge zero page" : ""));
        Khugepaged.Pace pace = pace(osPageShift());
        if (pace != null) {
            words.add("khugepaged every " + pace.scanSleepMillis() + " ms over " + pace.pagesToScan()
                    + " pages, max_ptes_none " + pace.maxPtesNone());
        }
        if (release == OsSettings.Release.FREE) {
            words.add("MADV_FREE");
        }
        if (pressure != null) {
            words.add("memory short above " + ByteSize.format(pressure));
        }
        if (memoryOther != null) {
            words.add(ByteSize.format(memoryOther) + " charged beside the heap");
        }
        return String.join("; ", words);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
