package dev.needzero.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** OS pages on which twin and kernel differ, by cause. */
public final class Differences {
    private final long[] tooMany = new long[PageCause.values().length];
    private final long[] missing = new long[PageCause.values().length];

    void add(PageCause cause, boolean twinHasIt) {
        (twinHasIt ? tooMany : missing)[cause.ordinal()]++;
    }

    /** Adds those of another look. */
    public void add(Differences other) {
        for (int i = 0; i < tooMany.length; i++) {
            tooMany[i] += other.tooMany[i];
            missing[i] += other.missing[i];
        }
    }

    /** Pages resident in the twin alone. */
    public long tooMany(PageCause cause) {
        return tooMany[cause.ordinal()];
    }

    /** Pages resident in the recorded process alone. */
    public long missing(PageCause cause) {
        return missing[cause.ordinal()];
    }

    public long pages(PageCause cause) {
        return tooMany(cause) + missing(cause);
    }

    /** The causes that there are, with their sizes. */
    public List<Object> toJson() {
        List<Object> json = new ArrayList<>();
        for (PageCause cause : PageCause.values()) {
            if (pages(cause) > 0) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("cause", cause.what());
                one.put("kind", cause.why());
                one.put("tooManyPages", tooMany(cause));
                one.put("missingPages", missing(cause));
                json.add(one);
            }
        }
        return json;
    }
}
