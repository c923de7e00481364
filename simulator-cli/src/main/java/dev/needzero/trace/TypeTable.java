package dev.needzero.trace;

import java.util.ArrayList;
import java.util.List;

/**
 * The types of a trace's objects. An index is valid for the whole trace (Go's ids restart every generation; readers
 * translate them by the type's address). Index 0 is "no type known".
 */
public final class TypeTable {
    /** Whether objects of a type hold pointers. */
    public enum Pointers {
        NO,
        YES,
        UNKNOWN
    }

    /**
     * @param name as the trace gives it: {@code *main.Node}, {@code map.group[string]int}, {@code calloc}
     * @param sizeBytes size of one value, 0 when unknown
     * @param pointerBytes length of the prefix that holds pointers (0: pointer-free)
     * @param zeroed whether the allocation must return zeroed memory (false: a caller that writes everything itself)
     */
    public record Type(String name, long sizeBytes, long pointerBytes, Pointers pointers, boolean zeroed) {}

    private final List<Type> types = new ArrayList<>();

    public TypeTable() {
        types.add(new Type("", 0, 0, Pointers.UNKNOWN, true));
    }

    /** Adds a type and returns its index. */
    public int add(Type type) {
        types.add(type);
        return types.size() - 1;
    }

    public Type get(int index) {
        return types.get(index);
    }

    public int size() {
        return types.size();
    }
}
