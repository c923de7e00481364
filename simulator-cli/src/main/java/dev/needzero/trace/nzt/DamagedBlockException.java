package dev.needzero.trace.nzt;

import java.io.IOException;

/** A block does not hold what a block may hold. The reader adds which block and where. */
final class DamagedBlockException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedBlockException(String problem) {
        super(problem);
    }
}
