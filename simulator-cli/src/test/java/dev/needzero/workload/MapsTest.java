package dev.needzero.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MapsTest {
    private final Program program = new Program(1);
    private final EventBatch batch = new EventBatch();
    private final Map<Long, Long> liveBytes = new HashMap<>();
    private final Map<Long, Integer> liveType = new HashMap<>();

    private GoMap map(String go, GoType key, GoType elem, long seed) {
        program.fill(batch);
        return GoMap.make(program, GoLanguage.of(go), new Rng(seed), key, elem, 0);
    }

    private void drain() {
        for (int size = batch.size; size > 0; size = batch.size) {
            for (int i = 0; i < size; i++) {
                if (batch.kind[i] == Kind.ALLOC) {
                    liveBytes.put(batch.a[i], batch.b[i]);
                    liveType.put(batch.a[i], batch.c[i]);
                } else {
                    liveBytes.remove(batch.a[i]);
                    liveType.remove(batch.a[i]);
                }
            }
            program.fill(batch);
        }
    }

    private long liveBytesOf(String type) {
        drain();
        return liveBytes.entrySet().stream()
                .filter(e -> program.types.get(liveType.get(e.getKey())).name().startsWith(type))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** The naive twin is a set of keys. */
    @ParameterizedTest
    @ValueSource(strings = {"1.23", "1.24", "1.25"})
    void aMapHoldsTheKeysThatASetHolds(String go) {
        for (int seed = 1; seed <= 20; seed++) {
            GoMap map = map(go, GoType.INT64, GoType.INT64, seed);
            Set<Long> twin = new HashSet<>();
            Rng rng = new Rng(seed);
            int range = 1 << rng.between(2, 14);
            for (int i = 0; i < 20_000; i++) {
                long key = rng.below(range);
                if (rng.below(3) > 0 == i / 5000 % 2 > 0) {
                    assertEquals(twin.add(key), map.put(key));
                } else {
                    assertEquals(twin.remove(key), map.remove(key));
                }
                assertEquals(twin.size(), map.size());
            }
        }
    }

    /** A table takes 1024 slots of 16 B, a control word a group, and all of the last doubling is garbage. */
    @Test
    void aSwissMapsTablesAreFullBetweenSevenSixteenthsAndSevenEighths() {
        GoMap map = map("1.24", GoType.INT64, GoType.INT64, 1);
        for (long k = 0; k < 500_000; k++) {
            map.put(k);
        }
        long groups = liveBytesOf("map.group");
        assertEquals(0, groups % (128 * 136));
        long slots = groups / 136 * 8;
        assertTrue(500_000 <= slots * 7 / 8 && 500_000 >= slots * 7 / 16, () -> slots + " slots");
        assertEquals(slots / 1024 * 32, liveBytesOf("maps.table"));
    }

    /** Up to 1.23 the old array stays until each of its buckets has been moved. */
    @Test
    void aBucketMapKeepsItsOldArrayWhileItGrows() {
        GoMap map = map("1.23", GoType.INT64, GoType.RECORD, 1);
        int key = 0;
        while (key < 6.5 * 1024) {
            map.put(key++);
        }
        int bucketBytes = 8 + 8 * 8 + 8 * 48 + 8;
        long before = liveBytesOf("map.bucket");
        map.put(key++);
        long growing = liveBytesOf("map.bucket");
        assertTrue(growing > before + 2048L * bucketBytes, () -> before + " then " + growing);
        for (int i = 0; i < 1024; i++) {
            map.put(key++);
        }
        long grown = liveBytesOf("map.bucket");
        assertTrue(grown < growing - 1024L * bucketBytes, () -> before + ", " + growing + ", then " + grown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.23", "1.24", "1.25"})
    void keysAndElementsAbove128BytesLieOutside(String go) {
        GoMap map = map(go, GoType.parse("200B"), GoType.parse("*256B"), 1);
        for (long k = 0; k < 1000; k++) {
            map.put(k);
        }
        for (long k = 0; k < 400; k++) {
            map.remove(k);
        }
        assertEquals(600 * 200, liveBytesOf("[200]uint8"));
        assertEquals(600 * 256, liveBytesOf("[32]*int"));
    }

    /** Maps never shrink; from 1.25 on, tombstones are pruned before a table grows for their sake. */
    @ParameterizedTest
    @CsvSource({"1.23", "1.24", "1.25"})
    void aMapOfSteadySizeStopsAllocating(String go) {
        GoMap map = map(go, GoType.INT64, GoType.INT64, 1);
        long next = 0;
        while (next < 600) {
            map.put(next++);
        }
        for (int i = 0; i < 200_000; i++) {
            map.put(next);
            map.remove(next - 600);
            next++;
        }
        long bytes = liveBytesOf("map.");
        assertEquals(600, map.size());
        assertTrue(bytes < 600 * 16 * 8, () -> bytes + " bytes for 600 entries");
    }
}
