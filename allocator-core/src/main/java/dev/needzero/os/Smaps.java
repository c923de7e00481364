package dev.needzero.os;

import dev.needzero.units.Units;
import java.util.Locale;

/**
 * The text of {@code /proc/PID/smaps} for the heap: one entry a mapping, that is a stretch of one protection and one
 * huge-page advice.
 *
 * <p>Linux: {@code fs/proc/task_mmu.c}, {@code show_smap}; {@code Documentation/filesystems/proc.rst}.
 */
final class Smaps {
    /** Fields in the kernel's order; those of file mappings, swap and the like are 0 for the heap. */
    private static final String[] FIELDS = {
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

    private final AddressSpace space;
    private final HugePages huge;
    private final long base;
    private final String name;
    private final StringBuilder out = new StringBuilder();

    Smaps(AddressSpace space, HugePages huge, long base, String name) {
        this.space = space;
        this.huge = huge;
        this.base = base;
        this.name = name;
    }

    String print() {
        if (space.mappedFrom() > 0) {
            reserved(0, space.mappedFrom());
        }
        for (long from = space.mappedFrom(); from < space.mappedTo(); ) {
            int advice = huge.adviceAt(from);
            long to = from;
            while (to < space.mappedTo() && huge.adviceAt(to) == advice) {
                to = Math.min(space.mappedTo(), Units.alignDown(to, Units.HUGE_PAGE_BYTES) + Units.HUGE_PAGE_BYTES);
            }
            usable(from, to, advice);
            from = to;
        }
        if (space.reservedTo() > space.mappedTo()) {
            reserved(space.mappedTo(), space.reservedTo());
        }
        return out.toString();
    }

    private void reserved(long from, long to) {
        entry(from, to, "---p", "", 0, 0, 0, false, "mr mw me sd");
    }

    private void usable(long from, long to, int advice) {
        int shift = space.osPageShift();
        long pageBytes = 1L << shift;
        long hugeBytes = pageBytes << huge.blockShift;
        long rss = 0;
        long lazy = 0;
        for (long osPage = from >>> shift; osPage < to >>> shift; osPage++) {
            if (space.isResident(osPage)) {
                rss += pageBytes;
                lazy += space.isLazilyFree(osPage) ? pageBytes : 0;
            }
        }
        long hugeMapped = 0;
        boolean eligible = false;
        long firstBlock = Units.alignUp(from, hugeBytes) / hugeBytes;
        for (long block = firstBlock; block < to / hugeBytes; block++) {
            hugeMapped += huge.isHuge(block) ? hugeBytes : 0;
            eligible |= huge.eligible(block);
        }
        String flags = "rd wr mr mw me ac sd" + (advice > 0 ? " hg" : advice < 0 ? " nh" : "");
        entry(from, to, "rw-p", name, rss, lazy, hugeMapped, eligible, flags);
    }

    private void entry(
            long from,
            long to,
            String perms,
            String label,
            long rss,
            long lazy,
            long hugeMapped,
            boolean eligible,
            String flags) {
        String head = String.format(Locale.ROOT, "%08x-%08x %s 00000000 00:00 0 ", base + from, base + to, perms);
        out.append(label.isEmpty() ? head : String.format(Locale.ROOT, "%-72s %s", head, label))
                .append('\n');
        for (String field : FIELDS) {
            long bytes = switch (field) {
                case "Size" -> to - from;
                case "KernelPageSize", "MMUPageSize" -> 1L << space.osPageShift();
                case "Rss", "Pss", "Anonymous" -> rss;
                // A lazily free page was marked clean and not referenced.
                case "Pss_Dirty", "Private_Dirty", "Referenced" -> rss - lazy;
                case "Private_Clean", "LazyFree" -> lazy;
                case "AnonHugePages" -> hugeMapped;
                default -> 0;
            };
            out.append(String.format(Locale.ROOT, "%-16s%8d kB", field + ":", bytes >> 10))
                    .append('\n');
        }
        out.append("THPeligible:    ")
                .append(String.format(Locale.ROOT, "%8d", eligible ? 1 : 0))
                .append('\n');
        out.append("VmFlags: ").append(flags).append(" \n");
    }
}
