package dev.needzero.trace.cmt;

import dev.needzero.trace.TraceInput;
import dev.needzero.trace.unplaced.CTypes;
import dev.needzero.trace.unplaced.LineScanner;
import dev.needzero.trace.unplaced.Notes;
import dev.needzero.trace.unplaced.TextReader;
import java.io.IOException;

/**
 * A call a line: {@code malloc(8) = ADDR<ID>}, {@code calloc(COUNT, BYTES) = …}, {@code realloc(ADDR<ID>, 16) = ADDR<ID>},
 * {@code aligned_alloc(ALIGN, BYTES) = …}, {@code posix_memalign(ALIGN, BYTES) = …}, {@code free(ADDR<ID>)}. ID is an
 * object's number, unique in the trace; without it the address names the object. What stands behind a call (cmt's
 * tools note lifetimes there) is passed over. No clock, no threads.
 */
final class CmtReader extends TextReader {
    private final CTypes c = new CTypes(types(), notes());
    private final Notes.Counter failed = notes().counter("requests that the recorder's allocator refused: left out");

    CmtReader(TraceInput input) {
        super(unplaced(CmtFormat.NAME), input);
        at(0, 0);
    }

    @Override
    protected void parse(LineScanner line) throws IOException {
        line.skipSpaces();
        if (line.atEnd() || line.peek() == '#') {
            return;
        }
        if (line.takeWord("malloc(")) {
            long bytes = line.decimal("size");
            place(result(line), bytes, c.malloc);
        } else if (line.takeWord("calloc(")) {
            calloc(line);
        } else if (line.takeWord("realloc(")) {
            realloc(line);
        } else if (line.takeWord("aligned_alloc(") || line.takeWord("posix_memalign(") || line.takeWord("memalign(")) {
            long alignmentBytes = line.decimal("alignment");
            comma(line);
            long bytes = line.decimal("size");
            long key = result(line);
            place(key, key == 0 ? 0 : alignedSize(bytes, alignmentBytes), c.memalign);
        } else if (line.takeWord("free(")) {
            long key = object(line);
            line.expect(')', "behind the object");
            if (key != 0) {
                release(key);
            }
        } else {
            throw line.bad("found " + line.excerpt()
                    + ", expected malloc(, calloc(, realloc(, aligned_alloc(, posix_memalign( or free(");
        }
    }

    private void calloc(LineScanner line) throws IOException {
        long count = line.decimal("item count");
        comma(line);
        long itemBytes = line.decimal("item size");
        long key = result(line);
        if (Math.multiplyHigh(count, itemBytes) != 0 || count * itemBytes < 0) {
            throw line.bad(count + " items of " + itemBytes + " bytes are more than an address space holds");
        }
        place(key, count * itemBytes, c.calloc);
    }

    private void realloc(LineScanner line) throws IOException {
        long oldKey = object(line);
        comma(line);
        long bytes = line.decimal("size");
        long newKey = result(line);
        if (oldKey == 0) {
            place(newKey, bytes, c.realloc);
        } else if (newKey != 0) {
            reallocate(oldKey, newKey, bytes, c.realloc);
        } else if (bytes == 0) {
            release(oldKey);
        } else {
            failed.increment();
        }
    }

    private void place(long key, long bytes, int type) throws IOException {
        if (key == 0) {
            failed.increment();
        } else {
            allocate(key, bytes, type);
        }
    }

    private static void comma(LineScanner line) throws IOException {
        line.skipSpaces();
        line.expect(',', "between the arguments");
        line.skipSpaces();
    }

    /** {@code ") = ADDR<ID>"}. */
    private static long result(LineScanner line) throws IOException {
        line.expect(')', "behind the arguments");
        line.skipSpaces();
        line.expect('=', "before the result");
        line.skipSpaces();
        return object(line);
    }

    /**
     * What names the object: its number, complemented so that no address can equal it, or its address; 0 for NULL.
     */
    private static long object(LineScanner line) throws IOException {
        line.skipSpaces();
        if (line.takeWord("NULL")) {
            return 0;
        }
        long address = line.hex("address");
        if (!line.take('<')) {
            return address;
        }
        long number = line.decimal("object number");
        line.expect('>', "behind the object number");
        return address == 0 ? 0 : ~number;
    }
}
