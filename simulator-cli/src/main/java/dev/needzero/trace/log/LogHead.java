package dev.needzero.trace.log;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInfo;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a log that {@code convert} wrote says of its trace, as names and values. */
final class LogHead {
    static final String MARK = "needzero-log";
    static final String VERSION = "1";

    private static final String FORMAT = "format";
    private static final String PLACED = "placed";
    private static final String GO_VERSION = "goVersion";
    private static final String HEAP_BASE = "heapBase";
    private static final String FIRST_PAGE_OFFSET = "firstPageOffset";
    private static final String EXACT_FREES = "exactFrees";

    private LogHead() {}

    static Map<String, String> of(TraceInfo info) {
        Map<String, String> head = new LinkedHashMap<>();
        head.put(MARK, VERSION);
        head.put(FORMAT, info.format());
        head.put(PLACED, String.valueOf(info.placed()));
        if (info.goVersion() != null) {
            head.put(GO_VERSION, info.goVersion());
        }
        head.put(HEAP_BASE, "0x" + Long.toHexString(info.heapBase()));
        head.put(FIRST_PAGE_OFFSET, String.valueOf(info.firstPageOffset()));
        head.put(EXACT_FREES, String.valueOf(info.exactFrees()));
        return head;
    }

    static TraceInfo parse(Map<String, String> head, String where) throws BadInputException {
        if (!VERSION.equals(head.get(MARK))) {
            throw new BadInputException(
                    where, MARK + " is version " + head.get(MARK) + ", this program reads version " + VERSION);
        }
        try {
            TraceInfo info = new TraceInfo(
                    head.getOrDefault(FORMAT, "csv"),
                    Boolean.parseBoolean(head.get(PLACED)),
                    head.get(GO_VERSION),
                    LogRecord.parseNumber(head.getOrDefault(HEAP_BASE, "0")),
                    LogRecord.parseNumber(head.getOrDefault(FIRST_PAGE_OFFSET, "0")),
                    Boolean.parseBoolean(head.getOrDefault(EXACT_FREES, "true")));
            if (info.objection() != null) {
                throw new BadInputException(where, info.objection());
            }
            return info;
        } catch (NumberFormatException e) {
            throw new BadInputException(where, "the head holds a number that is none: " + e.getMessage());
        }
    }
}
