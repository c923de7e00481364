package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address space's slow twin, driven beside it: one state a page, one a block, and every piece of memory of a huge page a
 * number of its own. An echo, which only hears what {@link KernelCalls} are told, has to come to the same state.
 */
final class NaiveAddressSpace {
    private static final long MIB = 1 << 20;

    private enum State {
        UNTOUCHED,
        ZERO_MAPPED,
        RESIDENT,
        LAZILY_FREE
    }

    private enum Mapped {
        NOT,
        BY_PAGES,
        HUGE,
        HUGE_ZERO
    }

    private final AddressSpace real;
    private final AddressSpace echo;
    private final OsSettings settings;
    private final int pageBytes;
    private final int pagesOfHuge;
    private State[] states = new State[0];
    private int[] causes = new int[0];
    /** The huge piece of memory that a page is part of; 0 for none. */
    private int[] pieces = new int[0];

    private final Map<Integer, Mapped> blocks = new HashMap<>();
    private final Map<Long, Boolean> advice = new HashMap<>();
    private int piecesMade;
    private long peakPages;
    private long peakChargedPages;
    private long reserved;
    final long from;
    long to;

    NaiveAddressSpace(OsSettings settings, long from) {
        this.settings = settings;
        real = new AddressSpace(settings);
        echo = new AddressSpace(settings);
        real.watch(new EchoedCalls(echo));
        pageBytes = 1 << settings.osPageShift();
        // A page of 8-byte entries.
        pagesOfHuge = pageBytes / 8;
        this.from = from;
        to = from;
        grow();
    }

    private void grow() {
        int before = states.length;
        states = Arrays.copyOf(states, (int) (to / pageBytes));
        causes = Arrays.copyOf(causes, states.length);
        pieces = Arrays.copyOf(pieces, states.length);
        Arrays.fill(states, before, states.length, State.UNTOUCHED);
    }

    void map(long bytes) {
        if (to + bytes > reserved) {
            real.reserve(reserved, 64 * MIB);
            reserved += 64 * MIB;
        }
        real.map(to, bytes);
        to += bytes;
        grow();
    }

    private Mapped block(int block) {
        return blocks.getOrDefault(block, Mapped.NOT);
    }

    private boolean wholly(int block) {
        long bytes = (long) pagesOfHuge * pageBytes;
        return block * bytes >= from && (block + 1) * bytes <= to;
    }

    private boolean everywhere(int block, Boolean wanted) {
        long bytes = (long) pagesOfHuge * pageBytes;
        for (long at = block * bytes; at < (block + 1) * bytes; at += 2 * MIB) {
            if (!Objects.equals(advice.get(at), wanted)) {
                return false;
            }
        }
        return true;
    }

    private boolean faultsHuge(int block) {
        if (block(block) != Mapped.NOT || !wholly(block)) {
            return false;
        }
        return settings.thp() == OsSettings.Thp.ALWAYS && everywhere(block, null)
                || settings.thp() != OsSettings.Thp.NEVER && everywhere(block, true);
    }

    void write(long at, long bytes, int cause) {
        real.write(at, bytes, cause);
        int first = (int) (at / pageBytes);
        int last = (int) ((at + bytes - 1) / pageBytes);
        for (int p = first; p <= last; p++) {
            int block = p / pagesOfHuge;
            if (block(block) == Mapped.HUGE) {
                for (int q = block * pagesOfHuge; q < (block + 1) * pagesOfHuge; q++) {
                    states[q] = State.RESIDENT;
                }
            } else if (block(block) == Mapped.HUGE_ZERO || faultsHuge(block)) {
                huge(block, first, last, cause);
            } else {
                blocks.put(block, Mapped.BY_PAGES);
                commit(p, cause);
            }
        }
    }

    private void huge(int block, int first, int last, int cause) {
        piecesMade++;
        for (int q = block * pagesOfHuge; q < (block + 1) * pagesOfHuge; q++) {
            commit(q, q >= first && q <= last ? cause : Cause.HUGE_PAGE);
            pieces[q] = piecesMade;
        }
        blocks.put(block, Mapped.HUGE);
    }

    private void commit(int p, int cause) {
        if (states[p] != State.RESIDENT && states[p] != State.LAZILY_FREE) {
            causes[p] = cause;
        }
        states[p] = State.RESIDENT;
    }

    void read(long at, long bytes) {
        real.read(at, bytes);
        for (int p = (int) (at / pageBytes); (long) p * pageBytes < at + bytes; p++) {
            int block = p / pagesOfHuge;
            if (!faultsHuge(block)) {
                if (block(block) == Mapped.NOT) {
                    blocks.put(block, Mapped.BY_PAGES);
                }
                if (states[p] == State.UNTOUCHED) {
                    states[p] = State.ZERO_MAPPED;
                }
            } else if (settings.hugeZeroPage()) {
                for (int q = block * pagesOfHuge; q < (block + 1) * pagesOfHuge; q++) {
                    states[q] = State.ZERO_MAPPED;
                }
                blocks.put(block, Mapped.HUGE_ZERO);
            } else {
                huge(block, p, p, Cause.HUGE_PAGE);
            }
        }
    }

