package dev.needzero.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MixturesTest {
    private static final int DRAWS = 200_000;

    @Test
    void anIndexIsDrawnAsOftenAsItsWeightSays() {
        double[] weights = {1, 0, 5, 0.25, 3.75, 90};
        AliasTable table = new AliasTable(weights);
        Rng rng = new Rng(1);
        int[] drawn = new int[weights.length];
        for (int i = 0; i < DRAWS; i++) {
            drawn[table.draw(rng)]++;
        }
        for (int i = 0; i < weights.length; i++) {
            assertEquals(weights[i] / 100, drawn[i] / (double) DRAWS, 0.003, "index " + i);
        }
        assertEquals(0, drawn[1]);
    }

    @Test
    void sizesComeInTheSharesGiven() {
        SizeMix mix = SizeMix.parse("16:50,64-128:30,1KiB:20");
        Rng rng = new Rng(1);
        int small = 0;
        int middle = 0;
        for (int i = 0; i < DRAWS; i++) {
            long bytes = mix.draw(rng);
            assertTrue(bytes == 16 || bytes >= 64 && bytes <= 128 || bytes == 1024, () -> bytes + " bytes");
            small += bytes == 16 ? 1 : 0;
            middle += bytes >= 64 && bytes <= 128 ? 1 : 0;
        }
        assertEquals(0.5, small / (double) DRAWS, 0.005);
        assertEquals(0.3, middle / (double) DRAWS, 0.005);
    }

    @ParameterizedTest
    @CsvSource({"exp:1000,1000", "fixed:70,70", "uniform:10-30,20", "pareto:10:3,14.5"}) // 15 less the half cut off
    void lifetimesKeepTheirMean(String life, double mean) {
        LifetimeMix mix = LifetimeMix.parse(life);
        Rng rng = new Rng(5);
        double sum = 0;
        for (int i = 0; i < DRAWS; i++) {
            sum += mix.draw(rng);
        }
        assertEquals(mean, sum / DRAWS, mean * 0.01 + 0.05);
    }

    @Test
    void exponentialLifetimesHaveTheRightTail() {
        LifetimeMix mix = LifetimeMix.parse("exp:1000");
        Rng rng = new Rng(5);
        int beyond = 0;
        for (int i = 0; i < DRAWS; i++) {
            beyond += mix.draw(rng) > 3000 ? 1 : 0;
        }
        assertEquals(Math.exp(-3), beyond / (double) DRAWS, 0.002);
    }

    @Test
    void someObjectsLiveForever() {
        LifetimeMix mix = LifetimeMix.parse("exp:10@90,forever@10");
        Rng rng = new Rng(5);
        int forever = 0;
        for (int i = 0; i < DRAWS; i++) {
            forever += mix.draw(rng) == LifetimeMix.FOREVER ? 1 : 0;
        }
        assertEquals(0.1, forever / (double) DRAWS, 0.005);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exp", "exp:", "exp:-1", "uniform:9-3", "sometimes", "exp:10@x", "exp:10@0", "pareto:1"})
    void aLifetimeThatIsNoneIsRefused(String life) {
        Exception e = assertThrows(IllegalArgumentException.class, () -> LifetimeMix.parse(life));
        assertTrue(e.getMessage().startsWith("life: "), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "16:", "0:1", "64-16:1", "16k:1", "16:-1", "16:0"})
    void aSizeThatIsNoneIsRefused(String sizes) {
        Exception e = assertThrows(IllegalArgumentException.class, () -> SizeMix.parse(sizes));
        assertTrue(e.getMessage().startsWith("sizes: "), e.getMessage());
    }

    /** The slow twin is a priority queue. */
    @Test
    void objectsDieAtTheTickTheyWereMeantTo() {
        DeathClock clock = new DeathClock();
        PriorityQueue<long[]> twin = new PriorityQueue<>((x, y) -> Long.compare(x[0], y[0]));
        Rng rng = new Rng(9);
        List<Integer> freeIds = new ArrayList<>();
        int ids = 0;
        for (long now = 0; now < 300_000; now++) {
            int id = freeIds.isEmpty() ? ids++ : freeIds.remove(freeIds.size() - 1);
            long ticks = 1 + (rng.below(4) == 0 ? rng.below(200_000) : rng.below(600));
            clock.schedule(id, ticks);
            twin.add(new long[] {now + ticks, id});
            clock.tick();
            List<Integer> dead = new ArrayList<>();
            for (int d = clock.take(); d >= 0; d = clock.take()) {
                dead.add(d);
            }
            List<Integer> due = new ArrayList<>();
            while (!twin.isEmpty() && twin.peek()[0] == now + 1) {
                due.add((int) twin.remove()[1]);
            }
            freeIds.addAll(due);
            Collections.sort(dead);
            Collections.sort(due);
            assertEquals(due, dead, "tick " + (now + 1));
        }
    }
}
