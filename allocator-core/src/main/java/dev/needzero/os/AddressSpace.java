package dev.needzero.os;

import dev.needzero.units.Units;
import java.util.Arrays;

/**
 * The heap's stretch of a process's virtual memory, page by page: a private anonymous mapping as Linux keeps it.
 *
 * <p>Addresses are byte offsets from the stretch's start; it grows upward. An osPage is untouched, zero-mapped (only read:
 * the kernel's one zero page is mapped there and no Rss counts it) or resident, and then it remembers the cause. Each is a
 * bit a page:
 *
 * <pre>
 *   residentBits    1 = backed by memory of its own
 *   zeroMappedBits  1 = mapped to the zero page
 *   causeLow/High   two bits of {@link Cause}, meaningful where resident
 * </pre>
 *
 * <p>Linux: {@code mm/memory.c}, anonymous faults; {@code mm/madvise.c}. Left out: swap, reclaim, the page tables' own
 * memory.
 */
public final class AddressSpace {
    private final int shift;
    private final boolean hugeFaults;
    private long[] residentBits = new long[64];
    private long[] zeroMappedBits = new long[64];
    private long[] causeLow = new long[64];
    private long[] causeHigh = new long[64];
    private final long[] committedPages = new long[Cause.COUNT];
    private long residentPages;
    private long peakResidentPages;
    private long zeroMappedPages;
    private long mappedFrom = Long.MAX_VALUE;
    private long mappedTo;
    private long reservedTo;

    public AddressSpace(OsSettings settings) {
        this.shift = settings.osPageShift();
        this.hugeFaults = settings.thp() == OsSettings.Thp.ALWAYS;
    }

    /** mmap(PROT_NONE): the range extends the reservation. */
    public void reserve(long address, long bytes) {
        if (address != reservedTo) {
            throw new IllegalStateException("reserving at " + address + ", expected " + reservedTo);
        }
        reservedTo = address + bytes;
    }

    /** mmap(MAP_FIXED, PROT_READ|PROT_WRITE): the range, adjacent to what is mapped, becomes usable. No page commits. */
    public void map(long address, long bytes) {
        if (mappedFrom == Long.MAX_VALUE) {
            mappedFrom = address;
        } else if (address != mappedTo) {
            throw new IllegalStateException("mapping at " + address + ", expected " + mappedTo);
        }
        mappedTo = address + bytes;
        int words = (int) ((mappedTo >>> shift) + 63 >>> 6);
        if (words > residentBits.length) {
            int length = Math.max(words, residentBits.length + (residentBits.length >> 1));
            residentBits = Arrays.copyOf(residentBits, length);
            zeroMappedBits = Arrays.copyOf(zeroMappedBits, length);
            causeLow = Arrays.copyOf(causeLow, length);
            causeHigh = Arrays.copyOf(causeHigh, length);
        }
    }

    /**
     * Writes a range: pages not resident become so.
     *
     * @param cause one of {@link Cause}'s constants, remembered for the pages that this write commits
     */
    public void write(long address, long bytes, int cause) {
        long first = address >>> shift;
        long last = address + bytes - 1 >>> shift;
        // Nearly every write is to one page that is resident already.
        if (first == last && (residentBits[(int) (first >>> 6)] >>> first & 1) != 0) {
            return;
        }
        if (bytes > 0) {
            commit(first, last, cause);
        }
    }

    private void commit(long first, long last, int cause) {
        if (first << shift < mappedFrom || last << shift >= mappedTo) {
            throw new IllegalStateException("a write to osPages " + first + " to " + last + " outside the mapping "
                    + mappedFrom + " to " + mappedTo);
        }
        if (hugeFaults) {
            commitHuge(first, last, cause);
        }
        for (int w = (int) (first >>> 6); w <= (int) (last >>> 6); w++) {
            long mask = mask(w, first, last);
            long added = mask & ~residentBits[w];
            if (added != 0) {
                commitWord(w, added, cause);
            }
        }
        peakResidentPages = Math.max(peakResidentPages, residentPages);
    }

