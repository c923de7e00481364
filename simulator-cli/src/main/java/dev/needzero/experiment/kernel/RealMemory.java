package dev.needzero.experiment.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.needzero.os.KernelCalls;
import dev.needzero.os.OsSettings;
import dev.needzero.units.ByteSize;
import dev.needzero.units.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of this process that is treated as the twin treats its address space: reserved, mapped, advised, written. All of
 * it lies in one stretch taken at the start, and goes back when closed.
 *
 * <p>Huge pages are had, or not, by advice on the stretch alone, whatever the machine's setting is for other programs; where
 * the machine says "never", no fault takes one. The machine's own khugepaged may join in where huge pages are on.
 */
public final class RealMemory implements KernelCalls, AutoCloseable {
    private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage");

    private final OsSettings.Thp thp;
    private final int osPageShift;
    private final long wholeAddress;
    private final long wholeBytes;
    private final long base;
    private long refusedCollapses;
    private boolean open = true;

    /**
     * Takes address space, and no memory.
     *
     * @param settings the system that the twin has; its page size is the machine's
     * @param reservedBytes how far the twin's reservation will reach
     */
    public RealMemory(OsSettings settings, long reservedBytes) throws IOException {
        this.thp = settings.thp();
        this.osPageShift = settings.osPageShift();
        long arena = 1L << Units.ARENA_SHIFT;
        this.wholeBytes = Units.alignUp(reservedBytes, arena) + 2 * arena;
        this.wholeAddress = LibC.mmap(0, wholeBytes, LibC.PROT_NONE, LibC.MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (wholeAddress == LibC.MAP_FAILED) {
            throw new IOException("this process cannot reserve " + ByteSize.format(wholeBytes)
                    + " of address space (errno " + Native.getLastError() + "); is there a limit (ulimit -v)?");
        }
        // A flag of its own keeps what surrounds the stretch from merging with it.
        LibC.madvise(wholeAddress, wholeBytes, LibC.MADV_DONTDUMP);
        this.base = Units.alignUp(wholeAddress + 1, arena);
    }

    /** Why this machine cannot do it, or null. */
    public static String unfit(OsSettings settings) {
        String os = System.getProperty("os.name");
        if (!os.equals("Linux")) {
            return "the real kernel must be Linux, this is " + os;
        }
        if (!Files.isReadable(Path.of("/proc/self/pagemap"))) {
            return "/proc/self/pagemap cannot be read here";
        }
        if (Native.POINTER_SIZE != 8) {
            return "the real kernel must be a 64-bit one";
        }
        int pageBytes = LibC.getpagesize();
        if (pageBytes != 1 << settings.osPageShift()) {
            return "this machine's pages are " + ByteSize.format(pageBytes) + "; its kernel has no others";
        }
        if (settings.thp() == OsSettings.Thp.ALWAYS && thpMode().equals("never")) {
            return "this machine's huge pages are off (" + THP + "/enabled says never)";
        }
        if (settings.thp() == OsSettings.Thp.ALWAYS
                && settings.hugeZeroPage() != says("use_zero_page").equals("1")) {
            return "this machine's " + THP + "/use_zero_page says " + says("use_zero_page")
                    + "; --huge-zero-page must say the same";
        }
        return null;
    }

    /** The machine's setting, or {@code never} where it has none. */
    public static String thpMode() {
        String modes = says("enabled");
        return modes.isEmpty() ? "never" : modes.replaceAll("(?s).*\\[(\\w+)\\].*", "$1");
    }

    /** Huge pages that the machine's own khugepaged has made since it started, in any process. */
    public static long khugepagedCollapses() {
        String count = says("khugepaged/pages_collapsed");
        return count.isEmpty() ? 0 : Long.parseLong(count);
    }

    /** The content of one of the files about huge pages; empty where there is none. */
    private static String says(String file) {
        try {
            return Files.readString(THP.resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Half of what the machine can give without taking it from others. */
    public static long halfOfFreeBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("MemAvailable:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 9;
            }
        }
        throw new IOException("/proc/meminfo does not say MemAvailable");
    }

    /** The address that the twin's offset 0 stands for. */
    public long base() {
        return base;
    }

    /** Collapses that the kernel did not do, for want of a huge page or of a right to it. */
    public long refusedCollapses() {
        return refusedCollapses;
    }

    @Override
    public void reserve(long address, long bytes) {
        map(address, bytes, LibC.PROT_NONE);
    }

    @Override
    public void map(long address, long bytes) {
        map(address, bytes, LibC.PROT_READ_WRITE);
        advise(base + address, bytes, thp == OsSettings.Thp.ALWAYS ? LibC.MADV_HUGEPAGE : LibC.MADV_NOHUGEPAGE);
    }

    private void map(long address, long bytes, int protection) {
        if (base + address + bytes > wholeAddress + wholeBytes) {
            throw new IllegalStateException("the twin goes beyond what its first run reserved: " + (address + bytes));
        }
        long at = LibC.mmap(base + address, bytes, protection, LibC.MAP_PRIVATE_ANONYMOUS | LibC.MAP_FIXED, -1, 0);
        if (at != base + address) {
            throw new IllegalStateException("mmap of " + bytes + " bytes failed, errno " + Native.getLastError());
        }
    }

    @Override
    public void write(long address, long bytes) {
        Pointer memory = new Pointer(base + address);
        for (long at = 0; at < bytes; at += 1L << osPageShift) {
            memory.setByte(at, (byte) 1);
        }
    }

    @Override
    public void read(long address, long bytes) {
        long first = Units.alignDown(address, 1L << osPageShift);
        Pointer memory = new Pointer(base + first);
        for (long at = 0; first + at < address + bytes; at += 1L << osPageShift) {
            memory.getByte(at);
        }
    }

    @Override
    public void dontNeed(long address, long bytes) {
        advise(base + address, bytes, LibC.MADV_DONTNEED);
    }

    @Override
    public void free(long address, long bytes) {
        advise(base + address, bytes, LibC.MADV_FREE);
    }

    @Override
    public void advise(long address, long bytes, boolean huge) {
        boolean wanted = huge && thp != OsSettings.Thp.NEVER;
        advise(base + address, bytes, wanted ? LibC.MADV_HUGEPAGE : LibC.MADV_NOHUGEPAGE);
    }

    @Override
    public void collapse(long address, long bytes) {
        if (LibC.madvise(base + address, bytes, LibC.MADV_COLLAPSE) == 0) {
            return;
        }
        // Where huge pages are kept away by advice, the advice is lifted for the moment.
        if (thp != OsSettings.Thp.ALWAYS) {
            advise(base + address, bytes, LibC.MADV_HUGEPAGE);
            boolean done = LibC.madvise(base + address, bytes, LibC.MADV_COLLAPSE) == 0;
            advise(base + address, bytes, LibC.MADV_NOHUGEPAGE);
            if (done) {
                return;
            }
        }
        refusedCollapses++;
    }

    private static void advise(long address, long bytes, int advice) {
        if (LibC.madvise(address, bytes, advice) != 0) {
            throw new IllegalStateException(
                    "madvise(" + advice + ") of " + bytes + " bytes failed, errno " + Native.getLastError());
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            LibC.munmap(wholeAddress, wholeBytes);
        }
    }
}
