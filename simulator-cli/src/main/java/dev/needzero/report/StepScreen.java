package dev.needzero.report;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.explain.Stepper;
import dev.needzero.heap.HeapStats;
import dev.needzero.heap.MCentral;
import dev.needzero.heap.MHeap;
import dev.needzero.heap.MSpan;
import dev.needzero.heap.P;
import dev.needzero.heap.SpanClass;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.Cause;
import dev.needzero.trace.Kind;
import dev.needzero.units.ByteSize;
import dev.needzero.units.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * A replay that stands still, on a screen of so many columns and rows: what the last event was, memory's amounts, what the P
 * has cached, the event's span slot by slot and its class's queues, and a map of the heap's OS pages. Plain characters; which
 * lines are a map's is said beside, for somebody to colour them.
 */
public final class StepScreen {
    private static final int LEFT_COLUMNS = 41;
    private static final int BITMAP_COLUMNS = 64;
    private static final int BITMAP_ROWS = 2;

    private final Stepper stepper;
    private final String name;
    private final int columns;
    private final int rows;
    private final int zoom;
    private final List<Line> lines = new ArrayList<>();

    /**
     * One row.
     *
     * @param map whether its characters stand for pages
     */
    public record Line(String text, boolean map) {}

    private StepScreen(Stepper stepper, String name, int columns, int rows, int zoom) {
        this.stepper = stepper;
        this.name = name;
        this.columns = columns;
        this.rows = rows;
        this.zoom = zoom;
    }

    /**
     * Draws it.
     *
     * @param columns of the screen; 80 and up
     * @param rows that may be used; 22 and up
     * @param zoom how many times a map's character was halved; 0 shows the whole heap
     */
    public static List<Line> draw(Stepper stepper, String name, int columns, int rows, int zoom) {
        StepScreen screen = new StepScreen(stepper, name, columns, rows, zoom);
        screen.head();
        screen.amountsAndCaches();
        screen.span();
        screen.maps();
        return screen.lines;
    }

    private void add(String text) {
        String flat = text.stripTrailing();
        lines.add(new Line(flat.length() > columns ? flat.substring(0, columns - 1) + "…" : flat, false));
    }

    private void head() {
        add(String.format(
                Locale.ROOT,
                "%,d event%s replayed%s under Go %s: %s",
                stepper.position(),
                stepper.position() == 1 ? "" : "s",
                stepper.ended() ? ", the end," : "",
                stepper.versions().stream().map(Object::toString).collect(Collectors.joining(" and ")),
                name));
        if (stepper.position() == 0) {
            add("nothing has happened yet");
            return;
        }
        StringBuilder event = new StringBuilder();
        event.append(
                String.format(Locale.ROOT, "event %,d: %s", stepper.position() - 1, EventWords.of(stepper.kind())));
        if (stepper.kind() == Kind.ALLOC) {
            event.append(", ").append(ByteSize.format(stepper.b()));
        }
        if (stepper.kind() == Kind.CHECKPOINT) {
            event.append(" ").append(stepper.reader().string(stepper.c()));
        }
        event.append(stepper.type().isEmpty() ? "" : ", " + stepper.type());
        event.append(", P ").append(stepper.proc());
        if (stepper.timeNanos() > 0) {
            event.append(String.format(Locale.ROOT, ", %.6f s", stepper.timeNanos() / 1e9));
        }
        add(event.toString());
    }

    // ---- amounts on the left, caches on the right

    private void amountsAndCaches() {
        List<String> left = new ArrayList<>();
        StringBuilder versions = new StringBuilder();
        stepper.versions().forEach(v -> versions.append(String.format("%13s", v.version())));
        left.add(String.format("%-14s%s", "", versions));
        left.add(amounts("resident", os(AddressSpace::rssBytes)));
        left.add(amounts("  program", os(os -> os.committedBytes(Cause.PROGRAM))));
        left.add(amounts("  cleared", os(os -> os.committedBytes(Cause.ZEROING))));
        left.add(amounts("  runtime", os(os -> os.committedBytes(Cause.RUNTIME) + os.committedBytes(Cause.HUGE_PAGE))));
        left.add(amounts("mapped", os(AddressSpace::mappedBytes)));
        left.add(amounts("in spans", stats(HeapStats::inHeap)));
        left.add(amounts("free", stats(HeapStats::free)));
        left.add(amounts("released", stats(HeapStats::released)));
        StringBuilder cycles = new StringBuilder();
        stepper.replays().forEach(replay -> cycles.append(String.format("%13d", replay.cycles())));
        left.add(String.format("%-14s%s", "collections", cycles));
        List<String> right = caches(left.size());
        for (int i = 0; i < left.size(); i++) {
            String cell = i < right.size() ? right.get(i) : "";
            add(String.format("%-" + LEFT_COLUMNS + "s %s", left.get(i), cell));
        }
    }

