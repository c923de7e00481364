package dev.needzero.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings.Release;
import dev.needzero.os.OsSettings.Thp;
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
        assertTrue(
                line.matches("Memory cgroup out of memory: Killed process 7 \\(a-rather-long-c\\) total-vm:65536kB,"
                        + " anon-rss:8192kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:\\d+kB oom_score_adj:0"),
                line);
    }

    @Test
    void whatIsChargedBesideTheHeapCounts() {
        AddressSpace os = space(Thp.NEVER, new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 6 * MIB));
        os.write(0, 2 * MIB, Cause.PROGRAM);
        assertNull(os.cgroup().kill());
        os.write(2 * MIB, 1, Cause.PROGRAM);
        assertNotNull(os.cgroup().kill());
        assertThrows(IllegalArgumentException.class, () -> new MemoryCgroup.Limits(MAX, 8 * MIB, MAX, 8 * MIB));
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
        assertTrue(os.chargedBytes() <= 8 * MIB);
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
        assertNull(os.cgroup().kill());
    }
}