    void dontNeed(long at, long bytes) {
        real.dontNeed(at, bytes);
        for (int p = 0; p < states.length; p++) {
            if (inside(p, at, bytes)) {
                states[p] = State.UNTOUCHED;
                pieces[p] = 0;
                int block = p / pagesOfHuge;
                if (whole(block, at, bytes)) {
                    blocks.put(block, Mapped.NOT);
                } else if (block(block) != Mapped.NOT) {
                    blocks.put(block, Mapped.BY_PAGES);
                }
            }
        }
    }

    private boolean inside(int p, long at, long bytes) {
        return (long) p * pageBytes >= at && (p + 1L) * pageBytes <= at + bytes;
    }

    private boolean whole(int block, long at, long bytes) {
        return inside(block * pagesOfHuge, at, bytes) && inside((block + 1) * pagesOfHuge - 1, at, bytes);
    }

    void free(long at, long bytes) {
        real.free(at, bytes);
        for (int p = 0; p < states.length; p++) {
            int block = p / pagesOfHuge;
            if (!inside(p, at, bytes)) {
                continue;
            }
            if (block(block) == Mapped.HUGE && !whole(block, at, bytes)) {
                blocks.put(block, Mapped.BY_PAGES);
            }
            if (block(block) != Mapped.HUGE) {
                for (int q = block * pagesOfHuge; q < (block + 1) * pagesOfHuge && q < states.length; q++) {
                    pieces[q] = 0;
                }
            }
            if (states[p] == State.RESIDENT) {
                states[p] = State.LAZILY_FREE;
            }
        }
    }

    void advise(long at, long bytes, boolean huge) {
        if (huge) {
            real.adviseHugePage(at, bytes);
        } else {
            real.adviseNoHugePage(at, bytes);
        }
        for (long a = at; a < at + bytes; a += 2 * MIB) {
            advice.put(a, huge);
        }
    }

    void collapse(long at, long bytes) {
        real.collapse(at, bytes);
        for (int block = 0; block <= states.length / pagesOfHuge; block++) {
            boolean allowed = everywhere(block, null) || everywhere(block, true);
            if (block(block) == Mapped.BY_PAGES && wholly(block) && whole(block, at, bytes) && allowed) {
                huge(block, -1, -1, 0);
                // The next block's broken piece may be replaced, and the charge fall again.
                peakChargedPages = Math.max(peakChargedPages, chargedPages());
            }
        }
    }

    /** Pages that are resident, and those of a huge piece of memory that are mapped no more while others are. */
    private long chargedPages() {
        long pages = 0;
        int[] mappedOfPiece = new int[piecesMade + 1];
        for (int p = 0; p < states.length; p++) {
            pages += states[p] == State.RESIDENT || states[p] == State.LAZILY_FREE ? 1 : 0;
            mappedOfPiece[pieces[p]]++;
        }
        for (int piece = 1; piece <= piecesMade; piece++) {
            pages += mappedOfPiece[piece] > 0 ? pagesOfHuge - mappedOfPiece[piece] : 0;
        }
        return pages;
    }

    /** Asks whether one resident page holds a range of the mapping. */
    void checkInResidentPage(long at, long bytes) {
        int first = (int) (at / pageBytes);
        int last = (int) ((at + bytes - 1) / pageBytes);
        assertEquals(first == last && states[first] == State.RESIDENT, real.isInResidentPage(at, bytes));
    }

