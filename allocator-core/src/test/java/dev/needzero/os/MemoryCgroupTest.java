package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings.Release;
import dev.needzero.os.OsSettings.Thp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limits as {@code admin-guide/cgroup-v2.rst} describes them. */
class MemoryCgroupTest {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long MAX = Long.MAX_VALUE;

    private long event;

    private AddressSpace space(Thp thp, MemoryCgroup.Limits limits) {
        AddressSpace os = new AddressSpace(new OsSettings(12, thp, true, null, Release.FREE, limits));
        os.cgroup().setPosition(() -> event, () -> 1000 * event);
        os.reserve(0, 64 * MIB);
        os.map(0, 64 * MIB);
        return os;
    }

    @Test
    void theFirstPageBeyondMemoryMaxKills() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 0));
        event = 1;
        os.write(0, 8 * MIB, Cause.PROGRAM);
        assertNull(os.cgroup().kill());
        event = 2;
        os.read(16 * MIB, MIB);
        assertNull(os.cgroup().kill(), "the zero page is charged to nobody");
        event = 3;
        os.write(16 * MIB, 1, Cause.PROGRAM);
        event = 4;
        os.write(32 * MIB, MIB, Cause.PROGRAM);
        assertEquals(
                new MemoryCgroup.Breach(3, 3000, 8 * MIB), os.cgroup().kill().at());
    }

    @Test
    void theKernelsLineNamesWhatItNames() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 0));
        os.write(0, 9 * MIB, Cause.PROGRAM);
        String line = os.cgroup().kill().logLine(7, "a-rather-long-command");
        // Page tables: five pages of entries for 9 MiB, and one of each of the two levels above.
        assertTrue(
                line.matches("Memory cgroup out of memory: Killed process 7 \\(a-rather-long-c\\) total-vm:65536kB,"
                        + " anon-rss:8192kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:28kB oom_score_adj:0"),
                line);
    }

    @Test
    void whatIsChargedBesideTheHeapCounts() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 6 * MIB));
        os.write(0, 2 * MIB, Cause.PROGRAM);
        assertNull(os.cgroup().kill());
        os.write(2 * MIB, 1, Cause.PROGRAM);
        assertNotNull(os.cgroup().kill());
        assertEquals(2 * MIB, os.peakChargedBytes(), "nothing beyond the limit was ever charged");
        assertThrows(IllegalArgumentException.class, () -> new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 8 * MIB));
        assertThrows(IllegalArgumentException.class, () -> new MemoryCgroup.Limits(8 * MIB, MAX, MAX, 8 * MIB));
        assertThrows(IllegalArgumentException.class, () -> new MemoryCgroup.Limits(MAX, MAX, -1, 0));
        assertThrows(IllegalArgumentException.class, () -> new MemoryCgroup.Limits(MAX, MAX, MAX, -1));
    }

    @Test
    void lazilyFreePagesAreReclaimedBeforeAnybodyIsKilled() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 0));
        os.write(0, 6 * MIB, Cause.PROGRAM);
        os.free(0, 4 * MIB);
        os.write(8 * MIB, 4 * MIB, Cause.PROGRAM);
        assertNull(os.cgroup().kill());
        assertEquals(8 * MIB, os.rssBytes());
        assertEquals(2 * MIB, os.cgroup().reclaimedBytes());
        assertEquals(2 * MIB, os.lazyFreeBytes(), "no more than was needed");
    }

    @Test
    void brokenHugePagesAreSplitBeforeAnybodyIsKilled() {
        AddressSpace os = space(Thp.ALWAYS, new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 0));
        for (long at = 0; at < 8 * MIB; at += 2 * MIB) {
            os.write(at, 1, Cause.PROGRAM);
            os.dontNeed(at, MIB);
        }
        assertEquals(4 * MIB, os.rssBytes());
        assertEquals(8 * MIB, os.chargedBytes());
        os.write(16 * MIB, 1, Cause.PROGRAM);
        assertNull(os.cgroup().kill());
        assertEquals(6 * MIB, os.rssBytes());
        assertEquals(8 * MIB, os.chargedBytes());
        assertEquals(2 * MIB, os.cgroup().reclaimedBytes(), "no more than was needed");
    }

    /** {@code transhuge.rst}, thp_fault_fallback_charge: a huge page that cannot be charged falls back to small ones. */
    @Test
    void aHugePageWithoutRoomFallsBackToSmallOnes() {
        AddressSpace os = space(Thp.ALWAYS, new MemoryCgroup.Limits(MAX, 3 * MIB, MAX, 0));
        os.write(0, 1, Cause.PROGRAM);
        os.write(2 * MIB, 1, Cause.PROGRAM);
        assertEquals(2 * MIB + 4 * KIB, os.rssBytes());
        assertNull(os.cgroup().kill());
    }

    @Test
    void memoryHighSlowsDownAndKillsNobody() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(4 * MIB, MAX, MAX, 0));
        event = 5;
        os.write(0, 4 * MIB, Cause.PROGRAM);
        assertNull(os.cgroup().firstHigh());
        event = 6;
        os.write(8 * MIB, MIB, Cause.PROGRAM);
        assertEquals(6, os.cgroup().firstHigh().event());
        assertEquals(MIB, os.cgroup().overHighBytes());
        assertEquals(1, os.cgroup().throttledFaults());
        os.write(16 * MIB, MIB, Cause.PROGRAM);
        assertEquals(2 * MIB, os.cgroup().overHighBytes());
        assertEquals(2, os.cgroup().throttledFaults());
        assertEquals(6, os.cgroup().firstHigh().event());
        assertEquals(6 * MIB, os.peakChargedBytes());
        assertNull(os.cgroup().kill());
    }

    @Test
    void aLimitIsAnythingButMax() {
        MemoryCgroup.Limits high = new MemoryCgroup.Limits(MIB, MAX, MAX, 0);
        MemoryCgroup.Limits max = new MemoryCgroup.Limits(MAX, MIB, 0, 0);
        assertTrue(high.any() && high.hasHigh() && !high.hasMax());
        assertTrue(max.any() && max.hasMax() && !max.hasHigh());
        assertFalse(MemoryCgroup.Limits.NONE.any());
        assertEquals(high, space(Thp.NEVER, high).cgroup().limits());
    }

    @Test
    void aNameOfFifteenBytesIsWhole() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 0));
        os.write(0, 9 * MIB, Cause.PROGRAM);
        assertTrue(os.cgroup().kill().logLine(7, "fifteen-letters").contains("(fifteen-letters)"));
        assertTrue(os.cgroup().kill().logLine(7, "go").contains("(go)"));
    }

    @Test
    void whatReclaimBringsBackToTheLimitWasNeverAboveIt() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(4 * MIB, MAX, MAX, 0));
        os.write(0, 3 * MIB, Cause.PROGRAM);
        os.free(0, 2 * MIB);
        os.write(8 * MIB, 3 * MIB, Cause.PROGRAM);
        assertEquals(4 * MIB, os.rssBytes());
        assertEquals(2 * MIB, os.cgroup().reclaimedBytes());
        assertNull(os.cgroup().firstHigh());
        assertEquals(0, os.cgroup().throttledFaults());
    }

    @Test
    void aboveMemoryHighWhatIsGivenUpIsTakenAtOnce() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(4 * MIB, MAX, MAX, 0));
        os.write(0, 5 * MIB, Cause.PROGRAM);
        os.free(0, 2 * MIB);
        assertEquals(4 * MIB, os.rssBytes());
        assertEquals(MIB, os.lazyFreeBytes());
    }

    /** A read without the huge zero page, and a collapse, charge as a write does. */
    @Test
    void everyHugePageIsCharged() {
        MemoryCgroup.Limits limits = new MemoryCgroup.Limits(MIB, MAX, MAX, 0);
        AddressSpace read = new AddressSpace(new OsSettings(12, Thp.ALWAYS, false, null, Release.FREE, limits));
        read.map(0, 4 * MIB);
        read.read(0, 1);
        assertEquals(2 * MIB, read.peakChargedBytes());
        assertEquals(MIB, read.cgroup().overHighBytes());
        AddressSpace collapsed = space(Thp.MADVISE, limits);
        collapsed.write(0, 1, Cause.PROGRAM);
        collapsed.collapse(0, 2 * MIB);
        assertEquals(2 * MIB, collapsed.peakChargedBytes());
        assertEquals(MIB, collapsed.cgroup().overHighBytes());
    }

    @Test
    void aLazilyFreeHugePageIsTakenAsOne() {
        AddressSpace os = space(Thp.ALWAYS, new MemoryCgroup.Limits(MAX, 4 * MIB, MAX, 0));
        os.write(0, 1, Cause.PROGRAM);
        os.write(2 * MIB, 1, Cause.PROGRAM);
        os.free(2 * MIB, 2 * MIB);
        os.adviseNoHugePage(4 * MIB, 2 * MIB);
        os.write(4 * MIB, 1, Cause.PROGRAM);
        assertEquals(2 * MIB + 4 * KIB, os.rssBytes());
        assertEquals(2 * MIB, os.cgroup().reclaimedBytes());
        assertTrue(os.isResident(0));
        assertFalse(os.isResident(512) || os.isResident(1023));
    }

    @Test
    void aHugePageReclaimsWhatItNeedsAndNoMore() {
        AddressSpace os = space(Thp.ALWAYS, new MemoryCgroup.Limits(MAX, 4 * MIB + 512 * KIB, MAX, 0));
        os.adviseNoHugePage(0, 2 * MIB);
        os.write(0, MIB + 512 * KIB, Cause.PROGRAM);
        os.free(0, MIB + 512 * KIB);
        os.write(2 * MIB, 1, Cause.PROGRAM);
        os.write(4 * MIB, 1, Cause.PROGRAM);
        assertEquals(4 * MIB, os.hugeBytes());
        assertEquals(512 * KIB, os.lazyFreeBytes());
    }

    /** The lowest lazily free pages go first, run by run; what lies between stays. */
    @Test
    void reclaimTakesRunsOfLazilyFreePages() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(MAX, MIB, MAX, 0));
        List<String> told = new ArrayList<>();
        os.write(0, MIB, Cause.PROGRAM);
        os.free(4 * KIB, 8 * KIB);
        os.free(16 * KIB, 4 * KIB);
        os.free(256 * KIB, 256 * KIB);
        os.watch(new EchoedCalls(space(Thp.NEVER, MemoryCgroup.Limits.NONE)) {
            @Override
            public void dontNeed(long address, long bytes) {
                told.add(address / KIB + "+" + bytes / KIB);
            }
        });
        os.write(2 * MIB, 16 * KIB, Cause.PROGRAM);
        assertEquals(List.of("4+8", "16+4", "256+256"), told);
        assertEquals(MIB + 16 * KIB - 268 * KIB, os.rssBytes());
        assertTrue(os.isResident(0) && os.isResident(3) && os.isResident(5) && !os.isResident(4));
        assertNull(os.cgroup().kill());
    }
}
