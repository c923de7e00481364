package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Size-class tables of one's own, and what Go's wastes by the comment that stands over it in Go's source. */
class SizeClassTableTest {
    private static final String POWERS = """
            # what a buddy allocator would have
            8 1
            16 1
            32 1
            64 1
            128 1
            256 1
            512 1
            1024 1
            2048 1
            4096 1
            8192 1
            16384 2
            32768 4
            """;

    /** class, objects a span, tail waste, max waste: runtime/sizeclasses.go. */
    @ParameterizedTest
    @CsvSource({
        "1, 1024, 0, 87.50",
        "2, 512, 0, 43.75",
        "3, 341, 8, 29.24",
        "5, 170, 32, 31.52",
        "7, 102, 32, 19.07",
        "67, 1, 0, 12.50"
    })
    void wasteIsWhatGosSourceSays(int sizeClass, int objects, int tail, double percent) {
        assertEquals(objects, SizeClasses.GO.slots(sizeClass));
        assertEquals(tail, SizeClasses.GO.tailWasteBytes(sizeClass));
        assertEquals(percent, 100 * SizeClasses.GO.maxWaste(sizeClass), 0.005);
    }

    @Test
    void objectsAreRoundedUpToTheTablesSlots() {
        SizeClasses powers = SizeClasses.parse(POWERS);
        assertEquals(14, powers.count());
        Behaviours behaviours = Behaviours.of("1.23").withSizeClasses("powers", powers);
        GoRuntime runtime = new GoRuntime(behaviours, OsSettings.defaults(), 0, 0, false);
        P p = runtime.heap().proc(0);
        runtime.malloc(p, 33, true, false);
        assertEquals(64, runtime.lastSpan().elemBytes());
        runtime.malloc(p, 1024, false, true); // and its header
        assertEquals(2048, runtime.lastSpan().elemBytes());
        runtime.malloc(p, 20_000, true, false);
        assertEquals(32768, runtime.lastSpan().elemBytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "16 1\n8 1\n32768 4",
                "8 1\n8 1\n32768 4",
                "12 1\n32768 4",
                "8 0\n32768 4",
                "8 1\n32768 3",
                "8 1\n16384 2",
                "",
                "8\n32768 4",
                "8 1 1\n32768 4",
                "eight 1\n32768 4",
                "8 2\n32768 4",
                "-8 1\n32768 4"
            })
    void whatIsNoTableIsRefused(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> SizeClasses.parse(text));
        assertTrue(e.getMessage().contains("expected") || e.getMessage().contains("classes"), e.getMessage());
    }

    /** "a span of the page cache": npages below a quarter of it come from the P's block, aligned and of that length. */
    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void aPTakesAnAlignedBlockOfSoManyPages(int pages) {
        Behaviours behaviours = Behaviours.of("1.23").with("pageCache", Integer.toString(pages));
        GoRuntime runtime = new GoRuntime(behaviours, OsSettings.defaults(), 0, 0, false);
        P p = runtime.heap().proc(0);
        runtime.malloc(p, 8192, true, false); // grows the heap past the cache
        runtime.malloc(p, 8192, true, false);
        assertEquals(pages - 2, Long.bitCount(p.pageCache().freeBits()));
        runtime.malloc(p, (long) pages / 4 * 8192, true, false); // too long for the cache: behind the block
        assertEquals((long) pages * 8192, runtime.lastSpan().base());
    }

    @Test
    void withoutAPageCacheEverySpanComesFromTheHeapsLowestPages() {
        GoRuntime runtime =
                new GoRuntime(Behaviours.of("1.23").with("pageCache", "0"), OsSettings.defaults(), 0, 0, false);
        P p = runtime.heap().proc(0);
        for (int i = 0; i < 3; i++) {
            runtime.malloc(p, i == 1 ? 40 * 8192 : 8192, true, false);
        }
        assertEquals(41L * 8192, runtime.lastSpan().base());
    }

    /** "maxTinySize … combines several tiny allocation requests into a single memory block". */
    @ParameterizedTest
    @CsvSource({"8, 2", "16, 4", "32, 8"})
    void tinyObjectsShareABlockOfTheSizeThatIsSet(int blockBytes, int sharers) {
        Behaviours behaviours = Behaviours.of("1.23").with("tinyBlock", Integer.toString(blockBytes));
        GoRuntime runtime = new GoRuntime(behaviours, OsSettings.defaults(), 0, 0, false);
        P p = runtime.heap().proc(0);
        long first = runtime.malloc(p, 4, true, false);
        int same = 1;
        while (runtime.malloc(p, 4, true, false) < first + blockBytes) {
            same++;
        }
        assertEquals(sharers, same);
        assertEquals(blockBytes, runtime.lastSpan().elemBytes());
    }
}
