package dev.needzero.trace;

import java.util.Arrays;
import java.util.Objects;

/**
 * The types of a trace's objects. An index is valid for the whole trace (Go's ids restart every generation; readers
 * translate them by the type's address). Index 0 is "no type known".
 *
 * <p>One thread adds; others may ask for what was added before they were handed the events that name it.
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

    private volatile Type[] types = new Type[64];
    private volatile int size;

    public TypeTable() {
        add(new Type("", 0, 0, Pointers.UNKNOWN, true));
    }

    /** Adds a type and returns its index. */
    public int add(Type type) {
        int index = size;
        Type[] table = types;
        if (index == table.length) {
            table = Arrays.copyOf(table, 2 * index);
        }
        table[index] = type;
        types = table;
        size = index + 1;
        return index;
    }

    public Type get(int index) {
        return types[Objects.checkIndex(index, size)];
    }

    public int size() {
        return size;
    }
}
