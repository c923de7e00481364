package dev.needzero.trace.nzt;

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

    static final int MAX_ENTRIES = 255;
    /** Procs times contexts: one remembered value each. */
    static final int MAX_CHAINS = 1 << 20;

    private static final int TABLE_SIZE = MAX_ENTRIES + 1;
    /** The longest explicit event: four numbers of ten bytes. */
    private static final int MAX_EXPLICIT_BYTES = 40;

    private final Section.Unpacker entries;
    private final Section.Unpacker symbols;
    private final Section.Unpacker explicitValues;
    private final ByteSource explicit = new ByteSource(new byte[0], 0, 0);

    private byte kind;
    private int base;
    private int shift;
    private int contexts;
    private int open;
    private boolean carriesType;
    private int typesKnown;

    private final int[] context = new int[TABLE_SIZE];
    private final long[] step = new long[TABLE_SIZE];
    private final long[] valueB = new long[TABLE_SIZE];
    private final int[] valueC = new int[TABLE_SIZE];
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
        if (base > RECENT || shift > Long.SIZE - 1) {
            throw new DamagedBlockException("a lane with base " + base + " and shift " + shift);
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
        explicit.reset(explicitValues.array(), 0, explicitValues.length());
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
        ByteSource table = new ByteSource(entries.array(), 0, entries.length());
        for (int s = 1; s <= count; s++) {
            context[s] = checkedContext(table.uv());
            step[s] = s <= open ? 0 : table.sv() << shift;
            valueB[s] = table.sv();
            valueC[s] = checkedC(table.sv32());
        }
        // Symbols beyond the table are no encoder's; they must not read what the last block left.
        Arrays.fill(context, count + 1, TABLE_SIZE, contexts);
    }

    private int checkedContext(long value) throws DamagedBlockException {
        if (value < 0 || value >= contexts) {
            throw new DamagedBlockException("context " + value + " of " + contexts);
        }
        return (int) value;
    }

    private int checkedC(int c) throws DamagedBlockException {
        if (carriesType && (c < 0 || c >= typesKnown)) {
            throw new DamagedBlockException("type " + c + " of " + typesKnown);
        }
        return c;
    }

    /** Decodes the lane's next events into {@code [from, to)} of the batch. */
    void decode(EventBatch batch, int from, int to, int proc, IdPrediction ids) throws DamagedBlockException {
        if (base == CHAIN) {
            chain(batch, from, to, proc * contexts);
        } else {
            ids(batch, from, to, ids);
        }
    }

    private void chain(EventBatch batch, int from, int to, int firstChain) throws DamagedBlockException {
        byte[] symbol = symbols.array();
        long[] previous = last;
        long[] a = batch.a;
        long[] b = batch.b;
        int[] c = batch.c;
        int firstClosed = open + 1;
        int next = at;
        for (int i = from; i < to; i++) {
            int s = symbol[next++] & 0xff;
            if (s < firstClosed) {
                explicit(batch, i, s, firstChain);
                continue;
            }
            int chain = firstChain + context[s];
            long value = previous[chain] + step[s];
            previous[chain] = value;
            a[i] = value;
            b[i] = valueB[s];
            c[i] = valueC[s];
        }
        at = next;
    }

    private void explicit(EventBatch batch, int i, int symbol, int firstChain) throws DamagedBlockException {
        int chain = firstChain + (symbol == 0 ? checkedContext(explicit.uv()) : context[symbol]);
        long value = last[chain] + (explicit.sv() << shift);
        last[chain] = value;
        batch.a[i] = value;
        rest(batch, i, symbol);
    }

    private void rest(EventBatch batch, int i, int symbol) throws DamagedBlockException {
        batch.b[i] = symbol == 0 ? explicit.sv() : valueB[symbol];
        batch.c[i] = symbol == 0 ? checkedC(explicit.sv32()) : valueC[symbol];
    }

    private void ids(EventBatch batch, int from, int to, IdPrediction ids) throws DamagedBlockException {
        byte[] symbol = symbols.array();
        for (int i = from; i < to; i++) {
            int s = symbol[at++] & 0xff;
            long guess = base == POP ? ids.pop() : ids.recent();
            long id;
            if (s <= open) {
                if (s == 0) {
                    checkedContext(explicit.uv());
                }
                id = guess + (explicit.sv() << shift);
            } else {
                id = guess + step[s];
            }
            batch.a[i] = id;
            rest(batch, i, s);
            if (base == POP) {
                ids.allocated(id);
            } else if (kind == Kind.FREE) {
                ids.freed(id);
            }
        }
    }
}
