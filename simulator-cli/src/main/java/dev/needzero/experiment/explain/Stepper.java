package dev.needzero.experiment.explain;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.Replays;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A replay that stops wherever one likes, under one version or several in step. It goes forward event by event; it goes
 * back by beginning anew, for a twin cannot undo, and a million events take a tenth of a second.
 *
 * <p>A position is a number of events replayed; event n is the one that leads from position n to n + 1.
 */
public final class Stepper implements Closeable {
    /** Opens the trace, each time from its beginning. */
    public interface Opener {
        TraceReader open() throws IOException;
    }

    private final Opener opener;
    private final List<Behaviours> versions;
    private final Replays.Settings settings;
    private Replays.Lockstep lockstep;
    private TraceReader reader;
    private EventBatch batch;
    private int index;
    private long position;
    private boolean ended;

    public Stepper(Opener opener, List<Behaviours> versions, Replays.Settings settings) throws IOException {
        this.opener = opener;
        this.versions = List.copyOf(versions);
        this.settings = settings;
        begin();
    }

    private void begin() throws IOException {
        close();
        reader = opener.open();
        lockstep = new Replays.Lockstep(reader, versions, settings);
        batch = new EventBatch();
        index = 0;
        position = 0;
        ended = false;
    }

    public List<Behaviours> versions() {
        return versions;
    }

    /** One for each version. */
    public List<Replay> replays() {
        return lockstep.replays();
    }

    public TraceReader reader() {
        return reader;
    }

    /** Events replayed so far. */
    public long position() {
        return position;
    }

    /** Whether the trace has no further event. */
    public boolean ended() {
        return ended;
    }

    /** Replays one event; false when there is none. */
    public boolean forward() throws IOException {
        return advance(1) == 1;
    }

    /** Goes to a position, or to the end if the trace is shorter. */
    public void goTo(long target) throws IOException {
        if (target < position) {
            begin();
        }
        while (position < target && advance(target - position) > 0) {
            // A batch at a time.
        }
    }

    /**
     * Goes forward until something is so, looking after every event.
     *
     * @return false when the trace ended first
     */
    public boolean forwardUntil(BooleanSupplier condition) throws IOException {
        while (forward()) {
            if (condition.getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    private int advance(long atMost) throws IOException {
        while (index == batch.size) {
            EventBatch next = ended ? null : lockstep.next();
            if (next == null) {
                if (!ended) {
                    ended = true;
                    replays().forEach(Replay::finish);
                }
                return 0;
            }
            batch = next;
            index = 0;
        }
        int n = (int) Math.min(atMost, batch.size - index);
        for (Replay replay : replays()) {
            replay.replay(batch, index, index + n);
        }
        index += n;
        position += n;
        return n;
    }

    // ---- the event replayed last; meaningless at position 0

    private int last() {
        if (index == 0) {
            throw new IllegalStateException("no event was replayed yet");
        }
        return index - 1;
    }

    public byte kind() {
        return batch.kind[last()];
    }

    public int proc() {
        return batch.proc[last()];
    }

    public long a() {
        return batch.a[last()];
    }

    public long b() {
        return batch.b[last()];
    }

    public int c() {
        return batch.c[last()];
    }

    public long timeNanos() {
        return batch.timeNanos[last()];
    }

    /** Whether the event brought an object, or pages for some. */
    public boolean isAllocation() {
        return kind() == Kind.ALLOC || kind() == Kind.OBJECT_ALLOC || kind() == Kind.SPAN_ALLOC;
    }

    /** Whether the event's column a says where an object or a span is. */
    public boolean namesPlace() {
        return switch (kind()) {
            case Kind.SPAN, Kind.OBJECT, Kind.STACK, Kind.OBJECT_FREE, Kind.WRITE -> true;
            default -> isAllocation();
        };
    }

    /** Where the last event's object or span lies in one of the twins; null when the event has none. */
    public Replay.Place place(Replay replay) {
        return position > 0 && namesPlace() ? replay.placeOf(a()) : null;
    }

    /** The type of the event's object; empty when the event has none or it is not known. */
    public String type() {
        boolean typed = kind() == Kind.ALLOC || kind() == Kind.OBJECT_ALLOC || kind() == Kind.OBJECT;
        return typed ? reader.types().get(c()).name() : "";
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
