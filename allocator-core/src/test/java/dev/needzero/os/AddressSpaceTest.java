package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            twin.checkPresent(at, bytes);
            twin.checkInResidentPage(at, Math.min(bytes, 1 + random.nextInt(9000)));
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

    /** 3 GiB, mapped at once or 4 MiB after the other: the last page is as good as the first. */
    @ParameterizedTest
    @ValueSource(longs = {4, 3072})
    void theLastPageOfALargeMappingIsAsGoodAsTheFirst(long stepMebibytes) {
        AddressSpace os = new AddressSpace(new OsSettings(12, OsSettings.Thp.MADVISE));
        os.reserve(0, 3072 * MIB);
        for (long at = 0; at < 3072 * MIB; at += stepMebibytes * MIB) {
            os.map(at, stepMebibytes * MIB);
        }
        os.adviseHugePage(3070 * MIB, 2 * MIB);
        os.write(3072 * MIB - 1, 1, Cause.PROGRAM);
        assertEquals(2 * MIB, os.hugeBytes());
        os.dontNeed(3070 * MIB, MIB);
        assertEquals(MIB, os.rssBytes());
        assertEquals(2 * MIB, os.chargedBytes());
        for (long at = 0; at < 3070 * MIB; at += 2 * MIB) {
            os.write(at, 1, Cause.RUNTIME);
        }
        assertEquals(1535 * 4096, os.committedBytes(Cause.RUNTIME));
        assertEquals((1536 + 3 + 1) * 4096, os.pageTableBytes(), "entries, three GiB, one stretch of 512 GiB");
        os.dontNeed(0, 3072 * MIB);
        assertEquals(0, os.rssBytes());
        assertEquals(0, os.chargedBytes());
        assertEquals((3 + 1) * 4096, os.pageTableBytes(), "emptied pages of entries are freed");
    }

    @Test
    void aHugePageLiesInTheMappingWithAllOfItsRange() {
        AddressSpace os = new AddressSpace(new OsSettings(12, OsSettings.Thp.ALWAYS));
        os.reserve(0, 64 * MIB);
        os.map(3 * MIB, 6 * MIB);
        os.write(3 * MIB, 1, Cause.PROGRAM);
        os.write(9 * MIB - 1, 1, Cause.PROGRAM);
        assertEquals(2 * 4096, os.rssBytes());
        os.write(4 * MIB, 1, Cause.PROGRAM);
        os.write(6 * MIB, 1, Cause.PROGRAM);
        assertEquals(4 * MIB + 2 * 4096, os.rssBytes());
    }

    @Test
    void givingBackFollowsTheAdviceThatTheSettingsName() {
        AddressSpace os = new AddressSpace(OsSettings.defaults());
        os.map(0, 4 * MIB);
        os.write(0, MIB, Cause.PROGRAM);
        os.release(0, MIB - 1);
        assertEquals(4096, os.rssBytes(), "whole pages only");
        assertEquals(0, os.lazyFreeBytes());
    }

    @Test
    void theTextSaysWhatHugePagesMayCome() {
        AddressSpace os = new AddressSpace(new OsSettings(12, OsSettings.Thp.MADVISE));
        os.reserve(0, 8 * MIB);
        os.map(0, 8 * MIB);
        os.adviseHugePage(4 * MIB, 4 * MIB);
        String text = os.smaps(0, "");
        assertEquals(2, text.split("VmFlags:", -1).length - 1, "nothing is left that is only reserved");
        assertEquals(1, text.split("THPeligible: +1\n", -1).length - 1);
        assertEquals(1, text.split("THPeligible: +0\n", -1).length - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 11, 13, 15, 17})
    void pagesAreOfThreeSizes(int shift) {
        String said = assertThrows(IllegalArgumentException.class, () -> new OsSettings(shift, OsSettings.Thp.NEVER))
                .getMessage();
        assertTrue(said.startsWith("an OS page of " + (1 << shift) + " bytes"), said);
    }
}
