package dev.needzero.trace.nzt;

import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TypeTable.Pointers;

/** The codes of INFO and TYPES payloads. */
final class NztInfo {
    static final int PLACED = 1;
    static final int EXACT_FREES = 2;
    static final int GO_VERSION = 4;

    static final int ZEROED = 4;
    private static final int POINTERS_MASK = 3;

    private NztInfo() {}

    static TraceInfo read(ByteSource in) throws DamagedBlockException {
        String format = in.text();
        int flags = in.u8();
        String goVersion = (flags & GO_VERSION) != 0 ? in.text() : null;
        long heapBase = in.uv();
        long firstPageOffset = in.sv();
        TraceInfo info = new TraceInfo(
                format, (flags & PLACED) != 0, goVersion, heapBase, firstPageOffset, (flags & EXACT_FREES) != 0);
        if (info.objection() != null) {
            throw new DamagedBlockException(info.objection());
        }
        return info;
    }

    static int code(Pointers pointers) {
        return switch (pointers) {
            case NO -> 0;
            case YES -> 1;
            case UNKNOWN -> 2;
        };
    }

    static Pointers pointers(int code) {
        return switch (code & POINTERS_MASK) {
            case 0 -> Pointers.NO;
            case 1 -> Pointers.YES;
            default -> Pointers.UNKNOWN;
        };
    }
}
