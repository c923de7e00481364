package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The page bitmap and its tree, held against one boolean a page. */
class PageAllocTest {
    private static final int CHUNK = Units.PAGES_PER_CHUNK;

    @Property
    void agreesWithOneBooleanAPage(@ForAll Random random) {
        Twin twin = new Twin(random.nextInt(3) * CHUNK, 1);
        twin.grow(1 + random.nextInt(3));
        PageCache[] caches = {new PageCache(), new PageCache()};
        for (int op = 0; op < 250; op++) {
            PageCache cache = caches[random.nextInt(2)];
            switch (random.nextInt(12)) {
                case 0 -> twin.grow(1 + random.nextInt(2));
                case 1, 2, 3 -> twin.alloc(1 + random.nextInt(20));
                case 4 -> twin.alloc(1 + random.nextInt(2 * CHUNK));
                case 5 -> twin.allocRange(random);
                case 6, 7, 8 -> twin.freeOne(random);
                case 9 -> twin.flush(cache);
                case 10 -> twin.cacheThenAlloc(cache, 1 + random.nextInt(16));
                default -> twin.scavenge(1 + random.nextInt(300), random.nextBoolean());
            }
            twin.check();
        }
        twin.flush(caches[0]);
        twin.flush(caches[1]);
        twin.scavenge(Integer.MAX_VALUE, true);
        twin.check();
        assertEquals(twin.real.freePages(), twin.real.freeScavengedPages(), "forced scavenging leaves nothing behind");
    }

    /** golang/go#78962: on systems with large pages a free page goes back only together with its neighbours. */
    @Property(tries = 8)
    void onlyWholeOsPagesAreGivenBack(@ForAll Random random) {
        int osPagePages = random.nextBoolean() ? 8 : 2;
        Twin twin = new Twin(0, osPagePages);
        twin.grow(2);
        for (int op = 0; op < 120; op++) {
            switch (random.nextInt(4)) {
                case 0, 1 -> twin.alloc(1 + random.nextInt(30));
                case 2 -> twin.freeOne(random);
                default -> twin.scavenge(1 + random.nextInt(100), true);
            }
            twin.check();
        }
        twin.scavenge(Integer.MAX_VALUE, true);
        twin.check();
        twin.noWholeOsPageIsLeft();
    }

    @Test
    void firstFitPrefersTheLowestAddress() {
        PageAlloc pages = new PageAlloc(1);
        pages.grow(0, 2 * CHUNK);
        assertEquals(0, pages.alloc(10));
        assertEquals(10, pages.alloc(10));
        assertEquals(20, pages.alloc(CHUNK + 100), "a run may cross the border of two chunks");
        pages.free(0, 10);
        pages.free(20, CHUNK + 100);
        assertEquals(0, pages.alloc(10));
        assertEquals(20, pages.alloc(11));
        assertEquals(-1, pages.alloc(2 * CHUNK));
    }

    @Test
    void freshPagesAreWithTheSystemAndFreedOnesAreNot() {
        PageAlloc pages = new PageAlloc(1);
        pages.grow(0, CHUNK);
        assertEquals(CHUNK, pages.freeScavengedPages());
        pages.alloc(8);
        assertEquals(8, pages.lastScavengedPages());
        pages.free(0, 8);
        assertEquals(CHUNK - 8, pages.freeScavengedPages());
        pages.alloc(10);
        assertEquals(2, pages.lastScavengedPages());
    }

    @Test
    void pagesInUseCannotBeTakenAgain() {
        PageAlloc pages = new PageAlloc(1);
        pages.grow(0, CHUNK);
        pages.allocRange(5, 3);
        assertThrows(IllegalStateException.class, () -> pages.allocRange(7, 2));
        assertThrows(IllegalStateException.class, () -> pages.allocRange(CHUNK - 1, 2));
    }

    /** The allocator and its slow twin, driven side by side. */
    private static final class Twin {
        private static final int LIMIT = 24 * CHUNK;

        final PageAlloc real;
        private final int osPagePages;
        private final boolean[] free = new boolean[LIMIT + 1];
        private final boolean[] scavenged = new boolean[LIMIT + 1];
        private final List<int[]> taken = new ArrayList<>();
        private int end;

        Twin(int base, int osPagePages) {
            real = new PageAlloc(osPagePages);
            this.osPagePages = osPagePages;
            end = base;
        }

        void grow(int chunks) {
            int npages = chunks * CHUNK;
            if (end + npages > LIMIT) {
                return;
            }
            real.grow(end, npages);
            for (int p = end; p < end + npages; p++) {
                free[p] = true;
                scavenged[p] = true;
            }
            end += npages;
        }