    private static ToLongFunction<Replay> os(ToLongFunction<AddressSpace> amount) {
        return replay -> amount.applyAsLong(replay.runtime().os());
    }

    private static ToLongFunction<Replay> stats(ToLongFunction<HeapStats> amount) {
        return replay -> amount.applyAsLong(replay.runtime().heap().stats());
    }

    private String amounts(String what, ToLongFunction<Replay> amount) {
        StringBuilder line = new StringBuilder(String.format("%-14s", what));
        for (Replay replay : stepper.replays()) {
            line.append(String.format("%13s", ByteSize.format(amount.applyAsLong(replay))));
        }
        return line.toString();
    }

    /** What the event's P has at hand, under the first version. */
    private List<String> caches(int most) {
        MHeap heap = stepper.replays().get(0).runtime().heap();
        int proc = stepper.position() == 0 ? 0 : stepper.proc();
        P p = proc < heap.procLimit() ? heap.procOrNull(proc) : null;
        List<String> lines = new ArrayList<>();
        if (p == null) {
            return List.of("P " + proc + " has nothing cached");
        }
        lines.add(
                p.pageCache().isEmpty()
                        ? "P " + proc + ": page cache empty"
                        : String.format(
                                Locale.ROOT,
                                "P %d: %d pages cached from %d",
                                proc,
                                Long.bitCount(p.pageCache().freeBits()),
                                p.pageCache().base()));
        MSpan current = place() == null ? null : place().span();
        List<MSpan> cached = new ArrayList<>();
        for (int c = 0; c < SpanClass.COUNT; c++) {
            if (p.cached(c) != null) {
                cached.add(p.cached(c) == current ? 0 : cached.size(), p.cached(c));
            }
        }
        for (MSpan span : cached) {
            if (lines.size() == most - 1 && cached.size() > most - 1) {
                lines.add("… and " + (cached.size() - most + 2) + " more");
                break;
            }
            lines.add(String.format(
                    Locale.ROOT,
                    "%s %6d B %-6s %4d/%-4d page %d",
                    span == current ? ">" : " ",
                    span.elemBytes(),
                    span.noscan() ? "noscan" : "scan",
                    span.allocCount(),
                    span.nelems(),
                    span.page()));
        }
        return lines;
    }

    // ---- the event's span

    private Replay.Place place() {
        Replay.Place place = stepper.place(stepper.replays().get(0));
        return place == null || place.span() == null ? null : place;
    }

    private void span() {
        Replay.Place place = place();
        if (place == null) {
            add("");
            add("(this event names no object)");
            for (int i = 0; i < BITMAP_ROWS; i++) {
                add("");
            }
            return;
        }
        MSpan span = place.span();
        add(queues(span));
        add(String.format(
                Locale.ROOT,
                "span at page %d: %d page%s, %s, %d/%d slots taken, needzero %b",
                span.page(),
                span.npages(),
                span.npages() == 1 ? "" : "s",
                EventReport.spanClass(span),
                span.allocCount(),
                span.nelems(),
                span.needzero()));
        int window = BITMAP_COLUMNS * BITMAP_ROWS;
        int from = Math.max(0, Math.min(place.slot() / BITMAP_COLUMNS * BITMAP_COLUMNS, span.nelems() - 1))
                / window
                * window;
        for (int row = 0; row < BITMAP_ROWS; row++) {
            int first = from + row * BITMAP_COLUMNS;
            add(first < span.nelems() ? slots(span, first, place.slot()) : "");
        }
    }

