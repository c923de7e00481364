package dev.needzero.trace.nzt;

import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The types and strings that a file's blocks have told of so far. */
final class Dictionary {
    private static final int MAX_LOST_TYPES = 1 << 20;

    private final TypeTable types = new TypeTable();
    /** Others ask for what is in it while this adds. */
    private final Map<Integer, String> strings = new ConcurrentHashMap<>();

    TypeTable types() {
        return types;
    }

    /** Null if no block has told of it. */
    String string(int index) {
        return strings.get(index);
    }

    /** Takes a TYPES payload. */
    void takeTypes(ByteSource in) throws DamagedBlockException {
        int first = in.count(Integer.MAX_VALUE, "types before the first");
        int count = in.count(in.remaining(), "types");
        if (first > types.size()) {
            if (first - types.size() > MAX_LOST_TYPES) {
                throw new DamagedBlockException("its first type is number " + first + ", known are " + types.size());
            }
            addLost(first);
        }
        for (int i = 0; i < count; i++) {
            String name = in.text();
            long sizeBytes = in.sv();
            long pointerBytes = in.sv();
            int flags = in.u8();
            if (first + i >= types.size()) {
                types.add(new TypeTable.Type(
                        name, sizeBytes, pointerBytes, NztInfo.pointers(flags), (flags & NztInfo.ZEROED) != 0));
            }
        }
    }

    /** Takes a STRINGS payload. */
    void takeStrings(ByteSource in) throws DamagedBlockException {
        for (int left = in.count(in.remaining(), "strings"); left > 0; left--) {
            int string = in.count(Integer.MAX_VALUE, "as a string's index");
            strings.put(string, in.text());
        }
    }

    /** Makes up for types that events refer to and no block has told of. */
    void coverLost(int typesKnown, boolean skipDamaged) throws DamagedBlockException {
        int lost = typesKnown - types.size();
        if (lost <= 0) {
            return;
        }
        if (!skipDamaged || lost > MAX_LOST_TYPES) {
            throw new DamagedBlockException("it refers to " + lost + " types that no block before it holds");
        }
        addLost(typesKnown);
    }

    private void addLost(int size) {
        while (types.size() < size) {
            types.add(new TypeTable.Type("", 0, 0, Pointers.UNKNOWN, true));
        }
    }
}