    void check() {
        long[] count = new long[State.values().length];
        long[] byCause = new long[Cause.COUNT];
        for (int p = 0; p < states.length; p++) {
            State state = states[p];
            count[state.ordinal()]++;
            boolean resident = state == State.RESIDENT || state == State.LAZILY_FREE;
            if (resident != real.isResident(p)
                    || (state == State.ZERO_MAPPED) != real.isZeroMapped(p)
                    || (state == State.LAZILY_FREE) != real.isLazilyFree(p)
                    || (block(p / pagesOfHuge) == Mapped.HUGE) != real.isHuge(p)) {
                fail("page " + p + " is " + state + ", its block mapped " + block(p / pagesOfHuge));
            }
            if (resident) {
                assertEquals(causes[p], real.causeOf(p));
                byCause[causes[p]]++;
            }
        }
        long residentPages = count[State.RESIDENT.ordinal()] + count[State.LAZILY_FREE.ordinal()];
        peakPages = Math.max(peakPages, residentPages);
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            assertEquals(byCause[cause] * pageBytes, real.committedBytes(cause), Cause.name(cause));
        }
        assertEquals(residentPages, Arrays.stream(byCause).sum(), "every resident page has exactly one cause");
        assertEquals(residentPages * pageBytes, real.rssBytes());
        assertEquals(count[State.ZERO_MAPPED.ordinal()] * pageBytes, real.zeroMappedBytes());
        assertEquals(count[State.LAZILY_FREE.ordinal()] * pageBytes, real.lazyFreeBytes());
        assertEquals(peakPages * pageBytes, real.peakRssBytes());
        assertEquals(to - from, real.mappedBytes());
        long hugeBlocks = blocks.values().stream().filter(b -> b == Mapped.HUGE).count();
        assertEquals(hugeBlocks * pagesOfHuge * pageBytes, real.hugeBytes());
        long chargedPages = chargedPages();
        peakChargedPages = Math.max(peakChargedPages, chargedPages);
        assertEquals(chargedPages * pageBytes, real.chargedBytes());
        assertEquals(peakChargedPages * pageBytes, real.peakChargedBytes());
        assertEquals(from, real.mappedFrom());
        assertEquals((long) pagesOfHuge * pageBytes, real.hugePageBytes());
        long tables = hugeBlocks
                + blocks.values().stream().filter(b -> b == Mapped.BY_PAGES).count();
        assertEquals((tables + tablesAbove()) * pageBytes, real.pageTableBytes());
        checkEcho();
    }

    /** Pages of the levels between the entries of pages and the top one, each entry of 8 bytes, 48 bits of address. */
    private long tablesAbove() {
        long pages = 0;
        long reach = (long) pagesOfHuge * pagesOfHuge * pageBytes;
        while (reach < 1L << 48) {
            pages += (reserved + reach - 1) / reach;
            reach *= pagesOfHuge;
        }
        return pages;
    }

    private void checkEcho() {
        assertEquals(real.rssBytes(), echo.rssBytes());
        assertEquals(real.zeroMappedBytes(), echo.zeroMappedBytes());
        assertEquals(real.lazyFreeBytes(), echo.lazyFreeBytes());
        assertEquals(real.hugeBytes(), echo.hugeBytes());
        assertEquals(real.chargedBytes(), echo.chargedBytes());
        assertEquals(real.mappedBytes(), echo.mappedBytes());
        assertEquals(real.pageTableBytes(), echo.pageTableBytes());
    }

    void checkPresent(long at, long bytes) {
        boolean present = true;
        for (int p = (int) (at / pageBytes); (long) p * pageBytes < at + bytes; p++) {
            present &= states[p] != State.UNTOUCHED;
        }
        assertEquals(present, real.isPresent(at, bytes));
    }

    /** Reads the text back as a tool that knows the kernel's format would. */
    void checkSmaps() {
        long base = 0xc000000000L;
        Pattern mapping = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-]p) 00000000 00:00 0 *(\\S.*)?");
        Pattern amount = Pattern.compile("(\\w+): +(\\d+)( kB)?");
        long at = base;
        Map<String, Long> sums = new HashMap<>();
        boolean usable = false;
        for (String line : real.smaps(base, "[anon: Go: heap]").split("\n")) {
            Matcher m = mapping.matcher(line);
            if (m.matches()) {
                assertEquals(at, Long.parseLong(m.group(1), 16), "mappings follow each other");
                at = Long.parseLong(m.group(2), 16);
                assertTrue(Long.parseLong(m.group(1), 16) < at, "no mapping is empty");
                usable = m.group(3).equals("rw-p");
                assertEquals(usable ? "[anon: Go: heap]" : null, m.group(4));
                continue;
            }
            m = amount.matcher(line);
            if (m.matches()) {
                long kib = Long.parseLong(m.group(2));
                sums.merge(m.group(1), kib, Long::sum);
                assertTrue(usable || kib == 0 || m.group(1).matches("Size|KernelPageSize|MMUPageSize"), line);
                if (m.group(1).equals("KernelPageSize")) {
                    assertEquals(pageBytes >> 10, kib);
                }
            } else {
                boolean advised = line.endsWith(" hg ");
                boolean refused = line.endsWith(" nh ");
                assertTrue(line.matches("VmFlags: (rd wr )?mr mw me (ac )?sd (hg |nh )?"), line);
                Boolean last = advice.get((at - base - 1) & -(2 * MIB));
                assertEquals(usable && last != null && last, advised);
                assertEquals(usable && last != null && !last, refused);
            }
        }
        assertEquals(base + reserved, at);
        assertEquals(reserved >> 10, sums.get("Size"));
        assertEquals(real.rssBytes() >> 10, sums.get("Rss"));
        assertEquals(real.lazyFreeBytes() >> 10, sums.get("LazyFree"));
        assertEquals(real.lazyFreeBytes() >> 10, sums.get("Private_Clean"));
        assertEquals(real.rssBytes() - real.lazyFreeBytes() >> 10, sums.get("Private_Dirty"));
        assertEquals(real.hugeBytes() >> 10, sums.get("AnonHugePages"));
    }
}
