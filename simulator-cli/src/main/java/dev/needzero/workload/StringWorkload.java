package dev.needzero.workload;

import java.util.Arrays;

/** Strings of random lengths, made in one of three ways; each takes the place of another. */
final class StringWorkload extends Workload {
    /** How the strings are made. */
    private enum Making {
        /** {@code a + b}: one object of just the length. */
        CONCAT,
        /** strings.Builder: a buffer grown by append, which becomes the string. */
        BUILDER,
        /** {@code string(buffer)}: a byte slice, then a copy of it. */
        BYTES
    }

    private static final int BUILDER_PIECE_BYTES = 24;

    private final int[] live;
    private final double meanBytes;
    private final Making making;
    private final int rawType;
    private final int bytesType;

    StringWorkload(Arguments arguments) {
        super(arguments);
        live = new int[arguments.positive("live")];
        meanBytes = arguments.bytes("mean");
        making = arguments.choice("how", Making.class);
        rawType = program.type(GoType.RAW);
        bytesType = program.type(GoType.UINT8);
    }

    @Override
    protected void begin() {
        Arrays.fill(live, -1);
    }

    @Override
    protected boolean step() {
        long bytes = 1 + rng.exponential(meanBytes);
        int made = switch (making) {
            case CONCAT -> program.alloc(bytes, rawType);
            case BUILDER -> build(bytes);
            case BYTES -> copy(bytes);
        };
        int at = rng.below(live.length);
        program.free(live[at]);
        live[at] = made;
        return true;
    }

    private int build(long bytes) {
        int buffer = -1;
        long capacity = 0;
        for (long used = 0; used < bytes; ) {
            long then = Math.min(bytes, used + BUILDER_PIECE_BYTES);
            if (then > capacity) {
                capacity = go.grownCapacity(then, capacity, GoType.UINT8);
                int longer = program.alloc(capacity, rawType);
                program.free(buffer);
                buffer = longer;
            }
            used = then;
        }
        return buffer;
    }

    private int copy(long bytes) {
        int buffer = program.alloc(bytes, bytesType);
        int string = program.alloc(bytes, rawType);
        program.free(buffer);
        return string;
    }
}
