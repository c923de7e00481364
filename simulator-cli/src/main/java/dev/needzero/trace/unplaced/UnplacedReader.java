package dev.needzero.trace.unplaced;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.io.IOException;
import java.util.List;

/**
 * A reader of a trace that names its objects by address or number. A subclass decodes one record at a time and calls
 * {@link #allocate}, {@link #reallocate} and {@link #release}; this class makes batches of it.
 *
 * <p>An allocation whose key is still taken means one of two things: a free by another thread was recorded a little
 * late, or a free is missing. The older object is kept aside: the next free of the key is taken for the older one's; if
 * another allocation comes first, the older one is freed then.
 */
public abstract class UnplacedReader implements TraceReader {
    /** No process has more address space than this, so no request for more was ever granted. */
    public static final long MAX_OBJECT_BYTES = 1L << 47;

    /** Events that one record may become: two objects freed, one allocated, its copied prefix. */
    private static final int MAX_EVENTS_PER_RECORD = 8;

    private final TraceInfo info;
    private final TraceInput input;
    private final TypeTable types = new TypeTable();
    private final Notes notes = new Notes();
    private final Threads threads = new Threads(notes);
    private final LiveObjects live = new LiveObjects();
    private final Long2IntOpenHashMap olderByKey = new Long2IntOpenHashMap();

    private final Notes.Counter reallocs =
            notes.counter("reallocs replayed as Go would have done them: allocate, copy, free");
    private final Notes.Counter aligned =
            notes.counter("aligned requests rounded up to a size that Go places at that alignment");
    private final Notes.Counter unknownFrees =
            notes.counter("frees of objects that the trace does not allocate: left out");
    private final Notes.Counter unknownReallocs =
            notes.counter("reallocs of objects that the trace does not allocate: taken for allocations");
    private final Notes.Counter missingFrees =
            notes.counter("allocations at a place still in use whose free never came: the older object freed");

    private EventBatch out;
    private int thread;
    private long timeNanos;
    private long events;
    private boolean ended;

    protected UnplacedReader(TraceInfo info, TraceInput input) {
        this.info = info;
        this.input = input;
        olderByKey.defaultReturnValue(LiveObjects.NONE);
    }

    /** What such a trace says of itself: ids, exact frees, no Go version. */
    protected static TraceInfo unplaced(String format) {
        return new TraceInfo(format, false, null, 0, 0, true);
    }

    /**
     * Decodes one record of the source.
     *
     * @return false when there is none left
     */
    protected abstract boolean readRecord() throws IOException;

    /** Called once, behind the last record: the place for notes on the whole. */
    protected void ended() {}

    /** Where the reader stands, as a {@link BadInputException} names it: file and line or byte. */
    protected abstract String where();

    @Override
    public final TraceInfo info() {
        return info;
    }

    @Override
    public final TypeTable types() {
        return types;
    }

    @Override
    public String string(int index) {
        throw new IndexOutOfBoundsException("a " + info.format() + " trace has no strings, asked for " + index);
    }

    @Override
    public final List<String> warnings() {
        return notes.messages();
    }

    @Override
    public final long eventsDecoded() {
        return events;
    }

    @Override
    public final long bytesRead() {
        return input.bytesRead();
    }

    @Override
    public final long bytesTotal() {
        return input.bytesTotal();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }

    protected final TraceInput input() {
        return input;
    }

    protected final Notes notes() {
        return notes;
    }

    @Override
    public final boolean next(EventBatch batch) throws IOException {
        batch.size = 0;
        out = batch;
        while (!ended && batch.size <= EventBatch.CAPACITY - MAX_EVENTS_PER_RECORD) {
            if (!readRecord()) {
                ended = true;
                ended();
            }
        }
        events += batch.size;
        return batch.size > 0;
    }

    /** The thread, by the trace's own id, and the time of what the record is about to say. */
    protected final void at(long tid, long nanos) {
        thread = threads.number(tid);
        timeNanos = nanos;
    }

