package dev.needzero.trace.nzt;

import dev.needzero.trace.Columns;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;

/** Collects the events of one kind in a block and writes them as a {@link Lane} reads them. */
final class LaneEncoder {
    /** An entry rarer than this costs more in the table than it saves. */
    private static final int MIN_COUNT = 3;
    /** Places kept for open entries, which stand for many rare combinations each. */
    private static final int KEPT_FOR_OPEN = 64;

    private static final int MAX_SHIFT = 16;

    private final byte kind;
    private final int base;
    private final boolean hasB;
    private final boolean hasC;
    private final Int2IntOpenHashMap contextOfKey = new Int2IntOpenHashMap();
    private long[] last = new long[64];

    private int size;
    private int entryCount;
    private int[] procIndex = new int[1024];
    private int[] context = new int[1024];
    private long[] value = new long[1024];
    private long[] guess = new long[1024];
    private long[] b = new long[1024];
    private int[] c = new int[1024];

    private final Combinations combinations = new Combinations();
    private final Combinations groups = new Combinations();
    private final ByteSink symbols = new ByteSink();
    private final ByteSink table = new ByteSink();
    private final ByteSink explicit = new ByteSink();

    LaneEncoder(byte kind, int base) {
        this.kind = kind;
        this.base = base;
        hasB = Columns.usesB(kind);
        hasC = Columns.usesC(kind);
        contextOfKey.defaultReturnValue(-1);
    }

    void clear() {
        size = 0;
        contextOfKey.clear();
    }

    /**
     * @param contextKey what chooses the chain, beside the proc; 0 where nothing does
     * @param guessed the base, where it is not a chain's
     */
    void add(int proc, int contextKey, long a, long guessed, long valueB, int valueC) {
        if (size == value.length) {
            int capacity = size * 2;
            procIndex = Arrays.copyOf(procIndex, capacity);
            context = Arrays.copyOf(context, capacity);
            value = Arrays.copyOf(value, capacity);
            guess = Arrays.copyOf(guess, capacity);
            b = Arrays.copyOf(b, capacity);
            c = Arrays.copyOf(c, capacity);
        }
        int dense = contextOfKey.get(contextKey);
        if (dense < 0) {
            dense = contextOfKey.size();
            contextOfKey.put(contextKey, dense);
        }
        procIndex[size] = proc;
        context[size] = dense;
        value[size] = a;
        guess[size] = guessed;
        b[size] = valueB;
        c[size++] = valueC;
    }

    void write(ByteSink out, Section.Packer packer, int procs) {
        int contexts = contextOfKey.size();
        if ((long) contexts * procs > Lane.MAX_CHAINS) {
            Arrays.fill(context, 0, size, 0);
            contexts = 1;
        }
        int shift = steps(procs, contexts);
        int[] combinationOf = new int[size];
        combinations.clear();
        for (int i = 0; i < size; i++) {
            combinationOf[i] = combinations.add(context[i], guess[i] >> shift, b[i], c[i], 1);
        }
        int[] symbolOfCombination = new int[combinations.size()];
        int[] symbolOfGroup = choose(symbolOfCombination);
        int open = writeTable(symbolOfCombination, symbolOfGroup, contexts);

        symbols.clear();
        explicit.clear();
        for (int i = 0; i < size; i++) {
            int combination = combinationOf[i];
            int symbol = symbolOfCombination[combination];
            symbols.u8(symbol);
            if (symbol == 0 && contexts > 1) {
                NumberStream.writeUnsigned(explicit, context[i]);
            }
            if (symbol <= open) {
                NumberStream.writeSigned(explicit, guess[i] >> shift);
            }
            if (symbol == 0) {
                writeBAndC(explicit, b[i], c[i]);
            }
        }

        out.u8(kind);
        out.u8(base);
        out.u8(shift);
        out.u8((hasB ? Lane.HAS_B : 0) | (hasC ? Lane.HAS_C : 0));
        out.uv(contexts);
        out.uv(open);
        out.uv(entryCount);
        packer.write(out, table.array(), table.size());
        boolean needsSymbols = open > 0 || entryCount != 1 || explicit.size() > 0;
        packer.write(out, symbols.array(), needsSymbols ? symbols.size() : 0);
        packer.write(out, explicit.array(), explicit.size());
    }

