package dev.needzero.trace.go;

import java.util.ArrayList;
import java.util.List;

/** What a user should know of a trace beyond its events; the first of many, then their number. */
final class Warnings {
    private static final int MAX_MALFORMED = 5;

    private String truncation;
    private final List<String> malformedMarks = new ArrayList<>();
    private long malformed;
    private long lostSpans;

    /** The first reason to think that the trace is cut short is the one that is told. */
    void truncated(String why) {
        truncation = truncation == null ? why : truncation;
    }

    void malformedMark(String text) {
        if (malformed++ < MAX_MALFORMED) {
            malformedMarks.add(text);
        }
    }

    void lostSpan() {
        lostSpans++;
    }

    List<String> list() {
        List<String> all = new ArrayList<>();
        if (truncation != null) {
            all.add(truncation);
        }
        if (lostSpans > 0) {
            all.add(lostSpans + " span(s) were freed whose allocation the tracer of Go 1.23 lost; inferred");
        }
        all.addAll(malformedMarks);
        if (malformed > MAX_MALFORMED) {
            all.add(malformed - MAX_MALFORMED + " more malformed marks were passed over");
        }
        return all;
    }
}