    /** The same, where the trace numbers its threads densely itself. */
    protected final void atNumber(int threadNumber, long nanos) {
        thread = threadNumber;
        timeNanos = nanos;
    }

    protected final void threadEnded(long tid) {
        threads.ended(tid);
    }

    /**
     * The size to ask Go for so that the object lies at a multiple of {@code alignmentBytes}; as in C's memalign, one
     * that is no power of two means the next.
     */
    protected final long alignedSize(long requestedBytes, long alignmentBytes) throws BadInputException {
        checkSize(requestedBytes);
        checkSize(alignmentBytes);
        long bytes = AlignedRequest.sizeBytes(requestedBytes, alignmentBytes);
        if (bytes != requestedBytes) {
            aligned.increment();
        }
        return bytes;
    }

    protected final void allocate(long key, long bytes, int type) throws BadInputException {
        checkSize(bytes);
        setAside(key);
        int id = live.add(bytes);
        live.bind(key, id);
        out.add(Kind.ALLOC, thread, timeNanos, id, bytes, type);
    }

    /** An object that no key names: {@link #releaseId} takes the id returned. */
    protected final int allocateUnnamed(long bytes, int type) throws BadInputException {
        checkSize(bytes);
        int id = live.add(bytes);
        out.add(Kind.ALLOC, thread, timeNanos, id, bytes, type);
        return id;
    }

    protected final void release(long key) {
        int id = olderByKey.isEmpty() ? LiveObjects.NONE : olderByKey.remove(key);
        if (id == LiveObjects.NONE) {
            id = live.unbind(key);
        }
        if (id == LiveObjects.NONE) {
            unknownFrees.increment();
        } else {
            releaseId(id);
        }
    }

    protected final void releaseId(int id) {
        out.add(Kind.FREE, thread, timeNanos, id, 0, 0);
        live.retire(id);
    }

    /** Counts a free that names nothing. */
    protected final void unknownFree() {
        unknownFrees.increment();
    }

    protected final boolean isLive(long key) {
        return live.isBound(key);
    }

    /** Moves the object at {@code oldKey} to a new one of {@code bytes} at {@code newKey}, which may be the same. */
    protected final void reallocate(long oldKey, long newKey, long bytes, int type) throws BadInputException {
        checkSize(bytes);
        int oldId = live.unbind(oldKey);
        if (oldId == LiveObjects.NONE) {
            unknownReallocs.increment();
            allocate(newKey, bytes, type);
            return;
        }
        reallocs.increment();
        setAside(newKey);
        int newId = live.add(bytes);
        live.bind(newKey, newId);
        out.add(Kind.ALLOC, thread, timeNanos, newId, bytes, type);
        long copiedBytes = Math.min(bytes, live.sizeBytes(oldId));
        if (copiedBytes > 0) {
            out.add(Kind.WRITE, thread, timeNanos, newId, copiedBytes, 0);
        }
        releaseId(oldId);
    }

    /** An event that concerns no object. */
    protected final void event(byte kind, long a, long b, int c) {
        out.add(kind, thread, timeNanos, a, b, c);
    }

    /** The program wrote the first {@code bytes} of the object. */
    protected final boolean write(long key, long bytes) {
        int id = live.unbind(key);
        if (id == LiveObjects.NONE) {
            return false;
        }
        live.bind(key, id);
        out.add(Kind.WRITE, thread, timeNanos, id, bytes, 0);
        return true;
    }

    /** Keeps the object that {@code key} still names aside, before the key names another. */
    private void setAside(long key) {
        int older = live.unbind(key);
        if (older == LiveObjects.NONE) {
            return;
        }
        int oldest = olderByKey.put(key, older);
        if (oldest != LiveObjects.NONE) {
            missingFrees.increment();
            releaseId(oldest);
        }
    }

    private void checkSize(long bytes) throws BadInputException {
        if (bytes < 0 || bytes > MAX_OBJECT_BYTES) {
            throw new BadInputException(
                    where(),
                    "a size of " + Long.toUnsignedString(bytes) + " bytes was never granted (expected at most "
                            + MAX_OBJECT_BYTES + ")");
        }
    }
}