    /** Turns {@code guess} from bases into steps; returns how many low bits all of them leave zero. */
    private int steps(int procs, int contexts) {
        if (last.length < procs * contexts) {
            last = new long[procs * contexts];
        }
        Arrays.fill(last, 0);
        long bits = 0;
        for (int i = 0; i < size; i++) {
            long from = guess[i];
            if (base == Lane.CHAIN) {
                int chain = procIndex[i] * contexts + context[i];
                from = last[chain];
                last[chain] = value[i];
            }
            guess[i] = value[i] - from;
            bits |= guess[i];
        }
        return Math.min(MAX_SHIFT, bits == 0 ? 0 : Long.numberOfTrailingZeros(bits));
    }

    /**
     * Gives symbols (not yet shifted past the open ones) to the commonest combinations, then to the commonest groups of
     * context, b and c among the rest. Returns the groups' symbols; a combination of such a group has its, negated.
     */
    private int[] choose(int[] symbolOfCombination) {
        int[] byCount = new int[combinations.size()];
        Arrays.setAll(byCount, i -> i);
        IntArrays.quickSort(byCount, (x, y) -> combinations.count(y) - combinations.count(x));
        int closed = 0;
        while (closed < byCount.length
                && closed < Lane.MAX_ENTRIES - KEPT_FOR_OPEN
                && combinations.count(byCount[closed]) >= MIN_COUNT) {
            symbolOfCombination[byCount[closed]] = ++closed;
        }
        groups.clear();
        int[] groupOf = new int[byCount.length];
        for (int rank = closed; rank < byCount.length; rank++) {
            int i = byCount[rank];
            groupOf[i] =
                    groups.add(combinations.context(i), 0, combinations.b(i), combinations.c(i), combinations.count(i));
        }
        int[] groupsByCount = new int[groups.size()];
        Arrays.setAll(groupsByCount, i -> i);
        IntArrays.quickSort(groupsByCount, (x, y) -> groups.count(y) - groups.count(x));
        int[] symbolOfGroup = new int[groups.size()];
        int open = 0;
        while (open < groupsByCount.length
                && open + closed < Lane.MAX_ENTRIES
                && groups.count(groupsByCount[open]) >= MIN_COUNT) {
            symbolOfGroup[groupsByCount[open]] = ++open;
        }
        for (int rank = closed; rank < byCount.length; rank++) {
            symbolOfCombination[byCount[rank]] = -symbolOfGroup[groupOf[byCount[rank]]];
        }
        entryCount = open + closed;
        return symbolOfGroup;
    }

    /** Settles the symbols, open entries first, and writes the entries in their order; returns the open ones' count. */
    private int writeTable(int[] symbolOfCombination, int[] symbolOfGroup, int contexts) {
        int[] source = new int[entryCount + 1];
        int open = 0;
        for (int group = 0; group < symbolOfGroup.length; group++) {
            if (symbolOfGroup[group] > 0) {
                source[symbolOfGroup[group]] = group;
                open++;
            }
        }
        for (int i = 0; i < symbolOfCombination.length; i++) {
            int symbol = symbolOfCombination[i];
            symbolOfCombination[i] = symbol > 0 ? symbol + open : -symbol;
            if (symbol > 0) {
                source[symbol + open] = i;
            }
        }
        table.clear();
        for (int s = 1; s <= entryCount; s++) {
            Combinations from = s <= open ? groups : combinations;
            if (contexts > 1) {
                NumberStream.writeUnsigned(table, from.context(source[s]));
            }
            if (s > open) {
                NumberStream.writeSigned(table, from.step(source[s]));
            }
            writeBAndC(table, from.b(source[s]), from.c(source[s]));
        }
        return open;
    }

    private void writeBAndC(ByteSink out, long valueB, int valueC) {
        if (hasB) {
            NumberStream.writeSigned(out, valueB);
        }
        if (hasC) {
            NumberStream.writeSigned(out, valueC);
        }
    }
}
