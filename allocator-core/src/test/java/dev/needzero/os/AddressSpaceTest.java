package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The page bitmaps, held against one state a page; and the laws that hold whatever happens. */
class AddressSpaceTest {
    private static final long MIB = 1 << 20;

    @Provide
    Arbitrary<Integer> osPageShifts() {
        return Arbitraries.of(12, 14, 16);
    }

    @Property(tries = 200)
    void agreesWithOneStateAPage(
            @ForAll @From("osPageShifts") int shift, @ForAll OsSettings.Thp thp, @ForAll Random random) {
        Twin twin = new Twin(new OsSettings(shift, thp), random.nextInt(3) * (4 * MIB));
        twin.map(4 * MIB);
        for (int op = 0; op < 120; op++) {
            long span = twin.to - twin.from;
            long bytes = 1 + (random.nextInt(4) > 0 ? random.nextInt(20_000) : random.nextInt((int) span));
            long at = twin.from + (long) (random.nextDouble() * (span - Math.min(bytes, span)));
            bytes = Math.min(bytes, twin.to - at);
            switch (random.nextInt(12)) {
                case 0 -> twin.map(4 * MIB);
                case 1, 2, 3, 4 -> twin.write(at, bytes, random.nextInt(Cause.HUGE_PAGE));
                case 5, 6 -> twin.read(at, bytes);
                default -> twin.dontNeed(at, bytes);
            }
            twin.check();
        }
        twin.checkSmaps();
    }

    @Test
    void mappingAndReadingCostNoRss() {
        AddressSpace os = new AddressSpace(OsSettings.defaults());
        os.reserve(0, 64 * MIB);
        os.map(0, 4 * MIB);
        assertEquals(0, os.rssBytes());
        os.read(0, 4 * MIB);
        assertEquals(0, os.rssBytes());
        assertEquals(4 * MIB, os.zeroMappedBytes());
        os.write(4095, 2, Cause.PROGRAM);
        assertEquals(8192, os.rssBytes());
        assertEquals(4 * MIB - 8192, os.zeroMappedBytes());
    }

    @Test
    void theFirstWriterOfAPageIsItsCause() {
        AddressSpace os = new AddressSpace(OsSettings.defaults());
        os.map(0, 4 * MIB);
        os.write(0, 100, Cause.ZEROING);
        os.write(0, 100, Cause.PROGRAM);
        assertEquals(4096, os.committedBytes(Cause.ZEROING));
        os.dontNeed(0, 4096);
        os.write(0, 100, Cause.PROGRAM);
        assertEquals(4096, os.committedBytes(Cause.PROGRAM));
        assertEquals(0, os.committedBytes(Cause.ZEROING));
    }

    @Test
    void writingOutsideTheMappingIsABug() {
        AddressSpace os = new AddressSpace(OsSettings.defaults());
        os.map(4 * MIB, 4 * MIB);
        assertThrows(IllegalStateException.class, () -> os.write(4 * MIB - 1, 1, Cause.PROGRAM));
        assertThrows(IllegalStateException.class, () -> os.write(8 * MIB - 1, 2, Cause.PROGRAM));
        assertThrows(IllegalStateException.class, () -> os.map(16 * MIB, 4 * MIB));
    }

    /** The model and its slow twin, driven side by side. */
    private static final class Twin {
        private enum State {
            UNTOUCHED,
            ZERO_MAPPED,
            RESIDENT
        }

        private final AddressSpace real;
        private final int pageBytes;
        private final boolean hugeFaults;
        private State[] states = new State[0];
        private int[] causes = new int[0];
        private long peakPages;
        private long reserved;
        final long from;
        long to;

        Twin(OsSettings settings, long from) {
            real = new AddressSpace(settings);
            pageBytes = 1 << settings.osPageShift();
            hugeFaults = settings.thp() == OsSettings.Thp.ALWAYS;
            this.from = from;
            to = from;
        }

        void map(long bytes) {
            if (to + bytes > reserved) {
                real.reserve(reserved, 64 * MIB);
                reserved += 64 * MIB;
            }
            real.map(to, bytes);
            to += bytes;
            int before = states.length;
            states = Arrays.copyOf(states, (int) (to / pageBytes));
            causes = Arrays.copyOf(causes, states.length);
            Arrays.fill(states, before, states.length, State.UNTOUCHED);
        }

