package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ObjectTableTest {
    private record Entry(long address, long bytes) {}

    @Property(tries = 50)
    void agreesWithAMap(@ForAll Random random) {
        ObjectTable table = new ObjectTable();
        Map<Integer, Entry> map = new HashMap<>();
        int ids = 1 << random.nextInt(18);
        for (int op = 0; op < 2000; op++) {
            int id = random.nextInt(ids);
            if (random.nextInt(3) == 0) {
                table.remove(id);
                map.remove(id);
            } else {
                Entry entry = new Entry(random.nextLong() >>> 16, 1 + (random.nextLong() >>> 21 + random.nextInt(40)));
                table.put(id, entry.address, entry.bytes);
                map.put(id, entry);
            }
            int asked = random.nextInt(2 * ids);
            Entry expected = map.get(asked);
            assertEquals(expected == null ? -1 : expected.address, table.address(asked));
            if (expected != null) {
                assertEquals(expected.bytes, table.size(asked));
            }
        }
    }

    @Test
    void anObjectCanLieAtTheHeapsVeryFirstByte() {
        ObjectTable table = new ObjectTable();
        table.put(0, 0, 8);
        assertEquals(0, table.address(0));
        assertEquals(-1, table.address(1));
    }
}
