package dev.needzero.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The grid that found the regression: sorts of objects × sizes × shares that the program writes, a cell after another.
 * Between two cells everything is dropped and given back to the system, so that each begins on fresh memory.
 */
final class GridWorkload extends Workload {
    private static final int MAKES_PER_STEP = 64;
    private static final int FREES_PER_STEP = 1024;

    private record Cell(String name, LargeObjects objects, int count) {}

    private final List<Cell> cells = new ArrayList<>();
    private int at;
    private int made;
    private int freeing;

    GridWorkload(Arguments arguments) {
        super(arguments);
        for (Arguments cell : cells(arguments)) {
            String sort = cell.text("kind");
            cells.add(new Cell(
                    sort + "-" + cell.text("size") + "-" + cell.text("touched"),
                    new LargeObjects(
                            program,
                            go,
                            LargeObjects.Sort.valueOf(sort.toUpperCase(Locale.ROOT)),
                            cell.bytes("size"),
                            cell.share("touched")),
                    cell.positive("count")));
        }
        note("what the program wrote of its objects is in the trace: touch rule default=none counts it alone");
    }

    /** Each cell as a workload of its own, of the kind {@code large}. */
    static List<Arguments> cells(Arguments grid) {
        List<Arguments> cells = new ArrayList<>();
        long cellBytes = grid.bytes("cell");
        for (String kind : grid.text("kinds").split(",", -1)) {
            for (String size : grid.text("sizes").split(",", -1)) {
                for (String touched : grid.text("touched").split(",", -1)) {
                    Arguments cell = grid.as(Workloads.LARGE)
                            .with("kind", kind)
                            .with("size", size)
                            .with("touched", touched);
                    cell.choice("kind", LargeObjects.Sort.class);
                    cell.share("touched");
                    cells.add(cell.with("count", Long.toString(Math.max(1, cellBytes / cell.bytes("size")))));
                }
            }
        }
        return cells;
    }

    @Override
    protected void begin() {
        at = 0;
        made = 0;
        freeing = -1;
    }

    @Override
    protected boolean step() {
        Cell cell = cells.get(at);
        if (freeing < 0) {
            for (int i = 0; i < MAKES_PER_STEP && made < cell.count; i++) {
                cell.objects.make();
                made++;
            }
            if (made == cell.count) {
                program.checkpoint(cell.name);
                freeing = 0;
            }
            return true;
        }
        freeing = program.freeAll(freeing, FREES_PER_STEP);
        if (freeing >= 0) {
            return true;
        }
        program.freeOsMemory();
        made = 0;
        return ++at < cells.size();
    }
}