    private String queues(MSpan span) {
        if (span.spanClass() < 0) {
            return "";
        }
        MCentral central = stepper.replays().get(0).runtime().heap().central(span.spanClass());
        return String.format(
                Locale.ROOT,
                "mcentral %s: room %d swept %d unswept, full %d swept %d unswept",
                EventReport.spanClass(span),
                central.waiting(false, true),
                central.waiting(false, false),
                central.waiting(true, true),
                central.waiting(true, false));
    }

    /** Slots as characters: # taken, x dead and not swept, @ the event's own, . free. */
    private static String slots(MSpan span, int first, int current) {
        StringBuilder line = new StringBuilder(String.format("slot %5d ", first));
        for (int slot = first; slot < Math.min(first + BITMAP_COLUMNS, span.nelems()); slot++) {
            boolean dead = span.isDead(slot);
            line.append(slot == current ? '@' : dead ? 'x' : span.isAllocated(slot) ? '#' : '.');
        }
        return line.toString();
    }

    // ---- pages

    private void maps() {
        int left = rows - lines.size() - 1;
        int each = Math.max(
                1, (left - stepper.replays().size() + 1) / stepper.replays().size());
        long perCell = 1;
        AddressSpace widest = stepper.replays().get(0).runtime().os();
        for (Replay replay : stepper.replays()) {
            AddressSpace os = replay.runtime().os();
            widest = os.mappedBytes() > widest.mappedBytes() ? os : widest;
        }
        int mapColumns = columns - columns % 8 - 8;
        long cells = (long) mapColumns * each;
        while (perCell * cells < widest.mappedBytes() >>> widest.osPageShift()) {
            perCell *= 2;
        }
        perCell = Math.max(1, perCell >> zoom);
        add(String.format(
                Locale.ROOT,
                "%s a sign: P program Z cleared R runtime H huge 0 read . untouched @ here",
                ByteSize.format(perCell << widest.osPageShift())));
        for (int i = 0; i < stepper.replays().size(); i++) {
            if (i > 0) {
                add("under " + stepper.versions().get(i));
            }
            map(stepper.replays().get(i), mapColumns, each, perCell);
        }
    }

    private void map(Replay replay, int mapColumns, int mapRows, long perCell) {
        AddressSpace os = replay.runtime().os();
        long from = os.mappedFrom() >>> os.osPageShift();
        long to = os.mappedTo() >>> os.osPageShift();
        Replay.Place place = stepper.place(replay);
        MSpan span = place == null ? null : place.span();
        long focus = span == null
                ? from
                : (span.isLarge() || span.spanClass() < 0 ? span.base() : span.slotAddress(place.slot()))
                        >>> os.osPageShift();
        long shown = perCell * mapColumns * mapRows;
        if (to - from > shown) {
            // The row with the event's page stands in the middle.
            long rowPages = perCell * mapColumns;
            from += Math.max(
                            0,
                            Math.min((focus - from) / rowPages - mapRows / 2, (to - from - 1) / rowPages - mapRows + 1))
                    * rowPages;
        }
        for (int row = 0; row < mapRows; row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < mapColumns; column++) {
                long first = from + ((long) row * mapColumns + column) * perCell;
                boolean here = span != null && focus >= first && focus < first + perCell;
                line.append(first >= to ? ' ' : here ? '@' : cell(replay, first, Math.min(first + perCell, to)));
            }
            lines.add(new Line(line.toString().stripTrailing(), true));
        }
    }

    /** A capital when all of a cell is resident, a small letter when some of it is. */
    private static char cell(Replay replay, long first, long limit) {
        AddressSpace os = replay.runtime().os();
        int[] byCause = new int[Cause.COUNT];
        int resident = 0;
        boolean zero = false;
        boolean span = false;
        for (long page = first; page < limit; page++) {
            if (os.isResident(page)) {
                byCause[os.causeOf(page)]++;
                resident++;
            } else {
                zero |= os.isZeroMapped(page);
                span |= replay.runtime().heap().spanOf((int) (page << os.osPageShift() >>> Units.PAGE_SHIFT)) != null;
            }
        }
        if (resident == 0) {
            return zero ? '0' : span ? '.' : ' ';
        }
        int most = 0;
        for (int cause = 1; cause < Cause.COUNT; cause++) {
            most = byCause[cause] > byCause[most] ? cause : most;
        }
        char letter = "PZRH".charAt(most);
        return resident == limit - first ? letter : Character.toLowerCase(letter);
    }
}
