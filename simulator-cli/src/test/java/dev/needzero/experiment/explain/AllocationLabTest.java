package dev.needzero.experiment.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.explain.Allocated.Memory;
import dev.needzero.experiment.explain.Allocated.Met;
import dev.needzero.experiment.explain.Allocated.Path;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Held against what real toolchains did ({@code go-runtime-model.md} §1, §2.2, §13.5, §14). */
class AllocationLabTest {
    private static final OsSettings OS = OsSettings.defaults();
    private static final long MIB = 1 << 20;

    private static Allocated perform(String version, long bytes, boolean noscan) {
        return AllocationLab.perform(Behaviours.of(version), OS, bytes, noscan);
    }

    private static Met met(Allocated allocated, Memory memory) {
        return allocated.memory().get(memory.ordinal());
    }

    @ParameterizedTest
    @CsvSource({"1.21,0", "1.22,0", "1.23,0", "1.24,67108864", "1.25,0", "1.26,0", "1.27,0"})
    void only124CommitsAFreshLargeObjectWithPointers(String version, long committedBytes) {
        assertEquals(
                committedBytes,
                met(perform(version, 64 * MIB, false), Memory.FRESH).committedBytes());
        assertEquals(0, met(perform(version, 64 * MIB, true), Memory.FRESH).committedBytes());
    }

    @ParameterizedTest
    @CsvSource({"1.21,33554432", "1.23,33554432", "1.24,33554432", "1.25,33554432", "1.26,0", "1.27,0"})
    void clearingBringsBackWhatWasGivenAwayUpTo125(String version, long committedBytes) {
        Met returned = met(perform(version, 32 * MIB, false), Memory.RETURNED);
        assertEquals(committedBytes, returned.committedBytes());
        assertEquals(committedBytes > 0, returned.needzero());
    }

    @ParameterizedTest
    @CsvSource({"1.21", "1.24", "1.25", "1.27"})
    void usedMemoryIsClearedByEveryVersionAndCommitsNothingAnew(String version) {
        Met reused = met(perform(version, 40_000, false), Memory.REUSED);
        assertTrue(reused.needzero());
        assertEquals(40_960, reused.clearedBytes());
        assertEquals(0, reused.committedBytes());
    }

    @ParameterizedTest
    @CsvSource({
        // size, noscan, version, class, slot, slots, header, bitmap, marks
        "512,true,1.25,26,512,16,0,0,0",
        "512,true,1.26,26,512,15,0,0,128",
        "512,false,1.21,26,512,16,0,0,0",
        "512,false,1.23,26,512,15,0,128,0",
        "512,false,1.27,26,512,15,0,128,128",
        "1024,false,1.21,32,1024,8,0,0,0",
        "1024,false,1.22,33,1152,7,8,0,0",
        "8192,false,1.24,52,9472,6,8,0,0",
        "33,false,1.26,5,48,165,0,128,128"
    })
    void smallObjectsGetTheSlotOfGosTables(
            long bytes,
            boolean noscan,
            String version,
            int sizeClass,
            long slot,
            int slots,
            int header,
            int bitmap,
            int marks) {
        Allocated a = perform(version, bytes, noscan);
        assertEquals(Path.SMALL, a.path());
        assertEquals(sizeClass, a.sizeClass());
        assertEquals(slot, a.slotBytes());
        assertEquals(slots, a.slots());
        assertEquals(header, a.headerBytes());
        assertEquals(bitmap, a.bitmapBytes());
        assertEquals(marks, a.markBytes());
        assertEquals(slot - header - bytes, a.slotWasteBytes());
        assertEquals(a.spanPages() * 8192L, a.spanBytes());
    }

    @ParameterizedTest
    @CsvSource({"512,true,1.25,0", "512,true,1.26,4096", "512,false,1.21,0", "512,false,1.23,4096", "1024,true,1.26,0"})
    void anUntouchedSpanCostsWhatWasMeasured(long bytes, boolean noscan, String version, long committedBytes) {
        assertEquals(committedBytes, perform(version, bytes, noscan).fullSpanCommittedBytes());
    }

    @ParameterizedTest
    @CsvSource({"1,16", "3,5", "4,4", "5,3", "6,2", "8,2", "12,1"})
    void tinyObjectsShareABlock(long bytes, int objects) {
        Allocated a = perform("1.24", bytes, true);
        assertEquals(Path.TINY, a.path());
        assertEquals(16, a.slotBytes());
        assertEquals(objects, a.blockObjects());
        assertTrue(met(a, Memory.FRESH).clearedBytes() > 0, "both words of a block are always cleared");
        assertFalse(met(a, Memory.FRESH).needzero());
    }

    @Test
    void sayWhichBehaviourMakesTheDifference() {
        assertEquals(
                Map.of("largeZeroing", "when-dirty"),
                AllocationLab.reasons(Behaviours.of("1.24"), Behaviours.of("1.25"), OS, 40_000, false));
        assertEquals(
                Map.of("scavengedIsZero", "true"),
                AllocationLab.reasons(Behaviours.of("1.25"), Behaviours.of("1.26"), OS, 40_000, true));
    }

    @Test
    void pagesOfShortSpansComeFromTheCacheOfTheP() {
        assertTrue(perform("1.24", 8 * 8192 - 100, true).fromPageCache());
        assertFalse(perform("1.24", 16 * 8192, true).fromPageCache());
    }
}
