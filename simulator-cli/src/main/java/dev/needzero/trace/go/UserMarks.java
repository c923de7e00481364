package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import java.nio.charset.StandardCharsets;

/**
 * The program's own notes in a trace, user-log events with these keys:
 *
 * <ul>
 *   <li>{@code needzero.write}, {@code 0xADDRESS BYTES}: it wrote those bytes. There can be one an object, so it is parsed
 *       where it lies.
 *   <li>{@code needzero.checkpoint}, {@code NUMBER NAME}: it is about to read what the kernel and the runtime say of it.
 *       That takes the goroutine a while, during which others run; so the mark is held back until this goroutine is seen
 *       to go on with its own work. Its system calls tell when it had read which part: smaps by read, which pages are
 *       resident and then which are mapped to the zero page by pread from two places.
 * </ul>
 */
final class UserMarks {
    private static final byte[] WRITE = "needzero.write".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHECKPOINT = "needzero.checkpoint".getBytes(StandardCharsets.US_ASCII);
    private static final long MALFORMED = -1;
    private static final long MAX_DECIMAL = (Long.MAX_VALUE - 9) / 10;

    /** An allocation or two before the first system call belong to the reading; more do not. */
    private static final int MAX_BEFORE_SYSCALL = 4;

    /** Event types by which a goroutine shows that it goes on: not system calls, not the scheduler. */
    private static final boolean[] MOVES_ON = new boolean[256];

    static {
        for (int type : new int[] {14, 15, 17, 20, 21, 29, 35, 40, 41, 42, 43, 44, 47, 128, 129, 131, 132, 135, 136}) {
            MOVES_ON[type] = true;
        }
    }

    private final Tables tables;
    private final Batches batches;
    private final EventReader reader;
    private final Warnings warnings;
    private long heapBase;

    private boolean pending;
    private long goroutine;
    private int proc;
    private long time;
    private long number;
    private int name;
    private int syscalls;
    private int others;
    private Tables.Syscall previousSyscall = Tables.Syscall.OTHER;
    private long previousStack;
    private boolean pagesRead;

    private int at; // where the last number parsed ends

    UserMarks(Tables tables, Batches batches, EventReader reader, Warnings warnings) {
        this.tables = tables;
        this.batches = batches;
        this.reader = reader;
        this.warnings = warnings;
    }

    void setHeapBase(long address) {
        heapBase = address;
    }

    /** Whether a checkpoint is held back. */
    boolean isPending() {
        return pending;
    }

    /** Whether this event shows that the goroutine of the checkpoint held back has gone on. */
    boolean movesOn(MStream stream, int type) {
        if (stream.goroutine != goroutine) {
            return false;
        }
        if (type == EventType.GO_SYSCALL_BEGIN) {
            syscalls++;
            return false;
        }
        return MOVES_ON[type] && (syscalls > 0 || ++others > MAX_BEFORE_SYSCALL);
    }

    /** A goroutine begins a system call; the last one of its checkpoint's is over. */
    void syscall(long stack, MStream stream, long now, EventBatch out) throws BadInputException {
        if (!pending || stream.goroutine != goroutine) {
            return;
        }
        Tables.Syscall call = tables.syscall(stack);
        if (previousSyscall == Tables.Syscall.READ && call != Tables.Syscall.READ) {
            out.add(Kind.KERNEL_READ, stream.proc, now, number, 0, Kind.READ_SMAPS);
        } else if (previousSyscall == Tables.Syscall.PREAD && stack != previousStack && !pagesRead) {
            out.add(Kind.KERNEL_READ, stream.proc, now, number, 0, Kind.READ_PAGES);
            pagesRead = true;
        }
        previousSyscall = call;
        previousStack = stack;
    }

    /** Delivers the checkpoint held back. */
    void deliver(EventBatch out) {
        out.add(Kind.CHECKPOINT, proc, time, number, 0, name);
        pending = false;
    }

    void read(long key, long value, MStream stream, long now, EventBatch out) {
        if (tables.stringEquals(key, WRITE)) {
            write(value, stream, now, out);
        } else if (tables.stringEquals(key, CHECKPOINT)) {
            checkpoint(value, stream, now, out);
        }
    }

    private void write(long value, MStream stream, long now, EventBatch out) {
        long place = tables.stringPlace(value);
        if (place != 0) {
            byte[] bytes = batches.bytesAt(place);
            int from = Batches.index(place);
            int limit = from + Batches.length(place);
            if (limit - from > 2 && bytes[from] == '0' && bytes[from + 1] == 'x') {
                long address = hexadecimal(bytes, from + 2, limit);
                if (at > from + 2 && at < limit && bytes[at] == ' ') {
                    long length = decimal(bytes, at + 1, limit);
                    if (length >= 0 && at == limit) {
                        out.add(Kind.WRITE, stream.proc, now, address - heapBase, length, 0);
                        return;
                    }
                }
            }
        }
        warnings.malformedMark("a needzero.write mark is not \"0xADDRESS BYTES\": \"" + tables.string(value) + "\"");
    }

    private void checkpoint(long value, MStream stream, long now, EventBatch out) {
        String text = tables.string(value);
        int space = text.indexOf(' ');
        String digits = space < 0 ? text : text.substring(0, space);
        byte[] bytes = digits.getBytes(StandardCharsets.UTF_8);
        long found = decimal(bytes, 0, bytes.length);
        if (found < 0 || at != bytes.length) {
            warnings.malformedMark("a needzero.checkpoint mark is not \"NUMBER NAME\": \"" + text + "\"");
            return;
        }
        proc = stream.proc;
        time = now;
        number = found;
        name = reader.intern(space < 0 ? "" : text.substring(space + 1));
        goroutine = stream.goroutine;
        syscalls = 0;
        others = 0;
        previousSyscall = Tables.Syscall.OTHER;
        pagesRead = false;
        pending = true;
        if (goroutine == MStream.NO_GOROUTINE) {
            deliver(out);
        }
    }

    private long hexadecimal(byte[] bytes, int from, int limit) {
        long value = 0;
        at = from;
        while (at < limit && at - from < Long.BYTES * 2) {
            int digit = Character.digit(bytes[at], 16);
            if (digit < 0) {
                break;
            }
            value = (value << 4) | digit;
            at++;
        }
        return value;
    }

    private long decimal(byte[] bytes, int from, int limit) {
        long value = 0;
        at = from;
        while (at < limit && bytes[at] >= '0' && bytes[at] <= '9' && value <= MAX_DECIMAL) {
            value = value * 10 + bytes[at] - '0';
            at++;
        }
        return at == from ? MALFORMED : value;
    }
}