        void write(long at, long bytes, int cause) {
            real.write(at, bytes, cause);
            int hugePages = (int) (2 * MIB / pageBytes);
            int first = (int) (at / pageBytes);
            int last = (int) ((at + bytes - 1) / pageBytes);
            for (int huge = first / hugePages; hugeFaults && huge <= last / hugePages; huge++) {
                boolean untouched = true;
                for (int p = huge * hugePages; p < (huge + 1) * hugePages; p++) {
                    untouched &= states[p] == State.UNTOUCHED;
                }
                for (int p = huge * hugePages; untouched && p < (huge + 1) * hugePages; p++) {
                    commit(p, p >= first && p <= last ? cause : Cause.HUGE_PAGE);
                }
            }
            for (int p = first; p <= last; p++) {
                commit(p, cause);
            }
        }

        private void commit(int p, int cause) {
            if (states[p] != State.RESIDENT) {
                states[p] = State.RESIDENT;
                causes[p] = cause;
            }
        }

        void read(long at, long bytes) {
            real.read(at, bytes);
            for (long p = at / pageBytes; p * pageBytes < at + bytes; p++) {
                if (states[(int) p] == State.UNTOUCHED) {
                    states[(int) p] = State.ZERO_MAPPED;
                }
            }
        }

        void dontNeed(long at, long bytes) {
            real.dontNeed(at, bytes);
            for (int p = 0; p < states.length; p++) {
                if ((long) p * pageBytes >= at && (p + 1L) * pageBytes <= at + bytes) {
                    states[p] = State.UNTOUCHED;
                }
            }
        }

        void check() {
            long resident = 0;
            long zeroMapped = 0;
            long[] byCause = new long[Cause.COUNT];
            for (int p = 0; p < states.length; p++) {
                assertEquals(states[p] == State.RESIDENT, real.isResident(p));
                assertEquals(states[p] == State.ZERO_MAPPED, real.isZeroMapped(p));
                if (states[p] == State.RESIDENT) {
                    assertEquals(causes[p], real.causeOf(p));
                    resident++;
                    byCause[causes[p]]++;
                } else if (states[p] == State.ZERO_MAPPED) {
                    zeroMapped++;
                }
            }
            peakPages = Math.max(peakPages, resident);
            long caused = 0;
            for (int cause = 0; cause < Cause.COUNT; cause++) {
                assertEquals(byCause[cause] * pageBytes, real.committedBytes(cause), Cause.name(cause));
                caused += real.committedBytes(cause);
            }
            assertEquals(resident * pageBytes, real.rssBytes());
            assertEquals(real.rssBytes(), caused, "every resident page has exactly one cause");
            assertEquals(zeroMapped * pageBytes, real.zeroMappedBytes());
            assertEquals(peakPages * pageBytes, real.peakRssBytes());
            assertEquals(to - from, real.mappedBytes());
        }

        /** Reads the text back as a tool that knows the kernel's format would. */
        void checkSmaps() {
            long base = 0xc000000000L;
            Pattern mapping = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-]p) 00000000 00:00 0 *(\\S.*)?");
            Pattern amount = Pattern.compile("(\\w+): +(\\d+) kB");
            long at = base;
            long rssKib = 0;
            long sizeKib = 0;
            boolean readable = false;
            for (String line : real.smaps(base, "[anon: Go: heap]").split("\n")) {
                Matcher m = mapping.matcher(line);
                if (m.matches()) {
                    assertEquals(at, Long.parseLong(m.group(1), 16), "mappings follow each other");
                    at = Long.parseLong(m.group(2), 16);
                    readable = m.group(3).equals("rw-p");
                    assertEquals(readable ? "[anon: Go: heap]" : null, m.group(4));
                    sizeKib += at - Long.parseLong(m.group(1), 16) >> 10;
                    continue;
                }
                m = amount.matcher(line);
                if (m.matches()) {
                    long kib = Long.parseLong(m.group(2));
                    switch (m.group(1)) {
                        case "Rss" -> {
                            rssKib += kib;
                            assertTrue(readable || kib == 0);
                        }
                        case "Size" -> sizeKib -= kib;
                        case "KernelPageSize" -> assertEquals(pageBytes >> 10, kib);
                        default -> assertTrue(kib >= 0);
                    }
                }
            }
            assertEquals(base + reserved, at);
            assertEquals(0, sizeKib);
            assertEquals(real.rssBytes() >> 10, rssKib);
        }
    }
}
