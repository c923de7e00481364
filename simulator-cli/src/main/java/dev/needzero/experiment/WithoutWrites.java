package dev.needzero.experiment;

import dev.needzero.trace.EventBatch;
import dev.needzero.trace.ForwardingReader;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import java.io.IOException;

/** A trace as it would be had nobody marked what the program writes: the marks stand there still, each of no bytes. */
final class WithoutWrites extends ForwardingReader {
    private long marks;

    WithoutWrites(TraceReader source) {
        super(source);
    }

    /** Marks met so far. */
    long marks() {
        return marks;
    }

    @Override
    public boolean next(EventBatch batch) throws IOException {
        boolean more = source.next(batch);
        for (int i = 0; i < batch.size; i++) {
            if (batch.kind[i] == Kind.WRITE) {
                batch.b[i] = 0;
                marks++;
            }
        }
        return more;
    }
}
