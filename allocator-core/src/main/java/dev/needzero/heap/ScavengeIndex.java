package dev.needzero.heap;

import dev.needzero.units.Units;
import java.util.Arrays;

/**
 * For each 4 MiB chunk, whether giving pages of it back is worth a look: it has free pages, and it is not so dense that
 * it had better stay whole. Go: {@code runtime/mgcscavenge.go}, {@code scavengeIndex}.
 */
public final class ScavengeIndex {
    /** Pages in use from which on a chunk counts as dense: 0.96875 of it. */
    private static final int DENSE_PAGES = Units.PAGES_PER_CHUNK * 31 / 32;

    private static final long NOWHERE = -1;

    private short[] inUse = new short[16];
    private short[] lastInUse = new short[16];
    private int[] generation = new int[16];
    private boolean[] hasFree = new boolean[16];
    /** The scavenger took a part of the chunk since it was last dense: Go takes it to have lost its huge pages. */
    private boolean[] broken = new boolean[16];

    private HugePageCalls hugePageCalls = HugePageCalls.NONE;
    private int currentGeneration;
    private int lowestChunk = Integer.MAX_VALUE;
    /** Highest page freed in this generation; the background scavenger sees it from the next on. */
    private long freeHighWater = NOWHERE;

    private long searchBackground = NOWHERE;
    private long searchForce = NOWHERE;
    // A place that nothing has been looked for from is kept even where nothing is found: a chunk below can get worth
    // it.
    private boolean backgroundIsFresh;
    private boolean forceIsFresh;

    void grow(int chunk) {
        if (chunk >= inUse.length) {
            int length = Math.max(chunk + 1, inUse.length * 2);
            inUse = Arrays.copyOf(inUse, length);
            lastInUse = Arrays.copyOf(lastInUse, length);
            generation = Arrays.copyOf(generation, length);
            hasFree = Arrays.copyOf(hasFree, length);
            broken = Arrays.copyOf(broken, length);
        }
        lowestChunk = Math.min(lowestChunk, chunk);
    }

    void alloc(int chunk, int npages) {
        step(chunk);
        inUse[chunk] += (short) npages;
        if (inUse[chunk] == Units.PAGES_PER_CHUNK) {
            hasFree[chunk] = false;
        }
        if (broken[chunk] && inUse[chunk] > DENSE_PAGES) {
            broken[chunk] = false;
            hugePageCalls.dense(chunk, npages);
        }
    }

    /** Says what is asked of the system when a chunk's huge pages are broken, and when it fills up again. */
    void setHugePageCalls(HugePageCalls calls) {
        this.hugePageCalls = calls;
    }

    /** The scavenger is about to take pages of the chunk. */
    void broken(int chunk) {
        if (!broken[chunk]) {
            broken[chunk] = true;
            hugePageCalls.broken(chunk);
        }
    }

    void free(int chunk, int lastPage, int npages) {
        step(chunk);
        inUse[chunk] -= (short) npages;
        hasFree[chunk] = true;
        freeHighWater = Math.max(freeHighWater, lastPage);
        if (searchForce < lastPage) {
            searchForce = lastPage;
            forceIsFresh = true;
        }
    }

    private void step(int chunk) {
        if (generation[chunk] != currentGeneration) {
            lastInUse[chunk] = inUse[chunk];
            generation[chunk] = currentGeneration;
        }
    }

    /** A mark termination: what was freed since the last one becomes visible to the background scavenger. */
    void nextGen() {
        currentGeneration++;
        if (searchBackground < freeHighWater) {
            searchBackground = freeHighWater;
            backgroundIsFresh = true;
        }
        freeHighWater = NOWHERE;
    }

    /**
     * The highest page to look downward from.
     *
     * @param force dense chunks as well
     * @return a page, or -1 when nothing is worth scavenging
     */
    int find(boolean force) {
        long search = force ? searchForce : searchBackground;
        if (search == NOWHERE) {
            return -1;
        }
        int start = (int) (search / Units.PAGES_PER_CHUNK);
        for (int chunk = start; chunk >= lowestChunk; chunk--) {
            if (shouldScavenge(chunk, force)) {
                if (chunk == start) {
                    return (int) search;
                }
                int page = (chunk + 1) * Units.PAGES_PER_CHUNK - 1;
                setSearch(force, page);
                return page;
            }
        }
        if (!(force ? forceIsFresh : backgroundIsFresh)) {
            setSearch(force, NOWHERE);
        }
        return -1;
    }

    private void setSearch(boolean force, long page) {
        if (force) {
            searchForce = page;
            forceIsFresh = false;
        } else {
            searchBackground = page;
            backgroundIsFresh = false;
        }
    }

    private boolean shouldScavenge(int chunk, boolean force) {
        if (!hasFree[chunk]) {
            return false;
        }
        if (force) {
            return true;
        }
        boolean sparse = inUse[chunk] < DENSE_PAGES;
        return generation[chunk] == currentGeneration ? sparse && lastInUse[chunk] < DENSE_PAGES : sparse;
    }

    /** Everything free in the chunk is scavenged already. */
    void setEmpty(int chunk) {
        hasFree[chunk] = false;
    }
}
