package dev.needzero.trace.nzt;

import dev.needzero.trace.Columns;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.util.Arrays;

/**
 * The events of one kind in a block, being decoded. The package's description says what symbols, entries and bases are;
 * tables are indexed by symbol, so entry {@code n - 1} stands at {@code n}.
 */
final class Lane {
    static final int CHAIN = 0;
    static final int POP = 1;
    static final int RECENT = 2;

    static final int HAS_B = 1;
    static final int HAS_C = 2;

    static final int MAX_ENTRIES = 255;
    /** Procs times contexts: one remembered value each. */
    static final int MAX_CHAINS = 1 << 16;

    private static final int TABLE_SIZE = MAX_ENTRIES + 1;
    /** An explicit event: four numbers. */
    private static final int MAX_EXPLICIT_BYTES = 4 * NumberStream.MAX_BYTES;

    private final Section.Unpacker entries;
    private final Section.Unpacker symbols;
    private final Section.Unpacker explicitValues;
    private final NumberStream explicit = new NumberStream();
    private final NumberStream table = new NumberStream();

    private byte kind;
    private int base;
    private int shift;
    private int contexts;
    private int open;
    private boolean hasB;
    private boolean hasC;
    private boolean carriesType;
    private int typesKnown;

    /** The context in the upper half, c in the lower: both are wanted at once. */
    private final long[] contextAndC = new long[TABLE_SIZE];

    private final long[] step = new long[TABLE_SIZE];
    private final long[] valueB = new long[TABLE_SIZE];
    private long[] last = new long[0];
    private int at;

    Lane(ZstdDecompressor decompressor) {
        entries = new Section.Unpacker(decompressor);
        symbols = new Section.Unpacker(decompressor);
        explicitValues = new Section.Unpacker(decompressor);
    }

    byte kind() {
        return kind;
    }

    /** @param events how many of the block's events the runs give to this lane */
    void load(ByteSource in, int events, int procs, int knownTypes) throws DamagedBlockException {
        kind = (byte) in.u8();
        base = in.u8();
        shift = in.u8();
        int columns = in.u8();
        hasB = (columns & HAS_B) != 0;
        hasC = (columns & HAS_C) != 0;
        if (base > RECENT || shift > Long.SIZE - 1 || Columns.usesB(kind) && !hasB || Columns.usesC(kind) && !hasC) {
            throw new DamagedBlockException(
                    "a lane of kind " + kind + " with base " + base + ", shift " + shift + " and columns " + columns);
        }
        carriesType = carriesType(kind);
        typesKnown = knownTypes;
        contexts = in.count(MAX_CHAINS / Math.max(1, procs), "contexts");
        int chains = contexts * procs;
        if (last.length < chains) {
            last = new long[chains];
        }
        Arrays.fill(last, 0, chains, 0);
        loadTable(in);
        symbols.read(in, events);
        if (symbols.length() == 0) {
            symbols.fill((byte) 1, events);
        } else if (symbols.length() != events) {
            throw new DamagedBlockException(symbols.length() + " symbols for " + events + " events");
        }
        explicitValues.read(in, events * MAX_EXPLICIT_BYTES);
        explicit.reset(explicitValues.array(), explicitValues.length());
        at = 0;
    }

    static boolean carriesType(byte kind) {
        return kind == Kind.OBJECT_ALLOC || kind == Kind.OBJECT || kind == Kind.ALLOC;
    }

    private void loadTable(ByteSource in) throws DamagedBlockException {
        open = in.count(MAX_ENTRIES, "open entries");
        int count = in.count(MAX_ENTRIES, "entries");
        if (open > count) {
            throw new DamagedBlockException(open + " of " + count + " entries are open");
        }
        entries.read(in, MAX_ENTRIES * MAX_EXPLICIT_BYTES);
        table.reset(entries.array(), entries.length());
        for (int s = 1; s <= count; s++) {
            long context = contexts > 1 ? checkedContext(table.unsigned()) : 0;
            step[s] = s <= open ? 0 : table.signed() << shift;
            valueB[s] = hasB ? table.signed() : 0;
            int c = hasC ? checkedC(table.signed()) : 0;
            contextAndC[s] = (context << Integer.SIZE) | (c & 0xffffffffL);
        }
        table.checkConsumed();
        // Symbols beyond the table are no encoder's; they must not bring back what the last block left.
        Arrays.fill(contextAndC, count + 1, TABLE_SIZE, 0);
        Arrays.fill(valueB, count + 1, TABLE_SIZE, 0);
        Arrays.fill(step, count + 1, TABLE_SIZE, 0);
    }

    private int checkedContext(long context) throws DamagedBlockException {
        if (context < 0 || context >= contexts) {
            throw new DamagedBlockException("context " + context + " of " + contexts);
        }
        return (int) context;
    }

    private int checkedC(long c) throws DamagedBlockException {
        if (c != (int) c || carriesType && (c < 0 || c >= typesKnown)) {
            throw new DamagedBlockException("type " + c + " of " + typesKnown);
        }
        return (int) c;
    }

