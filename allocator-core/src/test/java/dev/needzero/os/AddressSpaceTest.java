package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
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

    @Property(tries = 12)
    void agreesWithOneStateAPage(
            @ForAll @From("osPageShifts") int shift,
            @ForAll OsSettings.Thp thp,
            @ForAll boolean hugeZeroPage,
            @ForAll Random random) {
        OsSettings settings =
                new OsSettings(shift, thp, hugeZeroPage, null, OsSettings.Release.DONTNEED, MemoryCgroup.Limits.NONE);
        NaiveAddressSpace twin = new NaiveAddressSpace(settings, random.nextInt(3) * (4 * MIB));
        twin.map(4 * MIB);
        for (int op = 0; op < 120; op++) {
            long span = twin.to - twin.from;
            long bytes = 1 + (random.nextInt(4) > 0 ? random.nextInt(20_000) : random.nextInt((int) span));
            long at = twin.from + (long) (random.nextDouble() * (span - Math.min(bytes, span)));
            bytes = Math.min(bytes, twin.to - at);
            if (random.nextInt(5) == 0) {
                at = at & -(2 * MIB);
                bytes = Math.min(2 * MIB * (1 + random.nextInt(2)), twin.to - at);
            }
            switch (random.nextInt(16)) {
                case 0 -> twin.map(4 * MIB);
                case 1, 2, 3, 4 -> twin.write(at, bytes, random.nextInt(Cause.HUGE_PAGE));
                case 5, 6 -> twin.read(at, bytes);
                case 7, 8 -> twin.free(at, bytes);
                case 9 -> twin.advise(at & -(4 * MIB), 4 * MIB, random.nextInt(3) > 0);
                case 10 -> twin.collapse(at & -(4 * MIB), 4 * MIB);
                default -> twin.dontNeed(at, bytes);
            }
            twin.check();
            twin.checkRange(at, bytes);
            twin.checkRange(at, Math.min(bytes, 1 + random.nextInt(9000)));
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
}
