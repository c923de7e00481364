package dev.needzero.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.SizeClasses;
import dev.needzero.units.ByteSize;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions as lists of behaviours, held against Go's history. */
class BehavioursTest {
    /** One row a behaviour, one column a version from 1.21 to 1.27. */
    @ParameterizedTest
    @CsvSource({
        "mallocHeaders,    false,     true,      true,      true,      true,      true,      true",
        "smallLimit,       32768,     32760,     32760,     32760,     32760,     32760,     32760",
        "largeZeroing,     when-dirty,when-dirty,when-dirty,always,    when-dirty,when-dirty,when-dirty",
        "smallScanZeroing, slot,      slot,      slot,      requested, requested, requested, slot-to-80",
        "inlineMarkBits,   false,     false,     false,     false,     false,     true,      true",
        "scavengedIsZero,  false,     false,     false,     false,     false,     true,      true",
        "zeroTracking,     high-water,high-water,high-water,high-water,high-water,high-water,high-water",
        "vmaNames,         false,     false,     false,     false,     true,      true,      true",
        "headerLimit,      512,       512,       512,       512,       512,       512,       512",
        "tinyBlock,        16,        16,        16,        16,        16,        16,        16",
        "pageCache,        64,        64,        64,        64,        64,        64,        64",
        "limitScavenging,  false,     true,      true,      true,      true,      true,      true",
        "sizeClasses,      go,        go,        go,        go,        go,        go,        go",
        "arenaGrowth,      4194304,   4194304,   4194304,   4194304,   4194304,   4194304,   4194304",
        "hugePageCalls,    none,      none,      none,      none,      none,      none,      none",
        "disableThp,       false,     false,     false,     false,     false,     false,     false"
    })
    void eachVersionDoesWhatGoDid(
            String key, String go21, String go22, String go23, String go24, String go25, String go26, String go27) {
        List<String> expected = List.of(go21, go22, go23, go24, go25, go26, go27);
        Behaviour behaviour = behaviour(key);
        for (int i = 0; i < expected.size(); i++) {
            Behaviours version = Behaviours.of(Behaviours.versions().get(i));
            assertEquals(expected.get(i), version.value(behaviour), key + " in " + version);
        }
    }

    /** Go's release notes of 1.21.1 and 1.21.4; a version's bare name is the last of its patches. */
    @ParameterizedTest
    @CsvSource({
        "1.21.0, advise",
        "1.21.1, collapse",
        "1.21.3, collapse",
        "1.21.4, none",
        "1.21.13, none",
        "1.21, none",
        "1.22.0, none",
        "1.27.3, none"
    })
    void patchesOf121DifferInTheirHugePageCalls(String version, String calls) {
        assertEquals(calls, Behaviours.of(version).value(Behaviour.HUGE_PAGE_CALLS));
    }

