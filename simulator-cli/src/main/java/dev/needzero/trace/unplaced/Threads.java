package dev.needzero.trace.unplaced;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;

/**
 * A trace's thread ids to dense numbers from 0. The number of a thread that ended goes to the next one that starts, as a
 * P serves one thread after another.
 */
final class Threads {
    /** What the proc column holds. */
    static final int MAX = Short.MAX_VALUE + 1;

    private final Long2IntOpenHashMap numberByTid = new Long2IntOpenHashMap();
    private final IdPool numbers = new IdPool();
    private final Notes.Counter beyond;
    private long lastTid;
    private int lastNumber = -1;

    Threads(Notes notes) {
        numberByTid.defaultReturnValue(-1);
        beyond = notes.counter("threads beyond the first " + MAX + " share the number of the last of them");
    }

    int number(long tid) {
        if (lastNumber >= 0 && tid == lastTid) {
            return lastNumber;
        }
        int number = numberByTid.get(tid);
        if (number < 0) {
            number = assign(tid);
        }
        lastTid = tid;
        lastNumber = number;
        return number;
    }

    private int assign(long tid) {
        if (numberByTid.size() >= MAX) {
            beyond.increment();
            return MAX - 1;
        }
        int number = numbers.take();
        numberByTid.put(tid, number);
        return number;
    }

    void ended(long tid) {
        int number = numberByTid.remove(tid);
        if (number >= 0) {
            numbers.giveBack(number);
            lastNumber = -1;
        }
    }
}