    private void commitWord(int w, long added, int cause) {
        residentBits[w] |= added;
        causeLow[w] = (cause & 1) != 0 ? causeLow[w] | added : causeLow[w] & ~added;
        causeHigh[w] = (cause & 2) != 0 ? causeHigh[w] | added : causeHigh[w] & ~added;
        int n = Long.bitCount(added);
        committedPages[cause] += n;
        residentPages += n;
        long wasZero = zeroMappedBits[w] & added;
        if (wasZero != 0) {
            zeroMappedBits[w] &= ~added;
            zeroMappedPages -= Long.bitCount(wasZero);
        }
    }

    /** With THP always, the first write to a wholly untouched, wholly mapped 2 MiB range commits all of it. */
    private void commitHuge(long first, long last, int cause) {
        int hugeShift = Units.HUGE_PAGE_SHIFT - shift;
        for (long huge = first >>> hugeShift; huge <= last >>> hugeShift; huge++) {
            long from = huge << hugeShift;
            long to = from + (1L << hugeShift) - 1;
            if (from << shift < mappedFrom || to + 1 << shift > mappedTo || anyMapped(from, to)) {
                continue;
            }
            // The pages asked for keep their own cause; the round-up has its.
            for (long page = Math.max(from, first); page <= Math.min(to, last); page++) {
                commitWord((int) (page >>> 6), 1L << page, cause);
            }
            for (int w = (int) (from >>> 6); w <= (int) (to >>> 6); w++) {
                long added = mask(w, from, to) & ~residentBits[w];
                if (added != 0) {
                    commitWord(w, added, Cause.HUGE_PAGE);
                }
            }
        }
    }

