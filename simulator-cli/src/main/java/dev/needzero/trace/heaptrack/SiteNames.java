package dev.needzero.trace.heaptrack;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.List;

/**
 * heaptrack's dictionary of strings, instruction pointers and trace nodes, kept as far as it takes to name the function
 * that asked for memory. Indices are 1-based, 0 is "none".
 */
final class SiteNames {
    private final List<String> strings = new ArrayList<>();
    private final IntArrayList functionOfInstruction = new IntArrayList();
    private final IntArrayList instructionOfTrace = new IntArrayList();
    private final IntArrayList parentOfTrace = new IntArrayList();

    void addString(String text) {
        strings.add(text);
    }

    int strings() {
        return strings.size();
    }

    /** @param function index of the function's name, 0 if the interpreter found none */
    void addInstruction(int function) {
        functionOfInstruction.add(function);
    }

    int instructions() {
        return functionOfInstruction.size();
    }

    void addTrace(int instruction, int parent) {
        instructionOfTrace.add(instruction);
        parentOfTrace.add(parent);
    }

    int traces() {
        return instructionOfTrace.size();
    }

    /**
     * The innermost function with a name that is not C++'s allocator itself, or null. A trace's parent comes before it,
     * so the walk ends.
     */
    String function(int trace) {
        for (int node = trace; node != 0; node = parentOfTrace.getInt(node - 1)) {
            int instruction = instructionOfTrace.getInt(node - 1);
            int function = instruction == 0 ? 0 : functionOfInstruction.getInt(instruction - 1);
            if (function != 0) {
                String name = strings.get(function - 1);
                if (!name.startsWith("operator new") && !name.startsWith("__gnu_cxx::new_allocator")) {
                    return name;
                }
            }
        }
        return null;
    }
}
