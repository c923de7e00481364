package dev.needzero.workload;

/**
 * Objects of one size made three times over beside a base that stays: on fresh memory; again after they were dropped and
 * collected; and once more after they were dropped and given back to the system. Who clears them, and when memory leaves
 * and comes back, shows from one checkpoint to the next.
 */
final class ReleaseWorkload extends Workload {
    private static final int MAKES_PER_STEP = 256;
    private static final int BASE_OBJECT_BYTES = 512;

    private final LargeObjects objects;
    private final int count;
    private final long baseObjects;
    private final int baseType;

    private static final String[] LIVE = {"first-live", "second-live", "third-live"};

    /** How often they are made; what dies the last time, or the second, is given back. */
    private final int fills;

    private long baseMade;
    private int round;
    private int made;
    private long[] held;

    ReleaseWorkload(Arguments arguments) {
        super(arguments);
        objects = new LargeObjects(
                program,
                go,
                arguments.choice("kind", LargeObjects.Sort.class),
                arguments.bytes("size"),
                arguments.share("touched"));
        count = arguments.positive("count");
        baseObjects = arguments.bytes("base") / BASE_OBJECT_BYTES;
        baseType = program.type(GoType.UINT8);
        fills = arguments.positive("fills", LIVE.length);
        note("what the program wrote of its large objects is in the trace: touch rule large=none counts it alone");
    }

    @Override
    protected void begin() {
        baseMade = 0;
        round = 0;
        made = 0;
        held = new long[count];
    }

    @Override
    protected boolean step() {
        if (baseMade < baseObjects) {
            for (int i = 0; i < MAKES_PER_STEP && baseMade < baseObjects; i++, baseMade++) {
                program.alloc(BASE_OBJECT_BYTES, baseType);
            }
            return true;
        }
        if (made < count) {
            for (int i = 0; i < MAKES_PER_STEP && made < count; i++) {
                held[made++] = objects.make();
            }
            return true;
        }
        program.checkpoint(LIVE[round]);
        if (++round == LIVE.length) {
            return false;
        }
        drop();
        return round < fills;
    }

    private void drop() {
        for (int i = 0; i < count; i++) {
            objects.drop(held[i]);
        }
        made = 0;
        if (round == Math.min(fills, LIVE.length - 1)) {
            program.freeOsMemory();
            program.checkpoint("returned");
        } else {
            program.collect();
            program.checkpoint("dropped");
        }
    }
}