    private boolean anyMapped(long first, long last) {
        for (int w = (int) (first >>> 6); w <= (int) (last >>> 6); w++) {
            if (((residentBits[w] | zeroMappedBits[w]) & mask(w, first, last)) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Reads a range: untouched pages get the zero page mapped. */
    public void read(long address, long bytes) {
        long first = address >>> shift;
        long last = address + bytes - 1 >>> shift;
        for (int w = (int) (first >>> 6); w <= (int) (last >>> 6); w++) {
            long added = mask(w, first, last) & ~residentBits[w] & ~zeroMappedBits[w];
            zeroMappedBits[w] |= added;
            zeroMappedPages += Long.bitCount(added);
        }
    }

    /** madvise(MADV_DONTNEED): whole pages of the range are dropped at once. */
    public void dontNeed(long address, long bytes) {
        long first = Units.alignUp(address, 1L << shift) >>> shift;
        long last = (address + bytes >>> shift) - 1;
        if (last < first) {
            return;
        }
        for (int w = (int) (first >>> 6); w <= (int) (last >>> 6); w++) {
            long mask = mask(w, first, last);
            long dropped = residentBits[w] & mask;
            if (dropped != 0) {
                residentPages -= Long.bitCount(dropped);
                for (int cause = 0; cause < Cause.COUNT; cause++) {
                    committedPages[cause] -= Long.bitCount(dropped & ofCause(w, cause));
                }
                residentBits[w] &= ~mask;
            }
            zeroMappedPages -= Long.bitCount(zeroMappedBits[w] & mask);
            zeroMappedBits[w] &= ~mask;
        }
    }

    private long ofCause(int w, int cause) {
        return ((cause & 1) != 0 ? causeLow[w] : ~causeLow[w]) & ((cause & 2) != 0 ? causeHigh[w] : ~causeHigh[w]);
    }

    private static long mask(int word, long first, long last) {
        long mask = -1L;
        if (word == first >>> 6) {
            mask &= -1L << first;
        }
        if (word == last >>> 6) {
            mask &= -1L >>> 63 - (last & 63);
        }
        return mask;
    }

    public long rssBytes() {
        return residentPages << shift;
    }

    public long peakRssBytes() {
        return peakResidentPages << shift;
    }

    /** Bytes of the readable and writable mapping. */
    public long mappedBytes() {
        return mappedTo == 0 ? 0 : mappedTo - mappedFrom;
    }

    public long mappedFrom() {
        return mappedTo == 0 ? 0 : mappedFrom;
    }

    public long mappedTo() {
        return mappedTo;
    }

    /** End of the reservation; what lies between the mapping and it is PROT_NONE. */
    public long reservedTo() {
        return reservedTo;
    }

    public long zeroMappedBytes() {
        return zeroMappedPages << shift;
    }

    /** Bytes resident now because of this cause; the causes sum to {@link #rssBytes}. */
    public long committedBytes(int cause) {
        return committedPages[cause] << shift;
    }

    public int osPageShift() {
        return shift;
    }

    public boolean isResident(long osPage) {
        return (residentBits[(int) (osPage >>> 6)] >>> osPage & 1) != 0;
    }

    public boolean isZeroMapped(long osPage) {
        return (zeroMappedBits[(int) (osPage >>> 6)] >>> osPage & 1) != 0;
    }

    /** The cause of a resident page. */
    public int causeOf(long osPage) {
        int w = (int) (osPage >>> 6);
        return (int) (causeLow[w] >>> osPage & 1) | (int) (causeHigh[w] >>> osPage & 1) << 1;
    }

    /** Words of 64 osPages that the words below are numbered within. */
    int words() {
        return residentBits.length;
    }

    long residentWord(int w) {
        return residentBits[w];
    }

    long zeroMappedWord(int w) {
        return zeroMappedBits[w];
    }

    /** 1 = of this cause, where resident. */
    long causeWord(int w, int cause) {
        return ofCause(w, cause);
    }

    /** The heap's lines of {@code /proc/PID/smaps}, as the kernel prints them. */
    public String smaps(long baseAddress, String name) {
        StringBuilder out = new StringBuilder();
        if (mappedFrom() > 0) {
            vma(out, baseAddress, baseAddress + mappedFrom, "---p", 0, "");
        }
        vma(out, baseAddress + mappedFrom(), baseAddress + mappedTo, "rw-p", rssBytes(), name);
        if (reservedTo > mappedTo) {
            vma(out, baseAddress + mappedTo, baseAddress + reservedTo, "---p", 0, "");
        }
        return out.toString();
    }

    private void vma(StringBuilder out, long start, long end, String perms, long rss, String name) {
        String head = String.format("%x-%x %s 00000000 00:00 0 ", start, end, perms);
        out.append(name.isEmpty() ? head : String.format("%-72s %s", head, name))
                .append('\n');
        long page = 1L << shift - 10;
        String[] keys = {
            "Size",
            "KernelPageSize",
            "MMUPageSize",
            "Rss",
            "Pss",
            "Pss_Dirty",
            "Shared_Clean",
            "Shared_Dirty",
            "Private_Clean",
            "Private_Dirty",
            "Referenced",
            "Anonymous",
            "KSM",
            "LazyFree",
            "AnonHugePages",
            "ShmemPmdMapped",
            "FilePmdMapped",
            "Shared_Hugetlb",
            "Private_Hugetlb",
            "Swap",
            "SwapPss",
            "Locked"
        };
        long kib = rss >> 10;
        long[] values = {
            end - start >> 10, page, page, kib, kib, kib, 0, 0, 0, kib, kib, kib, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        };
        for (int i = 0; i < keys.length; i++) {
            out.append(String.format("%-16s%8d kB%n", keys[i] + ":", values[i]).replace("\r\n", "\n"));
        }
        out.append("THPeligible:           ")
                .append(hugeFaults && rss >= 0 && perms.startsWith("rw") ? 1 : 0)
                .append('\n');
        out.append("VmFlags: ")
                .append(perms.startsWith("rw") ? "rd wr mr mw me ac sd" : "mr mw me sd")
                .append(" \n");
    }
}
