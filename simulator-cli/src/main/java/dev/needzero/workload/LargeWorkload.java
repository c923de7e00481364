package dev.needzero.workload;

/**
 * Objects of one size, one after another, all kept, the first part of each written: a cell of the grid that showed what
 * Go 1.24 does to large objects with pointers.
 */
final class LargeWorkload extends Workload {
    private final LargeObjects objects;
    private final int count;
    private int made;

    LargeWorkload(Arguments arguments) {
        super(arguments);
        objects = new LargeObjects(
                program,
                go,
                arguments.choice("kind", LargeObjects.Sort.class),
                arguments.bytes("size"),
                arguments.share("touched"));
        count = arguments.positive("count");
        note("what the program wrote of its objects is in the trace: touch rule large=none counts it alone");
    }

    @Override
    protected void begin() {
        made = 0;
    }

    @Override
    protected boolean step() {
        objects.make();
        if (made % Math.max(1, count / 4) == 0) {
            program.checkpoint("object-" + made);
        }
        if (++made < count) {
            return true;
        }
        program.checkpoint("all-live");
        return false;
    }
}
