package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which free pages go back first, held against what Go's comments say: the highest address, no dense chunk in the
 * background, nothing that was freed above the search since the last mark termination, and huge pages in one piece.
 */
class ScavengeIndexTest {
    private static final int CHUNK = Units.PAGES_PER_CHUNK;
    private static final int HUGE = Units.HUGE_PAGE_BYTES / Units.PAGE_BYTES;

    /** Counts as they were when the generation began stand beside those of now; no chunk has a generation of its own. */
    private static final class Naive {
        final List<Integer> inUse = new ArrayList<>();
        private List<Integer> whenTheGenerationBegan = new ArrayList<>();
        private final List<Boolean> hasFree = new ArrayList<>();
        private final int base;
        private int highestFreed = -1;
        private int background = -1;
        private int forced = -1;
        // Go marks a cursor that was raised; clearing fails on a marked one, and going down takes the mark off.
        private boolean backgroundIsMarked;
        private boolean forcedIsMarked;

        Naive(int base) {
            this.base = base;
            for (int chunk = 0; chunk < base; chunk++) {
                grow();
            }
        }

        void grow() {
            inUse.add(0);
            whenTheGenerationBegan.add(0);
            hasFree.add(false);
        }

        void alloc(int chunk, int npages) {
            inUse.set(chunk, inUse.get(chunk) + npages);
            if (inUse.get(chunk) == CHUNK) {
                hasFree.set(chunk, false);
            }
        }

        void free(int chunk, int lastPage, int npages) {
            inUse.set(chunk, inUse.get(chunk) - npages);
            hasFree.set(chunk, true);
            highestFreed = Math.max(highestFreed, lastPage);
            forcedIsMarked |= forced < lastPage;
            forced = Math.max(forced, lastPage);
        }

        void nextGen() {
            whenTheGenerationBegan = new ArrayList<>(inUse);
            backgroundIsMarked |= background < highestFreed;
            background = Math.max(background, highestFreed);
            highestFreed = -1;
        }

        void setEmpty(int chunk) {
            hasFree.set(chunk, false);
        }

        int find(boolean force) {
            int from = force ? forced : background;
            int found = -1;
            for (int page = from; page >= base * CHUNK && found < 0; page--) {
                int chunk = page / CHUNK;
                // 0.96875 of 512 pages in use make a chunk dense.
                boolean sparse = inUse.get(chunk) < 496 && whenTheGenerationBegan.get(chunk) < 496;
                if (hasFree.get(chunk) && (force || sparse)) {
                    found = page;
                }
            }
            boolean marked = force ? forcedIsMarked : backgroundIsMarked;
            if (found == from || found < 0 && marked) {
                return found;
            }
            if (force) {
                forced = found;
                forcedIsMarked = false;
            } else {
                background = found;
                backgroundIsMarked = false;
            }
            return found;
        }
    }

