package dev.needzero.workload;

/** Objects of given sizes and lifetimes, each independent of the others; some may be leaked. */
final class MixWorkload extends Workload {
    private final SizeMix sizes;
    private final LifetimeMix lives;
    private final double pointers;
    private final double leaked;
    private final int pointerType;
    private final int noscanType;
    private final DeathClock deaths = new DeathClock();

    MixWorkload(Arguments arguments) {
        super(arguments);
        sizes = SizeMix.parse(arguments.text("sizes"));
        lives = LifetimeMix.parse(arguments.text("life"));
        pointers = arguments.share("pointers");
        leaked = arguments.share("leak");
        pointerType = program.type(GoType.POINTER);
        noscanType = program.type(GoType.UINT8);
    }

    @Override
    protected void begin() {}

    @Override
    protected boolean step() {
        boolean scan = rng.unit() < pointers;
        long bytes = sizes.draw(rng);
        if (procs > 1) {
            program.on(rng.below(procs));
        }
        int id = program.alloc(scan ? wholeWords(bytes) : bytes, scan ? pointerType : noscanType);
        if (leaked == 0 || rng.unit() >= leaked) {
            deaths.schedule(id, lives.draw(rng));
        }
        deaths.tick();
        for (int dead = deaths.take(); dead >= 0; dead = deaths.take()) {
            program.free(dead);
        }
        return true;
    }

    private static long wholeWords(long bytes) {
        return (bytes + GoType.WORD_BYTES - 1) & -GoType.WORD_BYTES;
    }
}