    /** Decodes the lane's next events into {@code [from, to)} of the batch. */
    void decode(EventBatch batch, int from, int to, int proc, IdPrediction ids) throws DamagedBlockException {
        if (base != CHAIN || hasB) {
            withB(batch, from, to, proc * contexts, ids);
        } else if (hasC || contexts != 1) {
            withC(batch.a, batch.c, from, to, proc * contexts);
        } else {
            withNeither(batch.a, from, to, proc);
        }
    }

    /** One chain, nothing but {@code a}: a running sum, kept in a register. */
    private void withNeither(long[] a, int from, int to, int chain) {
        byte[] symbol = symbols.array();
        long[] steps = step;
        int firstClosed = open + 1;
        int next = at;
        long value = last[chain];
        for (int i = from, end; i < to; i = end) {
            end = Math.min(to, i + Long.BYTES);
            if (end - i == Long.BYTES && EightSymbols.areOne(symbol, next) && (symbol[next] & 0xff) >= firstClosed) {
                value = ascend(a, i, value, steps[symbol[next] & 0xff]);
                next += Long.BYTES;
                continue;
            }
            for (int j = i; j < end; j++) {
                int s = symbol[next++] & 0xff;
                value += s >= firstClosed ? steps[s] : explicit.signed() << shift;
                a[j] = value;
            }
        }
        last[chain] = value;
        at = next;
    }

    /** Fills eight values that each follow the one before by one step; returns the last. */
    private static long ascend(long[] a, int from, long before, long by) {
        a[from] = before + by;
        a[from + 1] = before + 2 * by;
        a[from + 2] = before + 3 * by;
        a[from + 3] = before + 4 * by;
        a[from + 4] = before + 5 * by;
        a[from + 5] = before + 6 * by;
        a[from + 6] = before + 7 * by;
        long value = before + 8 * by;
        a[from + 7] = value;
        return value;
    }

    private void withC(long[] a, int[] c, int from, int to, int firstChain) throws DamagedBlockException {
        byte[] symbol = symbols.array();
        long[] previous = last;
        long[] steps = step;
        long[] contextsAndCs = contextAndC;
        int firstClosed = open + 1;
        int next = at;
        for (int i = from, end; i < to; i = end) {
            end = Math.min(to, i + Long.BYTES);
            if (end - i == Long.BYTES && EightSymbols.areOne(symbol, next) && (symbol[next] & 0xff) >= firstClosed) {
                int s = symbol[next] & 0xff;
                next += Long.BYTES;
                long both = contextsAndCs[s];
                int chain = firstChain + (int) (both >>> Integer.SIZE);
                previous[chain] = ascend(a, i, previous[chain], steps[s]);
                Arrays.fill(c, i, end, (int) both);
                continue;
            }
            for (int j = i; j < end; j++) {
                int s = symbol[next++] & 0xff;
                long both = contextsAndCs[s];
                long stepped = steps[s];
                if (s < firstClosed) {
                    if (s == 0) {
                        both = explicitContext();
                    }
                    stepped = explicit.signed() << shift;
                    if (s == 0 && hasC) {
                        both |= checkedC(explicit.signed()) & 0xffffffffL;
                    }
                }
                int chain = firstChain + (int) (both >>> Integer.SIZE);
                long value = previous[chain] + stepped;
                previous[chain] = value;
                a[j] = value;
                c[j] = (int) both;
            }
        }
        at = next;
    }

    private long explicitContext() throws DamagedBlockException {
        return contexts > 1 ? (long) checkedContext(explicit.unsigned()) << Integer.SIZE : 0;
    }

    private void withB(EventBatch batch, int from, int to, int firstChain, IdPrediction ids)
            throws DamagedBlockException {
        byte[] symbol = symbols.array();
        for (int i = from; i < to; i++) {
            int s = symbol[at++] & 0xff;
            long both = s == 0 ? explicitContext() : contextAndC[s];
            long stepped = s > open ? step[s] : explicit.signed() << shift;
            batch.b[i] = s == 0 && hasB ? explicit.signed() : valueB[s];
            batch.c[i] = s == 0 && hasC ? checkedC(explicit.signed()) : (int) both;
            switch (base) {
                case CHAIN -> {
                    int chain = firstChain + (int) (both >>> Integer.SIZE);
                    last[chain] += stepped;
                    batch.a[i] = last[chain];
                }
                case POP -> {
                    batch.a[i] = ids.pop() + stepped;
                    ids.allocated(batch.a[i]);
                }
                default -> {
                    batch.a[i] = ids.recent() + stepped;
                    if (kind == Kind.FREE) {
                        ids.freed(batch.a[i]);
                    }
                }
            }
        }
    }

    /** Called when all of the lane's events were decoded. */
    void checkConsumed() throws DamagedBlockException {
        explicit.checkConsumed();
    }
}