    @Property
    void findsWhatThePlainRuleFinds(@ForAll Random random) {
        int base = random.nextInt(3);
        ScavengeIndex index = new ScavengeIndex();
        Naive naive = new Naive(base);
        for (int op = 0; op < 400; op++) {
            int chunks = naive.inUse.size();
            if (chunks == base || chunks < 40 && random.nextInt(10) == 0) {
                index.grow(chunks);
                naive.grow();
                continue;
            }
            int chunk = base + random.nextInt(chunks - base);
            int used = naive.inUse.get(chunk);
            int edge = random.nextInt(4) > 0 ? 492 + random.nextInt(8) : random.nextInt(CHUNK + 1);
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> {
                    // Often to just around where a chunk becomes dense.
                    if (edge > used) {
                        index.alloc(chunk, edge - used);
                        naive.alloc(chunk, edge - used);
                    } else if (edge < used) {
                        int last = chunk * CHUNK + random.nextInt(CHUNK);
                        index.free(chunk, last, used - edge);
                        naive.free(chunk, last, used - edge);
                    }
                }
                case 4 -> {
                    index.nextGen();
                    naive.nextGen();
                }
                case 5 -> {
                    index.setEmpty(chunk);
                    naive.setEmpty(chunk);
                }
                default -> {
                    boolean force = random.nextInt(3) == 0;
                    assertEquals(naive.find(force), index.find(force));
                }
            }
        }
    }

    /**
     * In a chunk whose pages of a range are free and hold memory, one step of 64 KiB takes the eight at the end, and the
     * whole huge page where those lie in one that is free.
     */
    @ParameterizedTest
    @CsvSource({
        "0, 512, 256, 256",
        "256, 512, 256, 256",
        "257, 512, 504, 8",
        "0, 511, 503, 8",
        "0, 500, 492, 8",
        "0, 264, 256, 8",
        "0, 263, 0, 263",
        "1, 263, 255, 8",
        "0, 256, 0, 256",
        "1, 256, 248, 8",
        "0, 255, 247, 8",
        "100, 105, 100, 5",
        "511, 512, 511, 1",
        "60, 70, 62, 8"
    })
    void aStepTakesTheHighestPagesAndBreaksNoFreeHugePage(int from, int to, int page, int npages) {
        PageAlloc pages = new PageAlloc(1);
        pages.grow(0, 2 * CHUNK);
        pages.alloc(2 * CHUNK);
        pages.free(from, to - from);
        List<String> released = new ArrayList<>();
        long bytes = pages.scavenge(64 << 10, true, HUGE, (at, n) -> released.add(at + "+" + n));
        String first = page + "+" + npages;
        assertEquals(List.of(first), released);
        assertEquals((long) npages * Units.PAGE_BYTES, bytes);
        long all = pages.scavenge(Long.MAX_VALUE, true, HUGE, (at, n) -> {});
        assertEquals((to - from - npages) * (long) Units.PAGE_BYTES, all);
        assertEquals(to - from, pages.freeScavengedPages());
    }

    /** Bytes are rounded up to pages; what was asked for is exceeded only by a huge page's rest. */
    @ParameterizedTest
    @CsvSource({"1, 1", "8192, 1", "8193, 2", "65536, 8", "65537, 9", "0, 0"})
    void aPartOfAPageIsAWholeOne(long bytes, int npages) {
        PageAlloc pages = new PageAlloc(1);
        pages.grow(0, CHUNK);
        pages.alloc(CHUNK);
        pages.free(10, 100);
        assertEquals((long) npages * Units.PAGE_BYTES, pages.scavenge(bytes, true, HUGE, (at, n) -> {}));
    }

    /** "Highest address first", over runs and chunks. */
    @Test
    void runsGoFromTheTopDown() {
        PageAlloc pages = new PageAlloc(1);
        pages.grow(0, 3 * CHUNK);
        pages.alloc(3 * CHUNK);
        pages.free(3, 4);
        pages.free(600, 3);
        pages.free(700, 12);
        pages.free(CHUNK - 2, 2);
        List<String> released = new ArrayList<>();
        pages.scavenge(Long.MAX_VALUE, true, HUGE, (at, n) -> released.add(at + "+" + n));
        assertEquals(List.of("700+12", "600+3", "510+2", "3+4"), released);
    }

    /** What was freed since the last mark termination is the background scavenger's only after the next. */
    @Test
    void theBackgroundSeesWhatWasFreedFromTheNextGenerationOn() {
        PageAlloc pages = new PageAlloc(1);
        pages.grow(0, CHUNK);
        pages.alloc(CHUNK);
        pages.free(0, 100);
        assertEquals(0, pages.scavenge(Long.MAX_VALUE, false, HUGE, (at, n) -> {}));
        pages.scavengeIndex().nextGen();
        assertEquals(0, pages.scavenge(0, false, HUGE, (at, n) -> {}));
        assertEquals(100L * Units.PAGE_BYTES, pages.scavenge(Long.MAX_VALUE, false, HUGE, (at, n) -> {}));
    }
}
