package dev.needzero.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.os.MemoryCgroup;
import dev.needzero.os.OsSettings;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Go asked of huge pages, patch by patch, on a system that gives them to those who ask (golang/go#61718, #64332). */
class HugePageCallsTest {
    private static final long MIB = 1 << 20;

    private static GoRuntime go(Behaviours version, OsSettings.Thp thp) {
        return new GoRuntime(version, new OsSettings(12, thp), 0, 0, true);
    }

    /** A chunk in use but for two holes of 32 pages, which the scavenger took, and what fills the first up again. */
    private static GoRuntime brokenAndFilled(String version) {
        GoRuntime go = go(Behaviours.of(version), OsSettings.Thp.MADVISE);
        P p = go.heap().proc(0);
        List<MSpan> spans = new ArrayList<>();
        for (int i = 0; i < Units.PAGES_PER_CHUNK / 32; i++) {
            MSpan span = go.mallocLarge(p, 32, true);
            go.os().write(span.base(), 1, Cause.PROGRAM);
            spans.add(span);
        }
        go.heap().freeSpan(spans.get(1));
        go.heap().freeSpan(spans.get(14));
        go.scavenger().releaseAll();
        go.mallocLarge(p, 32, true);
        go.mallocLarge(p, 32, true);
        return go;
    }

    @Test
    void new121MemoryWantsHugePages() {
        AddressSpace os = brokenAndFilled("1.21.0").os();
        assertEquals(4 * MIB - 2 * 32 * 8192, os.rssBytes(), "all but what was given back");
        assertTrue(os.smaps(0, "").contains(" hg \n"), "dense again, wanted again");
    }

    @Test
    void theScavengerTakesA121ChunksHugePagesAway() {
        GoRuntime go = go(Behaviours.of("1.21.0"), OsSettings.Thp.MADVISE);
        P p = go.heap().proc(0);
        MSpan first = go.mallocLarge(p, 32, true);
        go.mallocLarge(p, 32, true);
        go.heap().freeSpan(first);
        go.scavenger().releaseAll();
        assertTrue(go.os().smaps(0, "").contains(" nh \n"));
    }

    @Test
    void aChunkThatFillsUpIsCollapsedFrom1211On() {
        AddressSpace os = brokenAndFilled("1.21.1").os();
        assertEquals(4 * MIB, os.rssBytes());
        assertEquals(4 * MIB, os.hugeBytes());
        assertEquals(0, brokenAndFilled("1.21.4").os().hugeBytes());
        assertEquals(0, brokenAndFilled("1.23").os().hugeBytes());
    }

    @Test
    void disablethpKeepsTheHeapFromHugePages() {
        Behaviours version = Behaviours.of("1.22");
        GoRuntime plain = go(version, OsSettings.Thp.ALWAYS);
        GoRuntime disabled = go(version.with(Behaviour.DISABLE_THP, "true"), OsSettings.Thp.ALWAYS);
        for (GoRuntime go : List.of(plain, disabled)) {
            go.os().write(go.mallocLarge(go.heap().proc(0), 1, true).base(), 1, Cause.PROGRAM);
        }
        assertEquals(2 * MIB, plain.os().rssBytes());
        assertEquals(4096, disabled.os().rssBytes());
    }

    /** GODEBUG=madvdontneed=0: a page that was given back may still hold what was written to it. */
    @Test
    void freedMemoryIsNotTakenToBeZeroWithMadvFree() {
        for (OsSettings.Release release : OsSettings.Release.values()) {
            OsSettings settings =
                    new OsSettings(12, OsSettings.Thp.NEVER, true, null, release, MemoryCgroup.Limits.NONE);
            GoRuntime go = new GoRuntime(Behaviours.of("1.26"), settings, 0, 0, true);
            P p = go.heap().proc(0);
            go.heap().freeSpan(go.mallocLarge(p, 64, true));
            go.scavenger().releaseAll();
            assertEquals(
                    release == OsSettings.Release.FREE,
                    go.mallocLarge(p, 64, true).needzero());
        }
    }
}
