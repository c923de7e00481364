package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class SweepTest {
    private static final String WORKLOAD = "gen:service?events=3e5";
    private static final Replays.Settings SETTINGS = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false);

    /** A trace longer than a window goes by window by window, group by group, and means the same. */
    @Test
    void windowsAndGroupsChangeNothing() throws IOException {
        Map<Integer, Long> whole = peaks(1 << 20, 0);
        assertEquals(5, whole.size());
        assertEquals(whole, peaks(3, 2));
        assertEquals(whole, peaks(7, 0));
        try (TraceReader reader = Replays.open(WORKLOAD)) {
            Replay single = Replays.run(reader, Behaviours.of("1.24"), SETTINGS, null, false, null, null);
            assertEquals(single.runtime().os().peakRssBytes(), whole.get(24));
        }
    }

    private static Map<Integer, Long> peaks(int windowBatches, int atOnce) throws IOException {
        List<Sweep.Twin> twins = new ArrayList<>();
        for (int minor = 22; minor <= 26; minor++) {
            twins.add(new Sweep.Twin(minor, Behaviours.of("1." + minor), SETTINGS));
        }
        Map<Integer, Long> peaks = new ConcurrentHashMap<>();
        Sweep.run(
                List.of(new Sweep.Feed(() -> Replays.open(WORKLOAD), twins)),
                atOnce,
                windowBatches,
                new Sweep.Listener() {
                    @Override
                    public void finished(Sweep.Twin twin, Replay replay) {
                        assertEquals(
                                null,
                                peaks.put(twin.cell(), replay.runtime().os().peakRssBytes()));
                    }

                    @Override
                    public void failed(Sweep.Twin twin, Throwable why) {
                        throw new AssertionError(why);
                    }
                });
        return peaks;
    }

    @Test
    void partsShareOutTheGridEvenlyAndWhole() {
        for (int parts = 1; parts <= 7; parts++) {
            Set<Integer> met = new HashSet<>();
            for (int part = 1; part <= parts; part++) {
                Grid.Shard shard = new Grid.Shard(part, parts);
                int size = 0;
                for (int cell = 1; cell <= 100; cell++) {
                    if (shard.has(cell)) {
                        size++;
                        assertTrue(met.add(cell), "cell " + cell + " is of two parts");
                    }
                }
                assertTrue(size == 100 / parts || size == 100 / parts + 1, size + " of 100 in one of " + parts);
            }
            assertEquals(100, met.size());
        }
    }

    /** With as many parts as an axis has values, each part still meets every value. */
    @Test
    void noPartGetsOneValueAlone() {
        Grid grid =
                new Grid(List.of("a"), List.of(Grid.Axis.parse("go=1.21..1.27"), Grid.Axis.parse("thp=always,never")));
        for (int part = 1; part <= 2; part++) {
            Set<String> values = new HashSet<>();
            grid.cells(new Grid.Shard(part, 2))
                    .forEach(cell -> values.add(cell.values().get("thp")));
            assertEquals(Set.of("always", "never"), values);
        }
    }
}
