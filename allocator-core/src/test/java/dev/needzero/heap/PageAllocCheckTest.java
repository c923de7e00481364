package dev.needzero.heap;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.units.Units;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page bitmap that is broken on purpose, one law at a time. */
class PageAllocCheckTest {
    private static final int CHUNK = Units.PAGES_PER_CHUNK;

    private final PageAlloc pages = new PageAlloc(1);

    /** Three chunks under a tree of four leaves: 200 pages in use, a run of 100 free ones that held memory, the rest new. */
    @BeforeEach
    void threeChunks() {
        pages.grow(0, 3 * CHUNK);
        pages.alloc(300);
        pages.free(150, 100);
        assertDoesNotThrow(() -> PageAllocCheck.check(pages));
    }

    private void isFound(String law) {
        String said = assertThrows(IllegalStateException.class, () -> PageAllocCheck.check(pages))
                .getMessage();
        assertTrue(said.contains(law), said);
    }

    @Test
    void aPageThatIsScavengedButNotFree() {
        pages.scavengedBits[2] |= 1L << 130;
        isFound("a page of 128 to 191 is scavenged without being free");
    }

    /** 1536 pages less 200; all of them but the hundred that held memory are with the system. */
    @Test
    void countersThatForgotAPage() {
        pages.scavengedBits[3] |= 1L << 200;
        isFound("1336 pages are free and 1237 of them scavenged, counted as 1336 and 1236");
        pages.scavengedBits[3] &= ~(1L << 200);
        pages.freeBits[2] &= ~(1L << 150);
        isFound("1335 pages are free and 1236 of them scavenged, counted as 1336 and 1236");
    }

    @Test
    void aFreePageBeyondTheLast() {
        pages.freeBits[3 * CHUNK / 64] |= 1L;
        isFound("a page beyond the last, 1536, is free");
    }

    /** Node 1 is the root, 2 and 3 stand for two chunks each, 4 to 7 for the four chunks. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void aNodeOfTheTreeThatIsWrong(int node) {
        for (int[] figures : new int[][] {pages.start, pages.longest, pages.end}) {
            figures[node]++;
            isFound("the tree says");
            figures[node]--;
        }
        PageAllocCheck.check(pages);
    }

    /** Runs of every shape, each figure worked out by hand: a start of 3, the longest of 70, an end of 65. */
    @Test
    void theMessageSaysWhatAWalkOverTheBitsFinds() {
        PageAlloc one = new PageAlloc(1);
        one.grow(0, CHUNK);
        one.alloc(CHUNK);
        one.free(0, 3);
        one.free(100, 70);
        one.free(192, 1);
        one.free(CHUNK - 65, 65);
        PageAllocCheck.check(one);
        one.longest[1] = 71;
        String said = assertThrows(IllegalStateException.class, () -> PageAllocCheck.check(one))
                .getMessage();
        assertTrue(
                said.contains("pages 0 to 511: free runs 3 (start), 70 (longest), 65 (end), the tree says 3, 71, 65"),
                said);
    }
}
