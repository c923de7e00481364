package dev.needzero.experiment.publication;

import java.util.Arrays;
import java.util.List;

/**
 * What allocator and collector share, as the span's last life left it: the memory is dirty, the record of the span
 * still says what it said then. Its order is the variables' numbering.
 */
enum Variable {
    /** {@code mspan.state}: 0 dead, 1 in use. */
    STATE(0),
    /** {@code mspan.freeIndexForScan}: 1 when the collector takes the span's one object for allocated. */
    FREE_INDEX_FOR_SCAN(1),
    /** {@code mspan.largeType}: 0 nil, 1 the new object's, 2 the old object's. */
    LARGE_TYPE(2),
    /** The object's first chunk, taken as one word: 1 what the last owner left, 0 cleared. */
    FIRST_CHUNK(1),
    LAST_CHUNK(1),
    /** The object's mark bit. */
    MARK(0),
    /** A variable of the program in which the new pointer is stored: 0 nil. */
    ROOT(0);

    static final int NEW_TYPE = 1;
    static final int DIRTY = 1;

    private final int initial;

    Variable(int initial) {
        this.initial = initial;
    }

    static List<Integer> initials() {
        return Arrays.stream(values()).map(v -> v.initial).toList();
    }
}
