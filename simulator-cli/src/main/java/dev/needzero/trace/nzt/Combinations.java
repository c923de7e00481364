package dev.needzero.trace.nzt;

import java.util.Arrays;

/** Counts how often each combination of context, step, b and c occurs. Open addressing over columns, no objects. */
final class Combinations {
    private static final int EMPTY = -1;

    private int[] slots = new int[1 << 10];
    private int[] context = new int[1 << 9];
    private long[] step = new long[1 << 9];
    private long[] b = new long[1 << 9];
    private int[] c = new int[1 << 9];
    private int[] count = new int[1 << 9];
    private int size;

    Combinations() {
        Arrays.fill(slots, EMPTY);
    }

    void clear() {
        Arrays.fill(slots, EMPTY);
        size = 0;
    }

    int size() {
        return size;
    }

    int context(int index) {
        return context[index];
    }

    long step(int index) {
        return step[index];
    }

    long b(int index) {
        return b[index];
    }

    int c(int index) {
        return c[index];
    }

    int count(int index) {
        return count[index];
    }

    /** Counts {@code occurrences} more of a combination; returns its index, in order of first occurrence. */
    int add(int newContext, long newStep, long newB, int newC, int occurrences) {
        int mask = slots.length - 1;
        int slot = hash(newContext, newStep, newB, newC) & mask;
        while (slots[slot] != EMPTY) {
            int index = slots[slot];
            if (step[index] == newStep && context[index] == newContext && b[index] == newB && c[index] == newC) {
                count[index] += occurrences;
                return index;
            }
            slot = slot + 1 & mask;
        }
        if (size == count.length) {
            grow();
            return add(newContext, newStep, newB, newC, occurrences);
        }
        slots[slot] = size;
        context[size] = newContext;
        step[size] = newStep;
        b[size] = newB;
        c[size] = newC;
        count[size] = occurrences;
        return size++;
    }

    private void grow() {
        int capacity = size * 2;
        context = Arrays.copyOf(context, capacity);
        step = Arrays.copyOf(step, capacity);
        b = Arrays.copyOf(b, capacity);
        c = Arrays.copyOf(c, capacity);
        count = Arrays.copyOf(count, capacity);
        slots = new int[capacity * 2];
        Arrays.fill(slots, EMPTY);
        int mask = slots.length - 1;
        for (int i = 0; i < size; i++) {
            int slot = hash(context[i], step[i], b[i], c[i]) & mask;
            while (slots[slot] != EMPTY) {
                slot = slot + 1 & mask;
            }
            slots[slot] = i;
        }
    }

    private static int hash(int context, long step, long b, int c) {
        long h = step * 0x9e3779b97f4a7c15L + context;
        h = (h ^ h >>> 29) * 0xbf58476d1ce4e5b9L + b;
        h = (h ^ h >>> 32) * 0x94d049bb133111ebL + c;
        return (int) (h ^ h >>> 31);
    }
}
