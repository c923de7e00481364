package dev.needzero.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.heap.MSpan;
import dev.needzero.heap.SizeClasses;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.OsSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each setting of {@code --set} does that no Go version has, by the rule that Go's source states for the value it has:
 * {@code runtime/mbitmap.go}, {@code heapBitsInSpan}; {@code runtime/malloc.go}, {@code mallocgc}; {@code runtime/mheap.go},
 * {@code mheap.grow}; and what a setting does that is another version's, by what that version is measured to do.
 */
class KnobsTest {
    private static final int HEADER_BYTES = 8;

    /** An object with pointers above the limit starts with a header, and its slot must hold both. */
    @ParameterizedTest
    @ValueSource(ints = {8, 64, 128, 288, 512})
    void headerLimitSaysWhichObjectsCarryAHeader(int limit) {
        GoRuntime runtime = runtime("1.23", "headerLimit", Integer.toString(limit));
        for (int size = 8; size <= 4096; size += 8) {
            long at = runtime.malloc(runtime.heap().proc(0), size, false, true);
            MSpan span = runtime.lastSpan();
            int header = size > limit ? HEADER_BYTES : 0;
            assertEquals(smallestSlot(size + header), span.elemBytes(), "slot for " + size);
            assertEquals(header, at - span.slotAddress(runtime.lastSlot()), "where an object of " + size + " lies");
        }
    }

    /** The bitmap of a span of headerless objects takes a 64th of it. */
    @ParameterizedTest
    @CsvSource({"64, 64, 126", "64, 80, 102", "512, 80, 100", "512, 512, 15", "512, 576, 14"})
    void headerLimitSaysWhichSpansEndWithABitmap(int limit, int slotBytes, int objects) {
        GoRuntime runtime = runtime("1.23", "headerLimit", Integer.toString(limit));
        runtime.malloc(runtime.heap().proc(0), slotBytes - (slotBytes > limit ? HEADER_BYTES : 0), false, true);
        assertEquals(slotBytes, runtime.lastSpan().elemBytes());
        assertEquals(objects, runtime.lastSpan().nelems());
    }

    /** A request above the limit has a span of its own, whole pages long; one of the limit shares a size class's. */
    @ParameterizedTest
    @CsvSource({"1.21, 32768", "1.21, 9000", "1.23, 32760", "1.23, 1024", "1.27, 8192", "1.27, 9000"})
    void smallLimitSaysWhichObjectsAreLarge(String go, int limit) {
        GoRuntime runtime = runtime(go, "smallLimit", Integer.toString(limit));
        runtime.malloc(runtime.heap().proc(0), limit, true, false);
        assertFalse(runtime.lastSpan().isLarge());
        assertEquals(smallestSlot(limit), runtime.lastSpan().elemBytes());
        runtime.malloc(runtime.heap().proc(0), limit + 1L, true, false);
        MSpan own = runtime.lastSpan();
        assertTrue(own.isLarge());
        assertEquals(SpanClass.LARGE_NOSCAN, own.spanClass());
        assertEquals((limit + 8192) / 8192, own.npages());
    }

    /** From 1.22 on 32760: a header must fit into the largest slot, of 32768 B, and objects without pointers follow suit. */
    @ParameterizedTest
    @CsvSource({"1.21, 32768, false", "1.21, 32769, true", "1.23, 32760, false", "1.23, 32761, true"})
    void noLimitLeavesAHeaderWithoutRoom(String go, int size, boolean large) {
        for (boolean noscan : new boolean[] {true, false}) {
            GoRuntime runtime = runtime(go, "smallLimit", "32768");
            runtime.malloc(runtime.heap().proc(0), size, noscan, true);
            assertEquals(large, runtime.lastSpan().isLarge());
        }
    }

    /** The heap's current arena ends on a multiple of it. */
    @ParameterizedTest
    @ValueSource(ints = {4, 16, 64})
    void arenaGrowthSaysHowMuchMoreIsAskedForAtATime(int mib) {
        GoRuntime runtime = runtime("1.23", "arenaGrowth", mib + "MiB");
        runtime.malloc(runtime.heap().proc(0), 8192, true, false);
        assertEquals(
                (long) mib << 20,
                runtime.heap().stats().released() + runtime.heap().stats().inHeap());
    }

    /** 1024 B with pointers: a slot of 1024 B in 1.21, of 1152 B with the header that 1.22 brought. */
    @ParameterizedTest
    @CsvSource({"1.21, false, 1024", "1.23, false, 1024", "1.21, true, 1152", "1.23, true, 1152"})
    void mallocHeadersIsWhat122Brought(String go, String headers, int slotBytes) {
        GoRuntime runtime = runtime(go, "mallocHeaders", headers);
        runtime.malloc(runtime.heap().proc(0), 1024, false, true);
        assertEquals(slotBytes, runtime.lastSpan().elemBytes());
    }

    /** Spans filled to their end by real toolchains, without and with the marks that Green Tea keeps in them. */
    @ParameterizedTest
    @CsvSource({
        "1.23, true, 16, true, 504", "1.23, true, 16, false, 496", "1.23, true, 256, true, 31",
        "1.23, true, 512, false, 15", "1.23, true, 1024, true, 8", "1.27, false, 16, true, 512",
        "1.27, false, 16, false, 504", "1.27, false, 24, false, 336", "1.27, false, 512, true, 16"
    })
    void inlineMarkBitsTakeRoomAtTheSpansEnd(String go, String inline, int bytes, boolean noscan, int objects) {
        GoRuntime runtime = runtime(go, "inlineMarkBits", inline);
        runtime.malloc(runtime.heap().proc(0), bytes, noscan, true);
        assertEquals(objects, runtime.lastSpan().nelems());
    }

    private static int smallestSlot(int size) {
        int c = 1;
        while (SizeClasses.GO.bytes(c) < size) {
            c++;
        }
        return SizeClasses.GO.bytes(c);
    }

    private static GoRuntime runtime(String go, String key, String value) {
        return new GoRuntime(Behaviours.of(go).with(key, value), OsSettings.defaults(), 0, 0, false);
    }
}
