package dev.needzero.trace.unplaced;

import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;

/**
 * The functions of C's allocator as types: all that a malloc trace says of an object is which of them made it, and only
 * calloc's memory must be zero. Nothing says where pointers are.
 */
public final class CTypes {
    public static final String NO_POINTER_MAP =
            "the trace does not say which objects hold pointers (decide with --noscan RULE)";

    public final int malloc;
    public final int calloc;
    public final int realloc;
    public final int memalign;

    public CTypes(TypeTable types, Notes notes) {
        malloc = types.add(new TypeTable.Type("malloc", 0, 0, Pointers.UNKNOWN, false));
        calloc = types.add(new TypeTable.Type("calloc", 0, 0, Pointers.UNKNOWN, true));
        realloc = types.add(new TypeTable.Type("realloc", 0, 0, Pointers.UNKNOWN, false));
        memalign = types.add(new TypeTable.Type("memalign", 0, 0, Pointers.UNKNOWN, false));
        notes.fact(NO_POINTER_MAP);
    }
}
