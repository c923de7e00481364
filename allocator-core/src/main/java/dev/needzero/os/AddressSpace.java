package dev.needzero.os;

import dev.needzero.units.Units;

/**
 * The heap's stretch of a process's virtual memory: a private anonymous mapping as Linux keeps it, and what a process can
 * do to it, by system calls, reads and writes. Addresses are byte offsets from the stretch's start; it grows upward.
 *
 * <p>What lies behind each page is {@link OsPages}'; what huge pages change, {@link HugePages}'; who collapses base pages into
 * them, {@link Khugepaged}; what all this costs a container, {@link MemoryCgroup}.
 *
 * <p>Linux: {@code mm/memory.c}, anonymous faults; {@code mm/madvise.c}; {@code mm/huge_memory.c}. Left out: swap, and
 * reclaim of anything but lazily free pages. Lazily free pages are reclaimed lowest address first, where the kernel goes by
 * their age. When MADV_FREE splits a huge page, the kernel drops those of its pages that hold nothing but zeros; the model,
 * which knows no contents, keeps them.
 */
public final class AddressSpace {
    /** What became of a block that was to be collapsed into a huge page. */
    enum Collapse {
        NOT_ELIGIBLE,
        LEFT_ALONE,
        DONE
    }

    private final int shift;
    private final int blockShift;
    private final boolean hugeZeroPage;
    private final boolean lazyRelease;
    private final HugePages huge;
    private final MemoryCgroup cgroup;
    private final Khugepaged khugepaged;
    /** Charged pages above this have the kernel reclaim. */
    private final long quietPages;

    private final long maxPages;
    private KernelCalls calls;

    private final OsPages pages = new OsPages();
    private long peakResidentPages;
    private long peakChargedPages;
    private long mappedFrom = Long.MAX_VALUE;
    private long mappedTo;
    private long reservedTo;

    public AddressSpace(OsSettings settings) {
        this.shift = settings.osPageShift();
        this.hugeZeroPage = settings.hugeZeroPage();
        this.lazyRelease = settings.release() == OsSettings.Release.FREE;
        this.huge = new HugePages(settings);
        this.blockShift = huge.blockShift;
        this.cgroup = new MemoryCgroup(settings.limits());
        this.khugepaged = settings.khugepaged() == null || settings.thp() == OsSettings.Thp.NEVER
                ? null
                : new Khugepaged(settings.khugepaged(), blockShift);
        this.quietPages = cgroup.quietBytes() >>> shift;
        this.maxPages = cgroup.maxHeapBytes() >>> shift;
    }

    /** Says who is told from now on what this address space is told. */
    public void watch(KernelCalls other) {
        this.calls = other;
    }

    /** mmap(PROT_NONE): the range extends the reservation. */
    public void reserve(long address, long bytes) {
        if (address != reservedTo) {
            throw new IllegalStateException("reserving at " + address + ", expected " + reservedTo);
        }
        reservedTo = address + bytes;
        if (calls != null) {
            calls.reserve(address, bytes);
        }
    }

