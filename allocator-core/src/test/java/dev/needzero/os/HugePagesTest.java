package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings.Release;
import dev.needzero.os.OsSettings.Thp;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the kernel's documentation promises of huge pages: {@code admin-guide/mm/transhuge.rst}, {@code madvise(2)},
 * {@code admin-guide/cgroup-v2.rst}.
 */
class HugePagesTest {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long SECOND = 1_000_000_000;

    private static AddressSpace space(Thp thp, Khugepaged.Pace khugepaged) {
        AddressSpace os =
                new AddressSpace(new OsSettings(12, thp, true, khugepaged, Release.DONTNEED, MemoryCgroup.Limits.NONE));
        os.reserve(0, 256 * MIB);
        os.map(0, 256 * MIB);
        return os;
    }

    /** A page of page table entries, 8 bytes each, maps one huge page. */
    @ParameterizedTest
    @CsvSource({"12, 2", "14, 32", "16, 512"})
    void hugePagesGrowWithTheSquareOfThePage(int osPageShift, int mebibytes) {
        AddressSpace os = new AddressSpace(new OsSettings(osPageShift, Thp.ALWAYS));
        os.map(0, 1024 * MIB);
        os.write(0, 1, Cause.PROGRAM);
        assertEquals(mebibytes * MIB, os.rssBytes());
        assertEquals(os.rssBytes(), os.hugeBytes());
    }

    @Test
    void underMadviseOnlyAdvisedMemoryGetsHugePages() {
        AddressSpace os = space(Thp.MADVISE, null);
        os.write(0, 1, Cause.PROGRAM);
        assertEquals(4 * KIB, os.rssBytes());
        os.adviseHugePage(4 * MIB, 4 * MIB);
        os.write(4 * MIB, 1, Cause.PROGRAM);
        assertEquals(2 * MIB + 4 * KIB, os.rssBytes());
        os.adviseNoHugePage(6 * MIB, 2 * MIB);
        os.write(6 * MIB, 1, Cause.PROGRAM);
        assertEquals(2 * MIB + 8 * KIB, os.rssBytes());
    }

    @Test
    void neverMeansNeverWhateverIsAdvised() {
        AddressSpace os = space(Thp.NEVER, null);
        os.adviseHugePage(0, 256 * MIB);
        os.write(0, 1, Cause.PROGRAM);
        assertEquals(4 * KIB, os.rssBytes());
    }

    @Test
    void aRangeThatIsNotWhollyMappedGetsNoHugePage() {
        AddressSpace os = new AddressSpace(new OsSettings(12, Thp.ALWAYS));
        os.map(0, 3 * MIB);
        os.write(2 * MIB, 1, Cause.PROGRAM);
        assertEquals(4 * KIB, os.rssBytes());
        os.map(3 * MIB, MIB);
        os.write(2 * MIB + 4 * KIB, 1, Cause.PROGRAM);
        assertEquals(8 * KIB, os.rssBytes(), "the range's page table is there already");
    }

    @Test
    void whatIsGivenBackOfAHugePageStaysChargedUntilTheRestGoesToo() {
        AddressSpace os = space(Thp.ALWAYS, null);
        os.write(0, 1, Cause.PROGRAM);
        os.dontNeed(MIB, MIB);
        assertEquals(MIB, os.rssBytes());
        assertEquals(2 * MIB, os.chargedBytes());
        assertEquals(0, os.hugeBytes());
        os.write(MIB, 1, Cause.PROGRAM);
        assertEquals(MIB + 4 * KIB, os.rssBytes(), "the range is mapped by pages now");
        assertEquals(2 * MIB + 4 * KIB, os.chargedBytes(), "the page is a new one");
        os.dontNeed(0, MIB);
        assertEquals(4 * KIB, os.chargedBytes());
    }

    @Test
    void theFirstReadIsFreeOnlyWithTheHugeZeroPage() {
        AddressSpace os = space(Thp.ALWAYS, null);
        os.read(0, 1);
        assertEquals(0, os.rssBytes());
        assertEquals(2 * MIB, os.zeroMappedBytes());
        AddressSpace without = new AddressSpace(
                new OsSettings(12, Thp.ALWAYS, false, null, Release.DONTNEED, MemoryCgroup.Limits.NONE));
        without.map(0, 4 * MIB);
        without.read(0, 1);
        assertEquals(2 * MIB, without.rssBytes());
    }

