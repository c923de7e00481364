package dev.needzero.os;

import dev.needzero.units.Units;
import java.util.Arrays;

/**
 * How each aligned range of a huge page's length is mapped: the upper half of the page table. A "block" is such a range.
 *
 * <pre>
 *   tableBits   1 = a page of page table entries hangs there; no huge fault happens below it
 *   hugeBits    1 = one huge page maps all of it (AnonHugePages)
 *   zeroBits    1 = the huge zero page maps all of it; never with one of the two above
 * </pre>
 *
 * A huge page that lost a part of its pages is mapped page by page but stays one piece of memory, and the cgroup pays for the
 * whole of it, until the kernel has the need to split it or its last page goes: {@code folioBits} are the pages that still
 * belong to such a piece or to a whole huge page, and what is paid for without being mapped are its holes.
 *
 * <p>Advice (MADV_HUGEPAGE, MADV_NOHUGEPAGE) is kept by stretches of 2 MiB; where it changes, one mapping ends.
 *
 * <p>Linux: {@code mm/huge_memory.c}. As from 6.14 on x86-64, a page of page table entries that MADV_DONTNEED empties
 * wholly is freed; older kernels keep it, and with it base pages. Left out: huge pages of other sizes.
 */
final class HugePages {
    private static final int ADVICE_SHIFT = Units.HUGE_PAGE_SHIFT;

    /** log2 of a block's osPages. */
    final int blockShift;

    private final OsSettings.Thp thp;
    private final int hugeShift;
    private long[] tableBits = new long[1];
    private long[] hugeBits = new long[1];
    private long[] zeroBits = new long[1];
    private long[] advisedBits = new long[1];
    private long[] refusedBits = new long[1];
    private long[] folioBits = new long[0];
    private int[] folioPages = new int[0];
    private boolean anyAdvised;
    private long hugeCount;
    private long tableCount;
    private long holePages;

    HugePages(OsSettings settings) {
        this.thp = settings.thp();
        this.hugeShift = settings.hugePageShift();
        this.blockShift = hugeShift - settings.osPageShift();
    }

    /** Makes room for blocks and advice up to an address. */
    void grow(long mappedTo) {
        int blocks = (int) ((mappedTo >>> hugeShift) + 64 >>> 6);
        if (blocks > tableBits.length) {
            int length = Math.max(blocks, 2 * tableBits.length);
            tableBits = Arrays.copyOf(tableBits, length);
            hugeBits = Arrays.copyOf(hugeBits, length);
            zeroBits = Arrays.copyOf(zeroBits, length);
        }
        int stretches = (int) ((mappedTo >>> ADVICE_SHIFT) + 64 >>> 6);
        if (stretches > advisedBits.length) {
            int length = Math.max(stretches, 2 * advisedBits.length);
            advisedBits = Arrays.copyOf(advisedBits, length);
            refusedBits = Arrays.copyOf(refusedBits, length);
        }
    }

    private static boolean get(long[] bits, long at) {
        return (bits[(int) (at >>> 6)] >>> at & 1) != 0;
    }

    boolean isHuge(long block) {
        return get(hugeBits, block);
    }

    boolean isZero(long block) {
        return get(zeroBits, block);
    }

    boolean hasTable(long block) {
        return get(tableBits, block);
    }

    /** Whether the mode and the advice let faults in this block take a huge page; its range is mapped. */
    boolean eligible(long block) {
        return switch (thp) {
            case NEVER -> false;
            case MADVISE -> anyAdvised && all(block, true, false);
            case ALWAYS -> all(block, false, false) || anyAdvised && all(block, true, false);
        };
    }

    /** Whether a collapse may be forced here: one mapping, and not refused. */
    boolean collapsible(long block) {
        return all(block, false, false) || all(block, true, false);
    }

    private boolean all(long block, boolean advised, boolean refused) {
        long from = block << hugeShift - ADVICE_SHIFT;
        long to = from + (1L << hugeShift - ADVICE_SHIFT);
        for (long s = from; s < to; s++) {
            if (get(advisedBits, s) != advised || get(refusedBits, s) != refused) {
                return false;
            }
        }
        return true;
    }

    /** Whether a first touch of this wholly mapped block takes a huge page. */
    boolean faultsHuge(long block) {
        return (anyAdvised || thp == OsSettings.Thp.ALWAYS)
                && !hasTable(block)
                && !isHuge(block)
                && !isZero(block)
                && eligible(block);
    }