    /** mmap(MAP_FIXED, PROT_READ|PROT_WRITE): the range, adjacent to what is mapped, becomes usable. No page commits. */
    public void map(long address, long bytes) {
        if (mappedFrom == Long.MAX_VALUE) {
            mappedFrom = address;
        } else if (address != mappedTo) {
            throw new IllegalStateException("mapping at " + address + ", expected " + mappedTo);
        }
        mappedTo = address + bytes;
        pages.grow(Units.alignUp(mappedTo, 1L << shift) >>> shift);
        huge.grow(mappedTo);
        if (calls != null) {
            calls.map(address, bytes);
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
        if (first == last && pages.isSettled(first)) {
            return;
        }
        if (bytes > 0) {
            commit(first, last, cause);
        }
    }

    /** Whether a range lies in one page, and that is resident: a write to it, or a part of it, changes nothing. */
    public boolean isInResidentPage(long address, long bytes) {
        long first = address >>> shift;
        return first == address + bytes - 1 >>> shift && pages.isSettled(first);
    }

    private void commit(long first, long last, int cause) {
        if (first << shift < mappedFrom || last << shift >= mappedTo) {
            throw new IllegalStateException("a write to osPages " + first + " to " + last + " outside the mapping "
                    + mappedFrom + " to " + mappedTo);
        }
        if (calls != null) {
            calls.write(first << shift, last - first + 1 << shift);
        }
        for (long block = first >>> blockShift; block <= last >>> blockShift; block++) {
            long from = Math.max(first, block << blockShift);
            long to = Math.min(last, lastOf(block));
            if (huge.hasTable(block)) {
                pages.commit(from, to, cause);
            } else if (huge.isHuge(block)) {
                // The processor notes a write for the huge page, not for a part of it.
                pages.commit(block << blockShift, lastOf(block), cause);
            } else if ((huge.isZero(block) || isWhollyMapped(block) && huge.faultsHuge(block)) && roomForHuge(block)) {
                commitHuge(block, from, to, cause);
            } else {
                huge.setTable(block);
                pages.commit(from, to, cause);
            }
        }
        peakResidentPages = Math.max(peakResidentPages, pages.resident());
        if (chargedPages() > peakChargedPages) {
            charged();
        }
    }

    /** One huge page for a block: the pages asked for keep their own cause; the round-up has its. */
    private void commitHuge(long block, long first, long last, int cause) {
        pages.commit(first, last, cause);
        pages.commit(block << blockShift, lastOf(block), Cause.HUGE_PAGE);
        huge.setHuge(block);
    }

    private long lastOf(long block) {
        return (block + 1 << blockShift) - 1;
    }

    private boolean isWhollyMapped(long block) {
        return block >= firstBlock() && block < endBlock();
    }

    /** The first block that lies in the mapping with all of its range. */
    long firstBlock() {
        int toBlock = blockShift + shift;
        return mappedTo == 0 ? 0 : mappedFrom + (1L << toBlock) - 1 >>> toBlock;
    }

    /** The first block behind those that lie in the mapping with all of their range. */
    long endBlock() {
        return mappedTo >>> blockShift + shift;
    }

    /** A huge page that memory.max leaves no room for is no reason to kill: the kernel takes base pages instead. */
    private boolean roomForHuge(long block) {
        if (maxPages >= Long.MAX_VALUE >>> shift) {
            return true;
        }
        long more = 1L << blockShift;
        if (chargedPages() + more > maxPages) {
            reclaim(chargedPages() + more - maxPages, block);
        }
        return chargedPages() + more <= maxPages;
    }

    /** Reads a range: untouched pages get the zero page mapped. */
    public void read(long address, long bytes) {
        long first = address >>> shift;
        long last = address + bytes - 1 >>> shift;
        if (first == last && pages.isPresent(first, last)) {
            return;
        }
        boolean told = calls == null;
        for (long block = first >>> blockShift; block <= last >>> blockShift; block++) {
            if (huge.isHuge(block) || huge.isZero(block)) {
                continue;
            }
            if (!told) {
                told = true;
                calls.read(address, bytes);
            }
            long from = Math.max(first, block << blockShift);
            long to = Math.min(last, lastOf(block));
            if (!isWhollyMapped(block) || !huge.faultsHuge(block)) {
                huge.setTable(block);
                pages.mapZeroPage(from, to);
            } else if (hugeZeroPage) {
                pages.mapZeroPage(block << blockShift, lastOf(block));
                huge.setZero(block);
            } else if (roomForHuge(block)) {
                commitHuge(block, from, to, Cause.HUGE_PAGE);
                peakResidentPages = Math.max(peakResidentPages, pages.resident());
                charged();
            }
        }
    }

    /** Whether every page of a range has something mapped: memory of its own, given up or not, or the zero page. */
    public boolean isPresent(long address, long bytes) {
        return pages.isPresent(address >>> shift, address + bytes - 1 >>> shift);
    }

    /** Gives a range back with the advice that the settings name. */
    public void release(long address, long bytes) {
        if (lazyRelease) {
            free(address, bytes);
        } else {
            dontNeed(address, bytes);
        }
    }

    /** madvise(MADV_DONTNEED): whole pages of the range are dropped at once. */
    public void dontNeed(long address, long bytes) {
        long first = firstWhole(address);
        long last = lastWhole(address, bytes);
        if (last < first) {
            return;
        }
        if (calls != null) {
            calls.dontNeed(first << shift, last - first + 1 << shift);
        }
        drop(first, last);
    }

    private long firstWhole(long address) {
        return Units.alignUp(address, 1L << shift) >>> shift;
    }

    private long lastWhole(long address, long bytes) {
        return (address + bytes >>> shift) - 1;
    }

    private void drop(long first, long last) {
        for (long block = first >>> blockShift; block <= last >>> blockShift; block++) {
            long from = Math.max(first, block << blockShift);
            long to = Math.min(last, lastOf(block));
            boolean whole = from == block << blockShift && to == lastOf(block);
            if (!whole) {
                huge.mapByPages(block);
            }
            for (int w = OsPages.word(from); w <= OsPages.word(to); w++) {
                long dropped = pages.drop(w, from, to);
                if (dropped != 0) {
                    huge.dropped(w, dropped);
                }
            }
            if (whole) {
                huge.unmapped(block);
            }
        }
    }

    /** madvise(MADV_FREE): whole pages of the range may be taken when memory is short, until they are written again. */
    public void free(long address, long bytes) {
        long first = firstWhole(address);
        long last = lastWhole(address, bytes);
        if (last < first) {
            return;
        }
        if (calls != null) {
            calls.free(first << shift, last - first + 1 << shift);
        }
        for (long block = first >>> blockShift; block <= last >>> blockShift; block++) {
            long from = Math.max(first, block << blockShift);
            long to = Math.min(last, lastOf(block));
            boolean whole = from == block << blockShift && to == lastOf(block);
            if (huge.isHuge(block) && !whole) {
                huge.mapByPages(block);
            }
            if (!huge.isHuge(block)) {
                huge.dissolve(block);
            }
            pages.free(from, to);
        }
        if (chargedPages() > quietPages) {
            charged();
        }
    }

    /** madvise(MADV_HUGEPAGE): faults in the range, multiples of 2 MiB, may take huge pages from now on. */
    public void adviseHugePage(long address, long bytes) {
        huge.advise(address, bytes, true);
        if (calls != null) {
            calls.advise(address, bytes, true);
        }
    }

    /** madvise(MADV_NOHUGEPAGE): neither faults nor khugepaged make huge pages in the range, multiples of 2 MiB. */
    public void adviseNoHugePage(long address, long bytes) {
        huge.advise(address, bytes, false);
        if (calls != null) {
            calls.advise(address, bytes, false);
        }
    }

    /** madvise(MADV_COLLAPSE): each block of the range that is mapped page by page becomes one huge page, full or not. */
    public void collapse(long address, long bytes) {
        int toBlock = blockShift + shift;
        for (long block = Units.alignUp(address, 1L << toBlock) >>> toBlock;
                block < address + bytes >>> toBlock;
                block++) {
            if (isWhollyMapped(block)) {
                collapse(block, 1 << blockShift, true);
            }
        }
    }

    /**
     * Collapses a wholly mapped block.
     *
     * @param maxPtesNone entries that may be empty or the zero page
     * @param forced by MADV_COLLAPSE, which asks neither for the mode nor for a page in use
     */
    Collapse collapse(long block, int maxPtesNone, boolean forced) {
        if (forced ? !huge.collapsible(block) : !huge.eligible(block)) {
            return Collapse.NOT_ELIGIBLE;
        }
        if (!huge.hasTable(block)) {
            return Collapse.LEFT_ALONE;
        }
        long first = block << blockShift;
        int none = (1 << blockShift) - pages.residentIn(first, lastOf(block));
        if (!forced && (none > maxPtesNone || !pages.hasSettled(first, lastOf(block))) || !roomForHuge(block)) {
            return Collapse.LEFT_ALONE;
        }
        if (calls != null) {
            calls.collapse(first << shift, 1L << blockShift + shift);
        }
        pages.commit(first, lastOf(block), Cause.HUGE_PAGE);
        huge.setHuge(block);
        peakResidentPages = Math.max(peakResidentPages, pages.resident());
        charged();
        return Collapse.DONE;
    }

    /** The trace's clock: what the kernel does by itself happens up to this time. */
    public void advanceTo(long nanos) {
        if (khugepaged != null) {
            khugepaged.advanceTo(nanos, this);
        }
    }

    // ---- what is charged, and reclaim

    private long chargedPages() {
        return pages.resident() + huge.holePages();
    }

    /** The charge may have risen: the kernel reclaims where there is reason to. */
    private void charged() {
        long charged = chargedPages();
        peakChargedPages = Math.max(peakChargedPages, Math.min(charged, maxPages));
        if (charged > quietPages) {
            reclaim(charged - quietPages, -1);
            cgroup.settled(chargedPages() << shift, this);
        }
    }

    /**
     * Takes lazily free pages, then splits broken huge pages, until so many pages came free or nothing is left to take.
     *
     * @param except a block that is being worked on and stays as it is; -1 for none
     */
    private void reclaim(long wanted, long except) {
        long before = chargedPages();
        long goal = before - wanted;
        for (int w = 0; pages.lazyFree() > 0 && chargedPages() > goal && w < pages.words(); w++) {
            if (pages.lazyFreeWord(w) == 0 || (long) w << 6 >>> blockShift == except) {
                continue;
            }
            long block = (long) w << 6 >>> blockShift;
            if (huge.isHuge(block)) {
                // Lazily free as one, taken as one.
                take(block << blockShift, lastOf(block));
            } else {
                long lazy = pages.lazyFreeWord(w);
                while (lazy != 0) {
                    int from = Long.numberOfTrailingZeros(lazy);
                    int length = Long.numberOfTrailingZeros(~(lazy >>> from));
                    take(((long) w << 6) + from, ((long) w << 6) + from + length - 1);
                    lazy = length == 64 ? 0 : lazy & ~((1L << length) - 1 << from);
                }
            }
        }
        if (chargedPages() > goal) {
            huge.splitDeferred(chargedPages() - goal);
        }
        cgroup.reclaimed(before - chargedPages() << shift);
    }

    private void take(long first, long last) {
        if (calls != null) {
            calls.dontNeed(first << shift, last - first + 1 << shift);
        }
        drop(first, last);
    }

    // ---- looking at it

    public long rssBytes() {
        return pages.resident() << shift;
    }

    public long peakRssBytes() {
        return peakResidentPages << shift;
    }

    /** Resident, but the system may take it: LazyFree in smaps. */
    public long lazyFreeBytes() {
        return pages.lazyFree() << shift;
    }

    /** Resident as whole huge pages: AnonHugePages in smaps. */
    public long hugeBytes() {
        return huge.hugeBytes();
    }

    /** What the heap is charged with in its memory cgroup; above {@link #rssBytes} by the holes of broken huge pages. */
    public long chargedBytes() {
        return chargedPages() << shift;
    }

    public long peakChargedBytes() {
        return peakChargedPages << shift;
    }

    /** The heap's page tables: entries of pages, and one page of each level above for each stretch it covers. */
    public long pageTableBytes() {
        int entries = shift - 3;
        long tables = huge.tablePages();
        for (int level = shift + 2 * entries; level < 48 && reservedTo > 0; level += entries) {
            tables += (reservedTo - 1 >>> level) + 1;
        }
        return tables << shift;
    }

    public MemoryCgroup cgroup() {
        return cgroup;
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
        return pages.zeroMapped() << shift;
    }

    /** Bytes resident now because of this cause; the causes sum to {@link #rssBytes}. */
    public long committedBytes(int cause) {
        return pages.committed(cause) << shift;
    }

    public int osPageShift() {
        return shift;
    }

    public boolean isResident(long osPage) {
        return pages.isResident(osPage);
    }

    public boolean isLazilyFree(long osPage) {
        return pages.isLazilyFree(osPage);
    }

    public boolean isZeroMapped(long osPage) {
        return pages.isZeroMapped(osPage);
    }

    /** Length of a huge page. */
    public long hugePageBytes() {
        return 1L << blockShift + shift;
    }

    /** Whether a huge page maps this page together with its neighbours. */
    public boolean isHuge(long osPage) {
        return huge.isHuge(osPage >>> blockShift);
    }

    /** The cause of a resident page. */
    public int causeOf(long osPage) {
        return pages.causeOf(osPage);
    }

    OsPages pages() {
        return pages;
    }

    /** The heap's lines of {@code /proc/PID/smaps}, as the kernel prints them. */
    public String smaps(long baseAddress, String name) {
        return new Smaps(this, huge, baseAddress, name).print();
    }
}
