package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.needzero.trace.TypeTable.Pointers;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class NoscanRuleTest {
    private static Pointers decided(String rule, String typeName, long sizeBytes, Pointers told) throws IOException {
        TraceData trace = new TraceData(new TraceInfo("mtrace", false, null, 0, 0, true));
        int type = trace.types().add(new TypeTable.Type(typeName, 0, 0, told, false));
        trace.add(Kind.ALLOC, 0, 0, 0, sizeBytes, type);
        try (TraceReader applied = NoscanRule.parse(rule).apply(trace)) {
            EventBatch batch = new EventBatch();
            applied.next(batch);
            return applied.types().get(batch.c[0]).pointers();
        }
    }

    @Test
    void namesSizesAndAllMakeAnObjectPointerFree() throws IOException {
        assertEquals(Pointers.NO, decided("all", "malloc", 8, Pointers.UNKNOWN));
        assertEquals(Pointers.UNKNOWN, decided("none", "malloc", 8, Pointers.UNKNOWN));
        assertEquals(Pointers.NO, decided("read* >=64KiB", "readFile", 8, Pointers.UNKNOWN));
        assertEquals(Pointers.NO, decided("read* >=64KiB", "malloc", 65536, Pointers.UNKNOWN));
        assertEquals(Pointers.UNKNOWN, decided("read* >=64KiB", "malloc", 65535, Pointers.UNKNOWN));
        assertEquals(Pointers.NO, decided("<16", "malloc", 15, Pointers.UNKNOWN));
    }

    @Test
    void whatTheTraceKnowsStands() throws IOException {
        assertEquals(Pointers.YES, decided("all", "malloc", 8, Pointers.YES));
    }

    @Test
    void aRuleThatSaysNothingIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> NoscanRule.parse("  "));
        assertThrows(IllegalArgumentException.class, () -> NoscanRule.parse(">=many"));
    }
}
