package dev.needzero.workload;

import java.util.Arrays;

/**
 * A quiet service with a burst now and then: a base that stays, garbage at a steady rate, and once a period a burst of
 * memory that is held for a while and then dropped all at once.
 */
final class BurstWorkload extends Workload {
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final int OBJECTS_PER_STEP = 256;

    private enum Phase {
        BASE,
        QUIET,
        RISING,
        HOLDING,
        FALLING
    }

    private final SizeMix sizes;
    private final long baseBytes;
    private final long burstBytes;
    private final long trafficBytes;
    private final long periodNanos;
    private final long holdNanos;
    private final int type;

    private int[] burst = {};
    private int burstObjects;
    private Phase phase;
    private long bytes;
    private long phaseBegan;

    BurstWorkload(Arguments arguments) {
        super(arguments);
        sizes = SizeMix.parse(arguments.text("sizes"));
        baseBytes = arguments.bytes("base");
        burstBytes = arguments.bytes("burst");
        trafficBytes = Math.max(1, arguments.bytes("traffic"));
        periodNanos = arguments.nanos("period");
        holdNanos = arguments.nanos("hold");
        type = program.type(GoType.UINT8);
    }

    @Override
    protected void begin() {
        enter(Phase.BASE);
    }

    private void enter(Phase entered) {
        phase = entered;
        bytes = 0;
        phaseBegan = program.nanos();
    }

    @Override
    protected boolean step() {
        switch (phase) {
            case BASE -> {
                if (allocate(baseBytes, false)) {
                    program.checkpoint("base");
                    enter(Phase.QUIET);
                }
            }
            case QUIET -> {
                if (traffic(periodNanos)) {
                    program.checkpoint("quiet");
                    enter(Phase.RISING);
                }
            }
            case RISING -> {
                if (allocate(burstBytes, true)) {
                    program.checkpoint("burst");
                    enter(Phase.HOLDING);
                }
            }
            case HOLDING -> {
                if (traffic(holdNanos)) {
                    enter(Phase.FALLING);
                }
            }
            case FALLING -> {
                int stop = Math.max(0, burstObjects - OBJECTS_PER_STEP);
                while (burstObjects > stop) {
                    program.free(burst[--burstObjects]);
                }
                if (burstObjects == 0) {
                    program.checkpoint("over");
                    enter(Phase.QUIET);
                }
            }
        }
        return true;
    }

    /** Whether as much as wanted is there. */
    private boolean allocate(long wanted, boolean ofBurst) {
        for (int i = 0; i < OBJECTS_PER_STEP && bytes < wanted; i++) {
            long size = sizes.draw(rng);
            int id = program.alloc(size, type);
            bytes += size;
            if (ofBurst) {
                if (burstObjects == burst.length) {
                    burst = Arrays.copyOf(burst, Math.max(OBJECTS_PER_STEP, 2 * burstObjects));
                }
                burst[burstObjects++] = id;
            }
        }
        return bytes >= wanted;
    }

    /** Garbage at the steady rate; whether the time is over. */
    private boolean traffic(long forNanos) {
        for (int i = 0; i < OBJECTS_PER_STEP; i++) {
            long due = phaseBegan + (long) ((double) bytes / trafficBytes * SECOND_NANOS);
            if (due - phaseBegan >= forNanos) {
                program.pause(Math.max(0, phaseBegan + forNanos - program.nanos()));
                return true;
            }
            program.pause(Math.max(0, due - program.nanos()));
            long size = sizes.draw(rng);
            program.free(program.alloc(size, type));
            bytes += size;
        }
        return false;
    }
}