    /** Eight huge pages' worth of entries, 4096, at each waking, ten seconds apart. */
    @Test
    void khugepagedKeepsThePaceThatItsFilesName() {
        AddressSpace os = space(Thp.ALWAYS, Khugepaged.Pace.defaults(12));
        os.adviseNoHugePage(0, 256 * MIB);
        for (long at = 0; at < 64 * MIB; at += 2 * MIB) {
            os.write(at, 1, Cause.PROGRAM);
        }
        os.adviseHugePage(0, 256 * MIB);
        os.advanceTo(100 * SECOND);
        os.advanceTo(109 * SECOND);
        assertEquals(0, os.hugeBytes());
        os.advanceTo(110 * SECOND);
        assertEquals(16 * MIB, os.hugeBytes());
        os.advanceTo(120 * SECOND);
        assertEquals(32 * MIB, os.hugeBytes());
        os.advanceTo(3600 * SECOND);
        assertEquals(64 * MIB, os.hugeBytes(), "ranges that nobody touched stay empty");
        assertEquals(64 * MIB, os.rssBytes());
        assertEquals(64 * MIB - 32 * 4 * KIB, os.committedBytes(Cause.HUGE_PAGE));
    }

    /** golang/go#64332: with max_ptes_none 511 khugepaged undoes the scavenger's work. */
    @ParameterizedTest
    @CsvSource({"511, true", "256, true", "255, false", "0, false"})
    void maxPtesNoneSaysHowMuchMayBeMissing(int maxPtesNone, boolean collapses) {
        AddressSpace os = space(Thp.ALWAYS, new Khugepaged.Pace(10_000, 4096, maxPtesNone));
        os.write(0, 1, Cause.PROGRAM);
        os.dontNeed(MIB, MIB);
        os.advanceTo(0);
        os.advanceTo(10 * SECOND);
        assertEquals(collapses ? 2 * MIB : MIB, os.rssBytes());
    }

    @Test
    void khugepagedLeavesRangesWithoutAPageInUseAlone() {
        AddressSpace os = space(Thp.ALWAYS, Khugepaged.Pace.defaults(12));
        os.adviseNoHugePage(0, 4 * MIB);
        os.write(0, 1, Cause.PROGRAM);
        os.free(0, 4 * KIB);
        os.read(2 * MIB, 1);
        os.adviseHugePage(0, 4 * MIB);
        os.advanceTo(0);
        os.advanceTo(60 * SECOND);
        assertEquals(0, os.hugeBytes());
    }

    @Test
    void collapseFillsWhatHasAPageTableWhateverTheMode() {
        AddressSpace os = space(Thp.NEVER, null);
        os.write(0, 1, Cause.PROGRAM);
        os.collapse(0, 4 * MIB);
        assertEquals(2 * MIB, os.rssBytes(), "the second range was never touched");
        os.adviseNoHugePage(4 * MIB, 2 * MIB);
        os.write(4 * MIB, 1, Cause.PROGRAM);
        os.collapse(4 * MIB, 2 * MIB);
        assertEquals(2 * MIB + 4 * KIB, os.rssBytes());
    }

    @Test
    void lazilyFreePagesStayUntilMemoryIsShort() {
        AddressSpace os = new AddressSpace(new OsSettings(
                12,
                Thp.MADVISE,
                true,
                null,
                Release.FREE,
                new MemoryCgroup.Limits(Long.MAX_VALUE, Long.MAX_VALUE, 2 * MIB, 0)));
        os.map(0, 8 * MIB);
        os.write(0, MIB, Cause.PROGRAM);
        os.release(0, MIB);
        assertEquals(MIB, os.rssBytes());
        assertEquals(MIB, os.lazyFreeBytes());
        os.write(0, 4 * KIB, Cause.PROGRAM);
        assertEquals(MIB - 4 * KIB, os.lazyFreeBytes(), "a write takes a page back");
        os.read(4 * KIB, 4 * KIB);
        assertEquals(MIB - 4 * KIB, os.lazyFreeBytes(), "a read does not");
        os.write(2 * MIB, 2 * MIB, Cause.PROGRAM);
        assertEquals(2 * MIB + 4 * KIB, os.rssBytes());
        assertEquals(0, os.lazyFreeBytes());
        assertTrue(os.isResident(0), "what was written again is kept");
        assertFalse(os.isResident(1));
    }

