package dev.needzero.trace.nzt;

import io.airlift.compress.zstd.ZstdDecompressor;

/**
 * The time column of a block, being decoded. Symbols of 4 bits are taken two at a time: one look-up by the byte they
 * share gives both times.
 */
final class Times {
    private static final int BYTE_VALUES = 256;

    private final Section.Unpacker symbols;
    private final Section.Unpacker explicitValues;
    private final NumberStream explicit = new NumberStream();

    /** By symbol: the difference to the time before. */
    private final long[] difference = new long[BYTE_VALUES];
    /** By a byte of two symbols: the difference after both. */
    private final long[] differenceOfTwo = new long[BYTE_VALUES];

    private final long[] differenceOfFirst = new long[BYTE_VALUES];
    private final boolean[] hasExplicit = new boolean[BYTE_VALUES];

    private int bits;
    private int at;
    private long time;

    Times(ZstdDecompressor decompressor) {
        symbols = new Section.Unpacker(decompressor);
        explicitValues = new Section.Unpacker(decompressor);
    }

    void load(ByteSource in, int events, long timeBefore) throws DamagedBlockException {
        bits = in.u8();
        if (bits != 0 && bits != 4 && bits != 8) {
            throw new DamagedBlockException("time symbols of " + bits + " bits");
        }
        int max = bits == 0 ? 1 : (1 << bits) - 1;
        int entries = in.count(max, "time differences");
        difference[0] = 0;
        for (int s = 1; s <= entries; s++) {
            difference[s] = in.sv();
        }
        for (int s = entries + 1; s <= max; s++) {
            difference[s] = 0;
        }
        int bytes = bits == 8 ? events : bits == 4 ? (events + 1) / 2 : 0;
        symbols.read(in, bytes);
        if (symbols.length() != bytes) {
            throw new DamagedBlockException(symbols.length() + " bytes of time symbols, expected " + bytes);
        }
        explicitValues.read(in, events * NumberStream.MAX_BYTES);
        explicit.reset(explicitValues.array(), explicitValues.length());
        if (bits == 4) {
            for (int pair = 0; pair < BYTE_VALUES; pair++) {
                int first = pair & 15;
                int second = pair >>> 4;
                differenceOfFirst[pair] = difference[first];
                differenceOfTwo[pair] = difference[first] + difference[second];
                hasExplicit[pair] = first == 0 || second == 0;
            }
        }
        at = 0;
        time = timeBefore;
    }

    /** Decodes the next times into {@code [from, to)}. */
    void decode(long[] nanos, int from, int to) {
        switch (bits) {
            case 0 -> {
                for (int i = from; i < to; i++) {
                    time += difference[1];
                    nanos[i] = time;
                }
            }
            case 4 -> decodeHalfBytes(nanos, from, to);
            default -> decodeBytes(nanos, from, to);
        }
    }

    private void decodeBytes(long[] nanos, int from, int to) {
        byte[] symbol = symbols.array();
        int next = at;
        long t = time;
        long[] differences = difference;
        for (int i = from, end; i < to; i = end) {
            end = Math.min(to, i + Long.BYTES);
            long eight = EightSymbols.at(symbol, next);
            if (end - i == Long.BYTES && !EightSymbols.holdZero(eight)) {
                next += Long.BYTES;
                nanos[i] = t += differences[(int) eight & 0xff];
                nanos[i + 1] = t += differences[(int) (eight >>> 8) & 0xff];
                nanos[i + 2] = t += differences[(int) (eight >>> 16) & 0xff];
                nanos[i + 3] = t += differences[(int) (eight >>> 24) & 0xff];
                nanos[i + 4] = t += differences[(int) (eight >>> 32) & 0xff];
                nanos[i + 5] = t += differences[(int) (eight >>> 40) & 0xff];
                nanos[i + 6] = t += differences[(int) (eight >>> 48) & 0xff];
                nanos[i + 7] = t += differences[(int) (eight >>> 56)];
                continue;
            }
            for (int j = i; j < end; j++) {
                int s = symbol[next++] & 0xff;
                t += s == 0 ? explicit.signed() : differences[s];
                nanos[j] = t;
            }
        }
        at = next;
        time = t;
    }

    private void decodeHalfBytes(long[] nanos, int from, int to) {
        int i = from;
        if ((at & 1) != 0 && i < to) {
            nanos[i++] = one();
        }
        byte[] symbol = symbols.array();
        int next = at;
        long t = time;
        for (; i + 1 < to; i += 2) {
            int pair = symbol[next >>> 1] & 0xff;
            next += 2;
            if (hasExplicit[pair]) {
                int first = pair & 15;
                int second = pair >>> 4;
                t += first == 0 ? explicit.signed() : difference[first];
                nanos[i] = t;
                t += second == 0 ? explicit.signed() : difference[second];
                nanos[i + 1] = t;
            } else {
                nanos[i] = t + differenceOfFirst[pair];
                t += differenceOfTwo[pair];
                nanos[i + 1] = t;
            }
        }
        at = next;
        time = t;
        if (i < to) {
            nanos[i] = one();
        }
    }

    private long one() {
        int s = symbols.array()[at >>> 1] >>> (at & 1) * 4 & 15;
        at++;
        time += s == 0 ? explicit.signed() : difference[s];
        return time;
    }

    /** Called when all of the block's times were decoded. */
    void checkConsumed() throws DamagedBlockException {
        explicit.checkConsumed();
    }
}