        private int lowest(int npages) {
            int run = 0;
            for (int p = 0; p < end; p++) {
                run = free[p] ? run + 1 : 0;
                if (run == npages) {
                    return p + 1 - npages;
                }
            }
            return -1;
        }

        private void take(int page, int npages) {
            int wasScavenged = 0;
            for (int p = page; p < page + npages; p++) {
                wasScavenged += scavenged[p] ? 1 : 0;
                free[p] = false;
                scavenged[p] = false;
            }
            taken.add(new int[] {page, npages});
            assertEquals(wasScavenged, real.lastScavengedPages());
        }

        void alloc(int npages) {
            int expected = lowest(npages);
            assertEquals(expected, real.find(npages));
            assertEquals(expected, real.alloc(npages));
            if (expected >= 0) {
                take(expected, npages);
            }
        }

        void allocRange(Random random) {
            int page = random.nextInt(end);
            int npages = 1 + random.nextInt(40);
            boolean fits = page + npages <= end;
            for (int p = page; fits && p < page + npages; p++) {
                fits = free[p];
            }
            assertEquals(fits, real.isFree(page, npages));
            if (fits) {
                real.allocRange(page, npages);
                take(page, npages);
            }
        }

        void freeOne(Random random) {
            if (taken.isEmpty()) {
                return;
            }
            int[] run = taken.remove(random.nextInt(taken.size()));
            real.free(run[0], run[1]);
            for (int p = run[0]; p < run[0] + run[1]; p++) {
                free[p] = true;
            }
        }

        void cacheThenAlloc(PageCache cache, int npages) {
            if (cache.isEmpty()) {
                int first = lowest(1);
                assertEquals(first >= 0, real.allocToCache(cache, PageCache.PAGES));
                if (first < 0) {
                    return;
                }
                assertEquals(first / PageCache.PAGES * PageCache.PAGES, cache.base());
                for (int i = 0; i < PageCache.PAGES; i++) {
                    int p = cache.base() + i;
                    assertEquals(free[p], (cache.freeBits() >>> i & 1) != 0);
                    assertEquals(free[p] && scavenged[p], (cache.scavengedBits >>> i & 1) != 0);
                    free[p] = false;
                }
            }
            int run = 0;
            int expected = -1;
            for (int i = 0; i < PageCache.PAGES && expected < 0; i++) {
                run = (cache.freeBits() >>> i & 1) != 0 ? run + 1 : 0;
                expected = run == npages ? cache.base() + i + 1 - npages : -1;
            }
            assertEquals(expected, cache.alloc(npages));
            if (expected >= 0) {
                for (int p = expected; p < expected + npages; p++) {
                    scavenged[p] = false;
                }
                taken.add(new int[] {expected, npages});
            }
        }

        void flush(PageCache cache) {
            if (cache.isEmpty()) {
                return;
            }
            for (int i = 0; i < PageCache.PAGES; i++) {
                free[cache.base() + i] |= (cache.freeBits() >>> i & 1) != 0;
            }
            real.flush(cache);
            assertTrue(cache.isEmpty());
        }

        void scavenge(int npages, boolean force) {
            long[] pages = {0};
            int hugePagePages = Units.HUGE_PAGE_BYTES / Units.PAGE_BYTES;
            long released = real.scavenge((long) npages << Units.PAGE_SHIFT, force, hugePagePages, (page, n) -> {
                for (int p = page; p < page + n; p++) {
                    assertTrue(free[p] && !scavenged[p], "only free pages that hold memory are released");
                    scavenged[p] = true;
                }
                assertTrue(page % osPagePages == 0 && n % osPagePages == 0, "whole OS pages");
                pages[0] += n;
            });
            assertEquals(pages[0] << Units.PAGE_SHIFT, released);
        }

        void noWholeOsPageIsLeft() {
            for (int first = 0; first < end; first += osPagePages) {
                boolean whole = true;
                for (int p = first; p < first + osPagePages; p++) {
                    whole &= free[p] && !scavenged[p];
                }
                assertTrue(!whole, "an OS page that nothing uses was kept");
            }
        }

        void check() {
            int freePages = 0;
            int freeScavengedPages = 0;
            for (int p = 0; p < end; p++) {
                if (free[p]) {
                    freePages++;
                    freeScavengedPages += scavenged[p] ? 1 : 0;
                    assertEquals(scavenged[p], real.isScavenged(p));
                }
            }
            assertEquals(freePages, real.freePages());
            assertEquals(freeScavengedPages, real.freeScavengedPages());
            assertEquals(end, real.limitPage());
        }
    }
}
