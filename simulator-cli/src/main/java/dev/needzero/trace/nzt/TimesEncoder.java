package dev.needzero.trace.nzt;

import it.unimi.dsi.fastutil.ints.IntArrays;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.Arrays;

/** Writes a block's time column as {@link Times} reads it, in the width of symbols that packs smaller. */
final class TimesEncoder {
    private static final int MIN_COUNT = 3;
    /** What a difference outside the table costs beside its bytes: about as much time as decoding so many more. */
    private static final int EXPLICIT_COST_BYTES = 2;

    private final Combinations differences = new Combinations();
    private final ByteSink symbols = new ByteSink();
    private final ByteSink explicit = new ByteSink();
    private final ByteSink narrow = new ByteSink();
    private final ByteSink wide = new ByteSink();

    void write(ByteSink out, Section.Packer packer, long[] nanos, int events, long timeBefore) {
        differences.clear();
        long previous = timeBefore;
        for (int i = 0; i < events; i++) {
            differences.add(0, nanos[i] - previous, 0, 0, 1);
            previous = nanos[i];
        }
        if (differences.size() <= 1) {
            out.u8(0);
            out.uv(1);
            out.sv(events == 0 ? 0 : differences.step(0));
            packer.write(out, symbols.array(), 0);
            packer.write(out, explicit.array(), 0);
            return;
        }
        narrow.clear();
        wide.clear();
        int narrowCost = write(narrow, packer, nanos, events, timeBefore, 4);
        int wideCost = write(wide, packer, nanos, events, timeBefore, 8);
        ByteSink best = narrowCost <= wideCost ? narrow : wide;
        out.bytes(best.array(), 0, best.size());
    }

    /** Returns what it costs, in bytes. */
    private int write(ByteSink out, Section.Packer packer, long[] nanos, int events, long timeBefore, int bits) {
        int[] byCount = new int[differences.size()];
        Arrays.setAll(byCount, i -> i);
        IntArrays.quickSort(byCount, (x, y) -> differences.count(y) - differences.count(x));
        Long2IntOpenHashMap symbolOf = new Long2IntOpenHashMap();
        int entries = 0;
        while (entries < byCount.length
                && entries < (1 << bits) - 1
                && differences.count(byCount[entries]) >= MIN_COUNT) {
            symbolOf.put(differences.step(byCount[entries]), ++entries);
        }
        out.u8(bits);
        out.uv(entries);
        for (int i = 0; i < entries; i++) {
            out.sv(differences.step(byCount[i]));
        }
        symbols.clear();
        explicit.clear();
        long previous = timeBefore;
        int half = 0;
        int explicits = 0;
        for (int i = 0; i < events; i++) {
            long difference = nanos[i] - previous;
            previous = nanos[i];
            int symbol = symbolOf.get(difference);
            if (symbol == 0) {
                explicits++;
                NumberStream.writeSigned(explicit, difference);
            }
            if (bits == 8) {
                symbols.u8(symbol);
            } else if ((i & 1) == 0) {
                half = symbol;
            } else {
                symbols.u8(half | symbol << 4);
            }
        }
        if (bits == 4 && (events & 1) != 0) {
            symbols.u8(half);
        }
        packer.write(out, symbols.array(), symbols.size());
        packer.write(out, explicit.array(), explicit.size());
        return out.size() + explicits * EXPLICIT_COST_BYTES;
    }
}
