package dev.needzero.trace.weealloc;

import dev.needzero.trace.TraceInput;
import dev.needzero.trace.unplaced.CTypes;
import dev.needzero.trace.unplaced.LineScanner;
import dev.needzero.trace.unplaced.TextReader;
import java.io.IOException;

/**
 * {@code Alloc(BYTES),} and {@code Free(ORDINAL),}, one a line; the ordinal counts the allocations before the one meant,
 * from 0. No clock, no threads.
 */
final class WeeAllocReader extends TextReader {
    private final CTypes c = new CTypes(types(), notes());
    private long allocations;

    WeeAllocReader(TraceInput input) {
        super(unplaced(WeeAllocFormat.NAME), input);
        at(0, 0);
    }

    @Override
    protected void parse(LineScanner line) throws IOException {
        line.skipSpaces();
        if (line.atEnd()) {
            return;
        }
        if (line.takeWord("Alloc(")) {
            long bytes = line.decimal("size");
            finish(line);
            allocate(allocations, bytes, c.malloc);
            allocations++;
        } else if (line.takeWord("Free(")) {
            long ordinal = line.decimal("ordinal");
            finish(line);
            if (ordinal >= allocations) {
                throw line.bad("frees allocation " + ordinal + ", but only " + allocations + " were made before it");
            }
            if (!isLive(ordinal)) {
                throw line.bad("frees allocation " + ordinal + ", which was freed before");
            }
            release(ordinal);
        } else {
            throw line.bad("found " + line.excerpt() + ", expected Alloc(BYTES), or Free(ORDINAL),");
        }
    }

    private static void finish(LineScanner line) throws IOException {
        line.expect(')', "after the number");
        line.take(',');
        line.expectEnd();
    }
}
