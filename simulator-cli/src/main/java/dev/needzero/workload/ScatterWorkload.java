package dev.needzero.workload;

/**
 * Many small objects of which all but a few, scattered at random, are dropped; then everything free is given back to the
 * system. What cannot go back is what the survivors hold, a page of the system around each. Then the program may idle for a
 * while, in which only the system is at work.
 */
final class ScatterWorkload extends Workload {
    private static final int MAKES_PER_STEP = 1024;

    private final long size;
    private final double freed;
    private final long idleNanos;
    private final int type;
    private final int[] ids;
    private int made;
    private int looked;

    ScatterWorkload(Arguments arguments) {
        super(arguments);
        size = arguments.bytes("size");
        freed = arguments.share("freed");
        idleNanos = arguments.nanos("idle");
        ids = new int[arguments.positive("objects", 1 << 28)];
        type = program.type(GoType.UINT8);
    }

    @Override
    protected void begin() {
        made = 0;
        looked = 0;
    }

    @Override
    protected boolean step() {
        if (made < ids.length) {
            for (int i = 0; i < MAKES_PER_STEP && made < ids.length; i++) {
                ids[made++] = program.alloc(size, type);
            }
            if (made == ids.length) {
                program.checkpoint("all-live");
            }
            return true;
        }
        for (int i = 0; i < MAKES_PER_STEP && looked < ids.length; i++, looked++) {
            if (rng.unit() < freed) {
                program.free(ids[looked]);
            }
        }
        if (looked < ids.length) {
            return true;
        }
        program.collect();
        program.checkpoint("dropped");
        program.freeOsMemory();
        program.checkpoint("returned");
        if (idleNanos > 0) {
            program.pause(idleNanos);
            program.checkpoint("idle");
        }
        return false;
    }
}
