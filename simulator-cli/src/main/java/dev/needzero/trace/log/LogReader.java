package dev.needzero.trace.log;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import dev.needzero.trace.unplaced.Notes;
import dev.needzero.trace.unplaced.UnplacedReader;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Turns records into events; the package's description says what they mean. */
final class LogReader extends UnplacedReader {
    private static final TypeTable.Type NO_TYPE = new TypeTable.Type("", 0, 0, Pointers.UNKNOWN, true);
    private static final long PAGE_BYTES = 8192;

    private final LogSource source;
    private final LogRecord record = new LogRecord();
    private final Notes.Counter unknownWrites =
            notes().counter("writes to objects that the log does not allocate: left out");
    private final Object2IntOpenHashMap<TypeTable.Type> typeIndex = new Object2IntOpenHashMap<>();
    private final Object2IntOpenHashMap<String> stringIndex = new Object2IntOpenHashMap<>();
    /** Others ask for what is in it while this adds. */
    private final List<String> strings = Collections.synchronizedList(new ArrayList<>());
    /** Whether convert wrote it, so that threads and times are the trace's own. */
    private final boolean isConverted;

    private long records;
    private long firstNanos = Long.MIN_VALUE;

    LogReader(TraceInput input, LogSource source, String format) {
        super(source.info() != null ? source.info() : unplaced(format), input);
        this.source = source;
        isConverted = source.info() != null;
        typeIndex.put(NO_TYPE, 0);
        stringIndex.defaultReturnValue(-1);
        for (String column : source.unknownColumns()) {
            notes().fact("column \"" + column + "\" is not known: passed over");
        }
    }

    @Override
    protected boolean readRecord() throws IOException {
        try {
            if (!source.next(record)) {
                return false;
            }
            interpret();
            records++;
            return true;
        } catch (BadInputException e) {
            if (!source.isTorn()) {
                throw e;
            }
            notes().fact("the log stops in the middle of line "
                    + source.where().substring(source.where().lastIndexOf(':') + 1) + ", which is left out");
            return false;
        }
    }

    private void interpret() throws BadInputException {
        String title = record.text(Column.OP);
        LogOp op = title == null ? null : LogOp.byTitle(title.trim());
        if (op == null) {
            throw bad("op is " + (title == null ? "missing" : "\"" + LogRecord.excerpt(title) + "\"")
                    + ", expected alloc, free, realloc, write, rss, gc, free-os-memory, checkpoint, …");
        }
        if (op.isPlaced() && !info().placed()) {
            throw bad(op.title + " belongs to a Go trace, but the log has no head that says it is one");
        }
        Columns columns = readColumns(op);
        standAt();
        switch (op) {
            case ALLOC -> allocate(columns.a, aligned(columns.b), columns.c);
            case REALLOC ->
                reallocate(record.number(Column.OLD, columns.a, where()), columns.a, aligned(columns.b), columns.c);
            case FREE -> release(columns.a);
            case WRITE -> {
                if (info().placed()) {
                    event(op.kind, columns.a, columns.b, 0);
                } else if (!write(columns.a, columns.b)) {
                    unknownWrites.increment();
                }
            }
            default -> event(op.kind, columns.a, columns.b, columns.c);
        }
    }

    private record Columns(long a, long b, int c) {}

    private Columns readColumns(LogOp op) throws BadInputException {
        return new Columns(field(op.a), field(op.b), toInt(field(op.c)));
    }

    private long field(LogOp.Field field) throws BadInputException {
        return switch (field) {
            case NONE -> 0;
            case ID -> record.required(Column.ID, where()) - (info().placed() ? info().heapBase() : 0);
            case SIZE -> record.required(Column.SIZE, where());
            case PAGES -> pages(record.required(Column.SIZE, where()));
            case VALUE -> record.required(Column.VALUE, where());
            case DETAIL -> record.required(Column.DETAIL, where());
            case TYPE -> type();
            case NAME -> name();
        };
    }

    private long pages(long bytes) throws BadInputException {
        if (bytes % PAGE_BYTES != 0) {
            throw bad("a span of " + bytes + " bytes, expected whole pages of " + PAGE_BYTES);
        }
        return bytes / PAGE_BYTES;
    }

    private int toInt(long value) throws BadInputException {
        if (value != (int) value) {
            throw bad(value + " does not fit 32 bits");
        }
        return (int) value;
    }

    private long aligned(long bytes) throws BadInputException {
        return record.has(Column.ALIGN) ? alignedSize(bytes, record.number(Column.ALIGN, 1, where())) : bytes;
    }

    private void standAt() throws BadInputException {
        long nanos = record.number(Column.TIME, 0, where());
        long thread = record.number(Column.THREAD, 0, where());
        if (isConverted) {
            if (thread < 0 || thread > Short.MAX_VALUE) {
                throw bad("thread " + thread + ", expected 0 to " + Short.MAX_VALUE);
            }
            atNumber((int) thread, nanos);
        } else {
            if (firstNanos == Long.MIN_VALUE) {
                firstNanos = nanos;
            }
            at(thread, Math.max(0, nanos - firstNanos));
        }
    }

    private int type() throws BadInputException {
        String typeName = record.text(Column.TYPE);
        TypeTable.Type type = new TypeTable.Type(
                typeName == null ? "" : typeName,
                record.number(Column.TYPE_SIZE, 0, where()),
                record.number(Column.POINTER_BYTES, 0, where()),
                pointers(),
                zeroed());
        if (!typeIndex.containsKey(type)) {
            typeIndex.put(type, types().add(type));
        }
        return typeIndex.getInt(type);
    }

    private Pointers pointers() throws BadInputException {
        String text = record.text(Column.POINTERS);
        if (text == null) {
            return Pointers.UNKNOWN;
        }
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> Pointers.YES;
            case "no", "false" -> Pointers.NO;
            case "unknown" -> Pointers.UNKNOWN;
            default -> throw bad("pointers is \"" + LogRecord.excerpt(text) + "\", expected yes, no or unknown");
        };
    }

    private boolean zeroed() throws BadInputException {
        String text = record.text(Column.ZEROED);
        if (text == null) {
            return true;
        }
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw bad("zeroed is \"" + LogRecord.excerpt(text) + "\", expected true or false");
        };
    }

    private int name() {
        String text = record.text(Column.NAME) == null ? "" : record.text(Column.NAME);
        int index = stringIndex.getInt(text);
        if (index < 0) {
            index = strings.size();
            strings.add(text);
            stringIndex.put(text, index);
        }
        return index;
    }

    private BadInputException bad(String problem) {
        return new BadInputException(where(), problem);
    }

    @Override
    protected void ended() {
        for (String warning : source.warnings()) {
            notes().fact(warning);
        }
        if (source.isCutShort()) {
            notes().fact("the compressed file stops in the middle");
        }
        if (isConverted && source.announcedEvents() != records) {
            notes().fact("the log stops in the middle: its end, which counts the events, is missing or counts others");
        }
    }

    @Override
    protected String where() {
        return source.where();
    }

    @Override
    public String string(int index) {
        return strings.get(index);
    }
}