    /** The advice of a range, a multiple of 2 MiB on both ends. */
    void advise(long address, long bytes, boolean huge) {
        if ((address | bytes) << -ADVICE_SHIFT != 0) {
            throw new IllegalStateException("huge-page advice for " + bytes + " bytes at " + address
                    + ", expected multiples of " + (1 << ADVICE_SHIFT));
        }
        for (long s = address >>> ADVICE_SHIFT; s < address + bytes >>> ADVICE_SHIFT; s++) {
            int w = (int) (s >>> 6);
            advisedBits[w] = huge ? advisedBits[w] | 1L << s : advisedBits[w] & ~(1L << s);
            refusedBits[w] = huge ? refusedBits[w] & ~(1L << s) : refusedBits[w] | 1L << s;
        }
        anyAdvised |= huge;
    }

    /** The advice at an address: 1 advised, -1 refused, 0 neither. */
    int adviceAt(long address) {
        long s = address >>> ADVICE_SHIFT;
        return get(advisedBits, s) ? 1 : get(refusedBits, s) ? -1 : 0;
    }

    /** Pages of the block are mapped one by one. */
    void setTable(long block) {
        int w = (int) (block >>> 6);
        if ((tableBits[w] >>> block & 1) == 0) {
            tableBits[w] |= 1L << block;
            tableCount++;
            zeroBits[w] &= ~(1L << block);
        }
    }

    void setZero(long block) {
        zeroBits[(int) (block >>> 6)] |= 1L << block;
    }

    /** A huge page of its own maps the block; whatever lay there is replaced. */
    void setHuge(long block) {
        dissolve(block);
        clearTable(block);
        int w = (int) (block >>> 6);
        zeroBits[w] &= ~(1L << block);
        hugeBits[w] |= 1L << block;
        hugeCount++;
        int words = (int) ((block + 1 << blockShift) + 63 >>> 6);
        if (words > folioBits.length) {
            folioBits = Arrays.copyOf(folioBits, Math.max(words, 2 * folioBits.length));
            folioPages = Arrays.copyOf(folioPages, (int) ((long) folioBits.length << 6 >>> blockShift) + 1);
        }
        folioPages[(int) block] = 1 << blockShift;
        for (int i = firstWord(block); i < firstWord(block + 1); i++) {
            folioBits[i] = -1L;
        }
    }

    private int firstWord(long block) {
        return (int) (block << blockShift >>> 6);
    }

    private void clearTable(long block) {
        if (hasTable(block)) {
            tableBits[(int) (block >>> 6)] &= ~(1L << block);
            tableCount--;
        }
    }

    /** A part of the block is about to change by itself: what maps it whole gives way to a page of entries. */
    void mapByPages(long block) {
        if (isHuge(block)) {
            hugeBits[(int) (block >>> 6)] &= ~(1L << block);
            hugeCount--;
            setTable(block);
        } else if (isZero(block)) {
            setTable(block);
        }
    }

    /** Pages of one word are not mapped any more. */
    void dropped(int word, long pages) {
        if (word >= folioBits.length || (folioBits[word] & pages) == 0) {
            return;
        }
        int block = (int) ((long) word << 6 >>> blockShift);
        int left = Long.bitCount(folioBits[word] & pages);
        folioBits[word] &= ~pages;
        int holesBefore = (1 << blockShift) - folioPages[block];
        folioPages[block] -= left;
        holePages += folioPages[block] == 0 ? -holesBefore : left;
    }

    /** The whole block was unmapped. */
    void unmapped(long block) {
        if (isHuge(block)) {
            hugeBits[(int) (block >>> 6)] &= ~(1L << block);
            hugeCount--;
        }
        zeroBits[(int) (block >>> 6)] &= ~(1L << block);
        clearTable(block);
    }

    /** Splits the piece of memory under a block into single pages; those that nobody maps are freed. */
    void dissolve(long block) {
        if (block < folioPages.length && folioPages[(int) block] > 0) {
            holePages -= (1 << blockShift) - folioPages[(int) block];
            folioPages[(int) block] = 0;
            Arrays.fill(folioBits, firstWord(block), firstWord(block + 1), 0);
        }
    }

    /** Splits pieces with holes until at least so many pages came free or no hole is left. */
    void splitDeferred(long pages) {
        long goal = Math.max(0, holePages - pages);
        for (int block = 0; block < folioPages.length && holePages > goal; block++) {
            if (folioPages[block] > 0 && !isHuge(block)) {
                dissolve(block);
            }
        }
    }

    /** osPages that are charged although nobody maps them. */
    long holePages() {
        return holePages;
    }

    long hugeBytes() {
        return hugeCount << hugeShift;
    }

    /** Pages of page table entries: a huge page has one in store for the day it is split. */
    long tablePages() {
        return tableCount + hugeCount;
    }
}