    @Test
    void everyBehaviourSaysWhatItIsAndWhereItComesFrom() {
        for (Behaviour behaviour : Behaviour.values()) {
            assertTrue(!behaviour.what().isBlank() && !behaviour.source().isBlank(), behaviour.key());
            assertEquals(behaviour, behaviour(behaviour.key()), "two behaviours of one name");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.24", "go1.24", "1.24.0", "go1.24.6"})
    void aVersionMayBeNamedInAnyOfGosWays(String name) {
        assertEquals("always", Behaviours.of(name).value(Behaviour.LARGE_ZEROING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20", "1.28", "2.24", "1", "", "1.x", "1.24.x", "1.24.-1", "1.24.0.1", "gogo1.24"})
    void anUnknownVersionIsRefusedWithThoseThatAreKnown(String name) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Behaviours.of(name));
        assertTrue(e.getMessage().contains('"' + name + '"'), e.getMessage());
        assertTrue(e.getMessage().contains("1.21 … 1.27"), e.getMessage());
    }

    @Test
    void oneBehaviourCanBeChangedAlone() {
        Behaviours go = Behaviours.of("1.23");
        Behaviours changed = go.with("largeZeroing", "always");
        assertEquals(Map.of("largeZeroing", "always"), changed.settings());
        assertEquals("when-dirty", go.value(Behaviour.LARGE_ZEROING), "the version itself stays as it was");
        for (Behaviour behaviour : Behaviour.values()) {
            if (behaviour != Behaviour.LARGE_ZEROING) {
                assertEquals(go.value(behaviour), changed.value(behaviour), behaviour.key());
            }
        }
        assertEquals(512, go.with("headerLimit", "512B").layout(0, 0).headerLimitBytes());
        assertEquals(
                8192, go.with("arenaGrowth", "64MiB").layout(0, 0).growthPages(), "64 MiB are 8192 pages of 8 KiB");
    }

    @Test
    void whatCannotBeSetIsRefusedWithWhatCan() {
        Behaviours go = Behaviours.of("1.23");
        refused("known are mallocHeaders", () -> go.with("largeZeroeing", "always"));
        refused("when-dirty, always", () -> go.with("largeZeroing", "sometimes"));
        refused("0, 8, 16 or 32", () -> go.with("tinyBlock", "12"));
        refused("power of two", () -> go.with("arenaGrowth", "5MiB"));
        refused("8 to 512", () -> go.with("headerLimit", "1KiB"));
    }

    private static void refused(String hint, Runnable setting) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, setting::run);
        assertTrue(e.getMessage().contains(hint), e.getMessage());
    }

    private static Behaviour behaviour(String key) {
        for (Behaviour behaviour : Behaviour.values()) {
            if (behaviour.key().equals(key)) {
                return behaviour;
            }
        }
        throw new AssertionError("no behaviour " + key);
    }

    /** The ends of what can be set, and what lies just beyond them. */
    @ParameterizedTest
    @CsvSource({
        "tinyBlock, 0, true", "tinyBlock, 8, true", "tinyBlock, 32, true", "tinyBlock, 64, false",
        "headerLimit, 8, true", "headerLimit, 512, true", "headerLimit, 0, false", "headerLimit, 520, false",
        "headerLimit, 12, false", "smallLimit, 1024, true", "smallLimit, 32768, true", "smallLimit, 1023, false",
        "smallLimit, 32769, false", "arenaGrowth, 4MiB, true", "arenaGrowth, 1GiB, true", "arenaGrowth, 2MiB, false",
        "arenaGrowth, 2GiB, false", "arenaGrowth, 12MiB, false"
    })
    void sizesHaveBounds(String key, String value, boolean possible) {
        Behaviours go = Behaviours.of("1.21");
        if (possible) {
            assertEquals(
                    ByteSize.parse(value), Long.parseLong(go.with(key, value).value(behaviour(key))));
        } else {
            refused("expected", () -> go.with(key, value));
        }
    }

    /** Headers take 8 bytes of what a small object may have. */
    @Test
    void theLayoutIsTheBehaviours() {
        assertEquals(32768, Behaviours.of("1.21").layout(0, 0).smallLimitBytes());
        assertEquals(
                32760,
                Behaviours.of("1.23").with("smallLimit", "32768").layout(0, 0).smallLimitBytes());
        assertEquals(
                4096,
                Behaviours.of("1.23").with("smallLimit", "4096").layout(0, 0).smallLimitBytes());
        assertEquals(7, Behaviours.of("1.23").layout(7, 100).baseChunk());
        assertEquals(100, Behaviours.of("1.23").layout(7, 100).basePaddingPages());
    }

    @Test
    void oneBehaviourCanBeTakenFromAnotherVersion() {
        Behaviours taken = Behaviours.of("1.23").with(Behaviour.LARGE_ZEROING, Behaviours.of("1.24"));
        assertEquals("always", taken.value(Behaviour.LARGE_ZEROING));
        assertEquals("1.23", taken.version());
        assertEquals("1.23 {largeZeroing=always}", taken.toString());
        assertEquals("1.23", Behaviours.of("1.23").toString());
        SizeClasses two = SizeClasses.GO;
        Behaviours tabled = Behaviours.of("1.23").withSizeClasses("mine", two);
        assertEquals("mine", tabled.value(Behaviour.SIZE_CLASSES));
        assertEquals(
                "mine",
                Behaviours.of("1.24").with(Behaviour.SIZE_CLASSES, tabled).value(Behaviour.SIZE_CLASSES));
        assertEquals(Map.of("sizeClasses", "mine"), tabled.settings());
    }

    @Test
    void whatCanBeSetIsSaidForPeople() {
        assertEquals("true, false", Behaviour.MALLOC_HEADERS.accepted());
        assertEquals("when-dirty, always", Behaviour.LARGE_ZEROING.accepted());
        assertEquals("a size, as in 16KiB", Behaviour.HEADER_LIMIT.accepted());
        assertTrue(Behaviour.SIZE_CLASSES.accepted().startsWith("go, @FILE"), Behaviour.SIZE_CLASSES.accepted());
    }

    /** A table of one's own stays while other things change, and goes when Go's is asked for. */
    @Test
    void aSizeClassTableStaysUntilAnotherIsSet() {
        SizeClasses few = SizeClasses.parse("16 1\n1024 1\n32768 4");
        Behaviours tabled = Behaviours.of("1.23").withSizeClasses("few", few);
        assertEquals(4, tabled.with("tinyBlock", "8").layout(0, 0).sizeClasses().count());
        Behaviours back = tabled.with("sizeClasses", "go");
        assertEquals(68, back.layout(0, 0).sizeClasses().count());
        assertEquals("go", back.value(Behaviour.SIZE_CLASSES));
    }
}
