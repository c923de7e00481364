package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TypeTable;
import dev.needzero.units.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One generation of a trace, about a second of the program's life: its tables, and each thread's batches of events, still
 * as bytes. Tables may stand anywhere in a generation, mostly behind the events that need them, so nothing can be decoded
 * before the whole of it is there.
 */
final class Generation {
    private static final int MAX_THREADS = 1 << 16;
    private static final long MAX_TICKS = 1L << 56;
    private static final int MAX_ALIGN_BYTES = 1 << 16;
    private static final int ALLOC_FREE = 1;
    private static final int INFO = 1;
    private static final int TYPES = 0;
    private static final double DEFAULT_NANOS_PER_TICK = 64;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Batches batches;
    private final Tables tables;
    private final Cursor cursor;
    private final Map<Long, MStream> streams = new HashMap<>();
    private final List<MStream> active = new ArrayList<>();
    private double nanosPerTick = DEFAULT_NANOS_PER_TICK;
    private boolean clockKnown;
    private AddressUnits units;

    /** What the ids in span, object and stack events count, from {@code base} on (bytes). */
    record AddressUnits(long base, long pageBytes, long objectAlignBytes, long stackAlignBytes) {}

    Generation(Batches batches, TypeTable types) {
        this.batches = batches;
        this.tables = new Tables(batches, types);
        this.cursor = new Cursor(batches);
    }

    /** Reads the next generation; false at the trace's end. */
    boolean load() throws IOException {
        batches.beginGeneration();
        tables.beginGeneration();
        streams.values().removeIf(stream -> !stream.clear());
        active.clear();
        clockKnown = false;
        boolean any = false;
        while (!any && !batches.isOver()) {
            while (batches.next()) {
                any = true;
                sort();
            }
        }
        tables.seal();
        return any;
    }

    private void sort() throws BadInputException {
        long payload = batches.payload();
        if (Batches.length(payload) == 0) {
            return;
        }
        int first = batches.bytesAt(payload)[Batches.index(payload)] & 0xff;
        if (batches.isExperimental()) {
            if (batches.experiment() == ALLOC_FREE && first == INFO) {
                readInfo(payload);
            } else if (batches.experiment() == ALLOC_FREE && first == TYPES) {
                tables.readTypes(payload);
            }
            return; // other experiments say nothing of the heap
        }
        switch (first) {
            case EventType.STRINGS -> tables.readStrings(payload);
            case EventType.STACKS -> tables.readStacks(payload);
            case EventType.CPU_SAMPLES -> {}
            case EventType.FREQUENCY -> readFrequency(cursor.open(payload));
            case EventType.SYNC -> {
                Cursor in = cursor.open(payload);
                in.expect(EventType.SYNC, "a clock table");
                readFrequency(in);
            }
            default -> addEvents(payload);
        }
    }

    private void readFrequency(Cursor in) throws BadInputException {
        in.expect(EventType.FREQUENCY, "a clock's frequency");
        long ticksPerSecond = in.readNumber();
        if (ticksPerSecond <= 0) {
            throw in.damage("a clock of " + Long.toUnsignedString(ticksPerSecond) + " ticks a second");
        }
        nanosPerTick = NANOS_PER_SECOND / ticksPerSecond;
        clockKnown = true;
    }

    private void readInfo(long payload) throws BadInputException {
        Cursor in = cursor.open(payload);
        in.expect(INFO, "the heap's description");
        long base = in.readNumber();
        long pageBytes = in.readNumber();
        long objectAlignBytes = in.readNumber();
        long stackAlignBytes = in.readNumber();
        if (pageBytes != Units.PAGE_BYTES || (base & (Units.PAGE_BYTES - 1)) != 0) {
            throw in.damage("a heap at 0x" + Long.toHexString(base) + " with pages of "
                    + Long.toUnsignedString(pageBytes) + " bytes; expected pages of " + Units.PAGE_BYTES);
        }
        if (!isAlign(objectAlignBytes) || !isAlign(stackAlignBytes)) {
            throw in.damage("objects aligned to " + Long.toUnsignedString(objectAlignBytes) + " bytes and stacks to "
                    + Long.toUnsignedString(stackAlignBytes) + "; expected powers of two");
        }
        units = new AddressUnits(base, pageBytes, objectAlignBytes, stackAlignBytes);
    }

    private static boolean isAlign(long bytes) {
        return bytes > 0 && bytes <= MAX_ALIGN_BYTES && Long.bitCount(bytes) == 1;
    }

    private void addEvents(long payload) throws BadInputException {
        if (batches.time() < 0 || batches.time() > MAX_TICKS) {
            throw batches.damage(
                    payload,
                    Batches.index(payload),
                    "a batch that begins at tick " + Long.toUnsignedString(batches.time()));
        }
        MStream stream = streams.get(batches.m());
        if (stream == null) {
            if (streams.size() >= MAX_THREADS) {
                throw batches.damage(
                        payload, Batches.index(payload), "more than " + MAX_THREADS + " threads at a time");
            }
            stream = new MStream(batches.m());
            streams.put(batches.m(), stream);
        }
        if (stream.isEmpty()) {
            stream.order = active.size();
            active.add(stream);
        }
        stream.addBatch(payload, batches.time());
    }

    Batches batches() {
        return batches;
    }

    Tables tables() {
        return tables;
    }

    /** The threads that have events, in the order in which their first batches stand. */
    List<MStream> streams() {
        return active;
    }

    /** The thread with this id, or null when it has not been seen of late. */
    MStream stream(long m) {
        return streams.get(m);
    }

    double nanosPerTick() {
        return nanosPerTick;
    }

    /** Whether the generation itself said how fast its clock ticks; it is the last thing that a generation says. */
    boolean isClockKnown() {
        return clockKnown;
    }

    /** Null as long as the trace has not said; that stands in its first generation. */
    AddressUnits units() {
        return units;
    }
}
