package dev.needzero.trace.malloclab;

import dev.needzero.trace.TraceInput;
import dev.needzero.trace.unplaced.CTypes;
import dev.needzero.trace.unplaced.LineScanner;
import dev.needzero.trace.unplaced.TextReader;
import java.io.IOException;

/**
 * Four numbers, one a line (suggested heap size, number of ids, number of operations, weight), then an operation a line:
 * {@code a ID BYTES}, {@code r ID BYTES}, {@code f ID}. No clock, no threads. A realloc of an id not alive allocates, as
 * {@code realloc(NULL)} does; freeing id -1 is {@code free(NULL)}.
 */
final class RepReader extends TextReader {
    private static final String[] HEAD = {"suggested heap size", "number of ids", "number of operations", "weight"};

    private final CTypes c = new CTypes(types(), notes());
    private int headLines;
    private long announcedOperations;
    private long operations;

    RepReader(TraceInput input) {
        super(unplaced(RepFormat.NAME), input);
        at(0, 0);
    }

    @Override
    protected void parse(LineScanner line) throws IOException {
        line.skipSpaces();
        if (line.atEnd()) {
            return;
        }
        if (headLines < HEAD.length) {
            head(line);
            return;
        }
        int operation = line.peek();
        if (operation != 'a' && operation != 'r' && operation != 'f') {
            throw line.bad("found " + line.excerpt() + ", expected a ID BYTES, r ID BYTES or f ID");
        }
        line.skip();
        line.skipSpaces();
        if (operation == 'f') {
            free(line);
        } else {
            allocateOrMove(line, operation == 'r');
        }
        operations++;
    }

    private void head(LineScanner line) throws IOException {
        long value = line.decimal(HEAD[headLines]);
        line.expectEnd();
        if (headLines == 2) {
            announcedOperations = value;
        }
        headLines++;
    }

    private void free(LineScanner line) throws IOException {
        if (line.takeWord("-1")) {
            line.expectEnd();
            return;
        }
        long id = line.decimal("id");
        line.expectEnd();
        if (!isLive(id)) {
            throw line.bad("frees id " + id + ", which is not allocated");
        }
        release(id);
    }

    private void allocateOrMove(LineScanner line, boolean move) throws IOException {
        long id = line.decimal("id");
        line.skipSpaces();
        long bytes = line.decimal("size");
        line.expectEnd();
        if (!isLive(id)) {
            allocate(id, bytes, move ? c.realloc : c.malloc);
        } else if (move) {
            reallocate(id, id, bytes, c.realloc);
        } else {
            throw line.bad("allocates id " + id + ", which is allocated already");
        }
    }

    @Override
    protected void ended() {
        if (operations != announcedOperations) {
            notes().fact("the head announces " + announcedOperations + " operations, the trace has " + operations);
        }
    }
}
