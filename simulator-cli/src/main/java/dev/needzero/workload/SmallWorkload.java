package dev.needzero.workload;

/**
 * A service that answers requests out of small objects: each request allocates a few dozen, which die when it is
 * answered; now and then one of them is kept in a session instead, and takes another's place there.
 *
 * <p>Objects are numbered by request and place within it, so that nothing has to be remembered of them but how many a
 * request has: this is the generator to measure everything else with.
 */
final class SmallWorkload extends Workload {
    private static final int MOST_PER_REQUEST = 32;
    private static final int LEAST_PER_REQUEST = 8;

    /** What the requests are made of, one entry as likely as any other: bytes in the upper half, type in the lower. */
    private final long[] shapes = new long[256];

    private final int inFlight;
    private final int sessions;
    /** Out of 2^16. */
    private final int keptShare;

    private final int requestIds;
    private final int sessionIds;
    private final byte[] objects;
    private int sessionsFilled;
    private int request;

    SmallWorkload(Arguments arguments) {
        super(arguments);
        inFlight = arguments.positive("inflight", 1 << 24);
        sessions = arguments.positive("sessions");
        keptShare = (int) (arguments.share("kept") * (1 << 16));
        SizeMix sizes = SizeMix.parse(arguments.text("sizes"));
        double pointers = arguments.share("pointers");
        int pointerType = program.type(GoType.POINTER);
        int noscanType = program.type(GoType.UINT8);
        for (int i = 0; i < shapes.length; i++) {
            boolean scan = rng.unit() < pointers;
            long bytes = sizes.draw(rng);
            if (bytes > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("small: sizes: " + bytes + " bytes are not a small object");
            }
            shapes[i] = scan
                    ? (bytes + GoType.WORD_BYTES - 1 & -GoType.WORD_BYTES) << 32 | pointerType
                    : bytes << 32 | noscanType;
        }
        requestIds = program.reserveIds(inFlight * MOST_PER_REQUEST);
        sessionIds = program.reserveIds(sessions);
        objects = new byte[inFlight];
    }

    @Override
    protected void begin() {}

    @Override
    protected boolean step() {
        int slot = request;
        request = slot + 1 == inFlight ? 0 : slot + 1;
        Program to = program;
        to.on(slot % procs);
        int base = requestIds + slot * MOST_PER_REQUEST;
        int before = objects[slot];
        for (int i = 0; i < before; i++) {
            to.freeReserved(base + i);
        }
        long bits = rng.next();
        int n = LEAST_PER_REQUEST + (int) ((bits >>> 32) * (MOST_PER_REQUEST - LEAST_PER_REQUEST + 1) >>> 32);
        int i = 0;
        while (i < n) {
            // One draw serves four objects: sixteen bits each, the lower eight choose the shape.
            long draw = rng.next();
            for (int stop = Math.min(n, i + 4); i < stop; i++) {
                long shape = shapes[(int) draw & 0xff];
                to.allocReserved(base + i, shape >>> 32, (int) shape);
                draw >>>= 16;
            }
        }
        objects[slot] = (byte) n;
        if ((bits & 0xffff) < keptShare) {
            keep(shapes[(int) (bits >>> 16) & 0xff], bits);
        }
        return true;
    }

    private void keep(long shape, long bits) {
        int session;
        if (sessionsFilled < sessions) {
            session = sessionsFilled++;
        } else {
            session = (int) ((Rng.mix(bits) >>> 32) * sessions >>> 32);
            program.freeReserved(sessionIds + session);
        }
        program.allocReserved(sessionIds + session, shape >>> 32, (int) shape);
    }
}
