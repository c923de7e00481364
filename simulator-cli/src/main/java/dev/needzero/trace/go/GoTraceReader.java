package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import dev.needzero.units.Units;
import java.io.IOException;
import java.util.List;

/**
 * Reads a Go execution trace, one generation at a time. {@link Batches} cuts the input, {@link Generation} holds what
 * belongs together, {@link EventMerge} decodes it.
 *
 * <p>The proc column holds the P that the event's thread had last. Format: {@code go-runtime-model.md} §10.
 */
final class GoTraceReader implements TraceReader {
    private static final int MARKS_GENERATION_ENDS = 26;
    private static final int LOSES_SPANS = 23;

    private final TraceInput input;
    private final int version;
    private final Batches batches;
    private final Generation generation;
    private final EventReader events;
    private final EventMerge merge;
    private final LostSpans lostSpans;
    private final Warnings warnings = new Warnings();
    private final TypeTable types = new TypeTable();
    private final TraceInfo info;
    private final long firstTicks;
    private long lastNanos;
    private boolean generationDone;
    private boolean over;

    GoTraceReader(TraceInput input) throws IOException {
        this.input = input;
        version = GoHeader.read(input);
        batches = new Batches(input, version >= MARKS_GENERATION_ENDS);
        generation = new Generation(batches, types);
        events = new EventReader(generation, warnings);
        merge = new EventMerge(generation, events);
        lostSpans = new LostSpans(generation, events, warnings);
        if (!loadGeneration()) {
            throw new BadInputException(
                    input.at(GoHeader.BYTES), "the trace ends before its first batch is whole; nothing to replay");
        }
        Generation.AddressUnits units = generation.units();
        if (units == null) {
            throw GoHeader.withoutAllocations(input);
        }
        long heapBase = Units.alignDown(units.base(), 1L << Units.ARENA_SHIFT);
        events.setUnits(units, heapBase);
        String goVersion = version == LOSES_SPANS && generation.tables().isSince124() ? "1.24" : "1." + version;
        info = new TraceInfo(GoTraceFormat.NAME, true, goVersion, heapBase, units.base() - heapBase, false);
        beginGeneration();
        firstTicks = merge.firstTime();
    }

    private void beginGeneration() throws BadInputException {
        if (version == LOSES_SPANS && !generation.tables().isSince124()) {
            lostSpans.find();
        }
        merge.begin();
    }

    private boolean loadGeneration() throws IOException {
        boolean loaded = generation.load();
        if (batches.truncation() != null) {
            warnings.truncated(batches.truncation());
        } else if (loaded && !generation.isClockKnown()) {
            warnings.truncated(input.name() + ": the last generation lacks the clock that ends it; it may be cut off");
        }
        return loaded;
    }

    @Override
    public boolean next(EventBatch batch) throws IOException {
        batch.size = 0;
        while (batch.size == 0 && !over) {
            if (generationDone) {
                generationDone = false;
                over = !loadGeneration();
                if (over) {
                    if (events.isMarkPending()) {
                        events.deliverMark(batch);
                    }
                    break;
                }
                beginGeneration();
            }
            lostSpans.deliver(merge.firstTime(), batch);
            if (!batch.isFull()) {
                generationDone = !merge.decode(batch);
            }
        }
        toNanos(batch);
        return batch.size > 0;
    }

    /** Time as the merge leaves it is ticks, and can step back where a generation follows another. */
    private void toNanos(EventBatch batch) {
        long[] times = batch.timeNanos;
        double nanosPerTick = generation.nanosPerTick();
        long nanos = lastNanos;
        for (int i = 0, n = batch.size; i < n; i++) {
            nanos = Math.max(nanos, (long) ((times[i] - firstTicks) * nanosPerTick));
            times[i] = nanos;
        }
        lastNanos = nanos;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TypeTable types() {
        return types;
    }

    @Override
    public String string(int index) {
        return events.string(index);
    }

    @Override
    public List<String> warnings() {
        return warnings.list();
    }

    @Override
    public long eventsDecoded() {
        return merge.events();
    }

    @Override
    public long bytesRead() {
        return input.bytesRead();
    }

    @Override
    public long bytesTotal() {
        return input.bytesTotal();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
