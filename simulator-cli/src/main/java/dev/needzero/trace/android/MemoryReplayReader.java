package dev.needzero.trace.android;

import dev.needzero.trace.TraceInput;
import dev.needzero.trace.unplaced.CTypes;
import dev.needzero.trace.unplaced.LineScanner;
import dev.needzero.trace.unplaced.Notes;
import dev.needzero.trace.unplaced.TextReader;
import java.io.IOException;
import java.io.InputStream;

/**
 * A call a line: {@code TID: malloc PTR SIZE}, {@code calloc PTR COUNT SIZE}, {@code realloc NEW OLD SIZE},
 * {@code memalign PTR ALIGN SIZE}, {@code free PTR}, each with an optional {@code START END} in nanoseconds, and
 * {@code thread_done 0x0 [END]}. Pointers are hexadecimal, all else decimal.
 *
 * <p>An event's time is its call's start; a call that starts before the trace's first line does is put at 0.
 */
final class MemoryReplayReader extends TextReader {
    private final CTypes c = new CTypes(types(), notes());
    private final Notes.Counter failed = notes().counter("requests that the recorder's allocator refused: left out");

    private long firstNanos = -1;

    MemoryReplayReader(TraceInput input, InputStream text) {
        super(unplaced(MemoryReplayFormat.NAME), input, text);
    }

    @Override
    protected void parse(LineScanner line) throws IOException {
        line.skipSpaces();
        if (line.atEnd()) {
            return;
        }
        long tid = line.decimal("thread id");
        line.expect(':', "after the thread id");
        line.skipSpaces();
        if (line.takeWord("malloc ")) {
            malloc(line, tid);
        } else if (line.takeWord("calloc ")) {
            calloc(line, tid);
        } else if (line.takeWord("realloc ")) {
            realloc(line, tid);
        } else if (line.takeWord("memalign ")) {
            memalign(line, tid);
        } else if (line.takeWord("free ")) {
            free(line, tid);
        } else if (line.takeWord("thread_done ")) {
            pointer(line);
            if (!line.atEnd()) {
                number(line, "end time");
            }
            line.expectEnd();
            threadEnded(tid);
        } else {
            throw line.bad("found " + line.excerpt()
                    + ", expected malloc, calloc, realloc, memalign, free or thread_done and a pointer");
        }
    }

    private void malloc(LineScanner line, long tid) throws IOException {
        long pointer = pointer(line);
        long bytes = number(line, "size");
        times(line, tid);
        if (granted(pointer)) {
            allocate(pointer, bytes, c.malloc);
        }
    }

    private void calloc(LineScanner line, long tid) throws IOException {
        long pointer = pointer(line);
        long count = number(line, "item count");
        long itemBytes = number(line, "item size");
        times(line, tid);
        if (granted(pointer)) {
            if (Math.multiplyHigh(count, itemBytes) != 0 || count * itemBytes < 0) {
                throw line.bad(count + " items of " + itemBytes + " bytes are more than an address space holds");
            }
            allocate(pointer, count * itemBytes, c.calloc);
        }
    }

    private void realloc(LineScanner line, long tid) throws IOException {
        long newPointer = pointer(line);
        long oldPointer = pointer(line);
        long bytes = number(line, "size");
        times(line, tid);
        if (newPointer != 0) {
            if (oldPointer == 0) {
                allocate(newPointer, bytes, c.realloc);
            } else {
                reallocate(oldPointer, newPointer, bytes, c.realloc);
            }
        } else if (bytes == 0 && oldPointer != 0) {
            release(oldPointer);
        } else {
            failed.increment();
        }
    }

    private void memalign(LineScanner line, long tid) throws IOException {
        long pointer = pointer(line);
        long alignmentBytes = number(line, "alignment");
        long bytes = number(line, "size");
        times(line, tid);
        if (granted(pointer)) {
            allocate(pointer, alignedSize(bytes, alignmentBytes), c.memalign);
        }
    }

    private void free(LineScanner line, long tid) throws IOException {
        long pointer = pointer(line);
        times(line, tid);
        if (pointer != 0) {
            release(pointer);
        }
    }

    private boolean granted(long pointer) {
        if (pointer == 0) {
            failed.increment();
        }
        return pointer != 0;
    }

    private static long pointer(LineScanner line) throws IOException {
        line.skipSpaces();
        long pointer = line.hex("pointer");
        line.skipSpaces();
        return pointer;
    }

    private static long number(LineScanner line, String what) throws IOException {
        line.skipSpaces();
        long value = line.decimal(what);
        line.skipSpaces();
        return value;
    }

    private void times(LineScanner line, long tid) throws IOException {
        long startNanos = 0;
        if (!line.atEnd()) {
            startNanos = number(line, "start time");
            number(line, "end time");
            if (firstNanos < 0) {
                firstNanos = startNanos;
            }
            startNanos = Math.max(0, startNanos - firstNanos);
        }
        line.expectEnd();
        at(tid, startNanos);
    }
}