    @Test
    void aWriteToALazilyFreeHugePageTakesBackAllOfIt() {
        AddressSpace os = space(Thp.ALWAYS, null);
        os.write(0, 1, Cause.PROGRAM);
        os.free(0, 2 * MIB);
        assertEquals(2 * MIB, os.lazyFreeBytes());
        assertEquals(2 * MIB, os.hugeBytes());
        os.write(MIB, 1, Cause.PROGRAM);
        assertEquals(0, os.lazyFreeBytes());
    }

    /** As the kernel's files read where nobody changed them: 10 s, eight huge pages' entries, all but one. */
    @ParameterizedTest
    @CsvSource({"12, 4096, 511", "14, 16384, 2047", "16, 65536, 8191"})
    void khugepagedsFilesAsTheKernelFillsThem(int osPageShift, long pagesToScan, int maxPtesNone) {
        assertEquals(new Khugepaged.Pace(10_000, pagesToScan, maxPtesNone), Khugepaged.Pace.defaults(osPageShift));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0, true", "0, 1, 0, false", "1, 0, 0, false", "1, 1, -1, false"})
    void aPaceHasToGoForward(long sleep, long pages, int none, boolean possible) {
        if (possible) {
            assertEquals(sleep, new Khugepaged.Pace(sleep, pages, none).scanSleepMillis());
        } else {
            assertThrows(IllegalArgumentException.class, () -> new Khugepaged.Pace(sleep, pages, none));
        }
    }

    private static AddressSpace sixteenMebibytes(long from, Khugepaged.Pace pace) {
        AddressSpace os = new AddressSpace(
                new OsSettings(12, Thp.ALWAYS, true, pace, Release.DONTNEED, MemoryCgroup.Limits.NONE));
        os.reserve(0, 64 * MIB);
        os.map(from, 16 * MIB);
        return os;
    }

    private static void touchByPages(AddressSpace os, long at) {
        os.adviseNoHugePage(at, 2 * MIB);
        os.write(at, 1, Cause.PROGRAM);
        os.adviseHugePage(at, 2 * MIB);
    }

    /** However long nothing happened, khugepaged wakes at the tens of seconds. */
    @ParameterizedTest
    @CsvSource({"10, 20", "15, 20", "1005, 1010", "1010, 1020"})
    void khugepagedKeepsItsRhythmThroughIdleTime(long idleUntil, long wakes) {
        AddressSpace os = sixteenMebibytes(4 * MIB, Khugepaged.Pace.defaults(12));
        os.advanceTo(0);
        os.advanceTo(idleUntil * SECOND);
        touchByPages(os, 4 * MIB);
        touchByPages(os, 18 * MIB);
        os.advanceTo(wakes * SECOND - 1);
        assertEquals(0, os.hugeBytes());
        os.advanceTo(wakes * SECOND);
        assertEquals(4 * MIB, os.hugeBytes(), "one waking looks at all eight");
    }

    @Test
    void khugepagedGoesOnWhereItStopped() {
        AddressSpace os = sixteenMebibytes(4 * MIB, new Khugepaged.Pace(1000, 3 * 512, 511));
        os.advanceTo(0);
        os.advanceTo(SECOND);
        touchByPages(os, 8 * MIB);
        touchByPages(os, 12 * MIB);
        touchByPages(os, 16 * MIB);
        os.advanceTo(2 * SECOND);
        assertEquals(2 * MIB, os.hugeBytes(), "the fourth to the sixth range");
        assertTrue(os.isHuge(12 * MIB >> 12));
        os.advanceTo(3 * SECOND);
        assertTrue(os.isHuge(16 * MIB >> 12), "the last two, and the first again");
        assertFalse(os.isHuge(8 * MIB >> 12));
        os.advanceTo(4 * SECOND);
        assertTrue(os.isHuge(8 * MIB >> 12), "the second to the fourth");
    }

    @Test
    void aRefusedRangeCostsKhugepagedOneEntry() {
        AddressSpace os = sixteenMebibytes(0, new Khugepaged.Pace(1000, 512, 511));
        touchByPages(os, 14 * MIB);
        os.adviseNoHugePage(0, 14 * MIB);
        os.advanceTo(0);
        os.advanceTo(SECOND);
        assertEquals(2 * MIB, os.hugeBytes());
    }

    @Test
    void khugepagedFindsTheLastRangeHoweverFarTheClockJumps() {
        AddressSpace os = space(Thp.ALWAYS, Khugepaged.Pace.defaults(12));
        touchByPages(os, 254 * MIB);
        os.advanceTo(0);
        os.advanceTo(160 * SECOND - 1);
        assertEquals(0, os.hugeBytes());
        os.advanceTo(100_000 * SECOND);
        assertEquals(2 * MIB, os.hugeBytes());
    }

    @Test
    void khugepagedLeavesARangeThatIsNotWhollyMappedAlone() {
        AddressSpace os = new AddressSpace(new OsSettings(
                12, Thp.ALWAYS, true, Khugepaged.Pace.defaults(12), Release.DONTNEED, MemoryCgroup.Limits.NONE));
        os.reserve(0, 64 * MIB);
        os.map(3 * MIB, 2 * MIB);
        os.write(3 * MIB, 2 * MIB, Cause.PROGRAM);
        os.advanceTo(0);
        os.advanceTo(60 * SECOND);
        os.collapse(2 * MIB, 4 * MIB);
        assertEquals(2 * MIB, os.rssBytes());
        assertEquals(0, os.hugeBytes());
    }

    /** Where the huge zero page is mapped a write replaces it by a huge page of its own, whatever was advised since. */
    @ParameterizedTest
    @CsvSource({"0", "140", "254"})
    void aWriteToTheHugeZeroPageTakesAHugePage(long mebibyte) {
        AddressSpace os = space(Thp.MADVISE, null);
        long at = mebibyte * MIB;
        os.adviseHugePage(at, 2 * MIB);
        os.read(at, 1);
        assertEquals(2 * MIB, os.zeroMappedBytes());
        os.adviseNoHugePage(at, 2 * MIB);
        os.read(at + MIB, 1);
        assertEquals(2 * MIB, os.zeroMappedBytes());
        os.write(at + MIB, 1, Cause.PROGRAM);
        assertEquals(2 * MIB, os.hugeBytes());
        assertEquals(0, os.zeroMappedBytes());
        os.dontNeed(at, 2 * MIB);
        os.write(at, 1, Cause.PROGRAM);
        assertEquals(4 * KIB, os.rssBytes(), "nothing is mapped there any more, and huge pages are refused");
    }

    /** A part of the huge zero page that is given back leaves the rest mapped page by page, to the one zero page. */
    @ParameterizedTest
    @CsvSource({"0", "140", "254"})
    void theHugeZeroPageIsBrokenLikeAnyOther(long mebibyte) {
        AddressSpace os = space(Thp.ALWAYS, null);
        long at = mebibyte * MIB;
        os.read(at, 1);
        os.dontNeed(at, MIB);
        assertEquals(MIB, os.zeroMappedBytes());
        os.write(at + MIB, 1, Cause.PROGRAM);
        assertEquals(4 * KIB, os.rssBytes());
        assertEquals(MIB - 4 * KIB, os.zeroMappedBytes());
        os.dontNeed(at, 2 * MIB);
        os.write(at, 1, Cause.PROGRAM);
        assertEquals(2 * MIB, os.rssBytes(), "untouched again");
    }

    /** Khugepaged passes over wakings at which nothing can happen: the same comes of it as of one after the other. */
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"})
    void aLeapOfTheClockIsAsGoodAsManySteps(long seed) {
        Random random = new Random(seed);
        Khugepaged.Pace pace = new Khugepaged.Pace(1000, 1 + random.nextInt(5 * 512), random.nextInt(512));
        AddressSpace leaps = sixteenMebibytes(0, pace);
        AddressSpace steps = sixteenMebibytes(0, pace);
        leaps.advanceTo(0);
        steps.advanceTo(0);
        long now = 0;
        for (int round = 0; round < 12; round++) {
            for (int i = random.nextInt(3); i > 0; i--) {
                long at = random.nextInt(8) * 2 * MIB;
                long bytes = 1 + random.nextInt((int) MIB);
                boolean gone = random.nextBoolean();
                for (AddressSpace os : List.of(leaps, steps)) {
                    if (gone) {
                        os.dontNeed(at, bytes);
                    } else {
                        touchByPages(os, at);
                    }
                }
            }
            long until = now + random.nextInt(40);
            leaps.advanceTo(until * SECOND);
            for (; now < until; now++) {
                steps.advanceTo((now + 1) * SECOND);
            }
            for (long block = 0; block < 8; block++) {
                assertEquals(steps.isHuge(block * 512), leaps.isHuge(block * 512), "range " + block + " at " + now);
            }
        }
        assertEquals(steps.rssBytes(), leaps.rssBytes());
    }
}
