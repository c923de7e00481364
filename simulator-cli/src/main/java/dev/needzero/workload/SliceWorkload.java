package dev.needzero.workload;

/** Slices that grow by append to a given length and are kept; then a collection. */
final class SliceWorkload extends Workload {
    /** What a slice that lives in its function's frame to begin with has room for. */
    private static final int STACK_BUFFER_BYTES = 32;

    private final int count;
    private final long length;
    private final long by;
    /** Elements of the even slices, and of the odd ones. */
    private final GoType[] elems;

    private final int[] types;
    private int made;
    private boolean stackBufferFree;

    SliceWorkload(Arguments arguments) {
        super(arguments);
        count = arguments.positive("count");
        length = arguments.positive("length");
        by = arguments.positive("by");
        elems = arguments.text("elem").equals("both")
                ? new GoType[] {GoType.POINTER, GoType.INT}
                : new GoType[] {arguments.type("elem"), arguments.type("elem")};
        types = new int[elems.length];
        for (int i = 0; i < elems.length; i++) {
            if (elems[i].sizeBytes() == 0) {
                throw new IllegalArgumentException("slices: elem must have a size");
            }
            // The runtime asks for pointer-free memory without a type, and writes all of it itself.
            types[i] = program.type(elems[i].noscan() ? GoType.RAW : elems[i]);
        }
    }

    @Override
    protected void begin() {
        made = 0;
        stackBufferFree = go.stackFirst();
    }

    @Override
    protected boolean step() {
        int which = made++ & 1;
        grow(elems[which], types[which]);
        if (made < count) {
            return true;
        }
        program.checkpoint("grown");
        program.collect();
        program.checkpoint("collected");
        return false;
    }

    private void grow(GoType elem, int type) {
        long size = elem.sizeBytes();
        int array = -1;
        long capacity = 0;
        long used = 0;
        if (elem.noscan() && stackBufferFree) {
            // Slices with pointers have their writes marked here, by address, and so are on the heap at once.
            stackBufferFree = false;
            capacity = STACK_BUFFER_BYTES / size;
        }
        while (used < length) {
            long then = Math.min(length, used + by);
            if (then > capacity) {
                if (!elem.noscan() && array >= 0) {
                    program.write(array, used * size);
                }
                capacity = go.grownCapacity(then, capacity, elem);
                int longer = program.alloc(capacity * size, type);
                program.free(array);
                array = longer;
            }
            // On to the last append that fits.
            used = Math.min(length, then + Math.max(0, (capacity - then) / by) * by);
        }
        if (!elem.noscan() && array >= 0) {
            program.write(array, used * size);
        }
    }
}
