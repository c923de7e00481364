package dev.needzero.experiment;

import dev.needzero.heap.MSpan;

/** How many spans and objects the twin put where the recording had them. */
public final class Placement {
    long spans;
    long spansSame;
    long objects;
    long objectsSame;
    long inferredSpans;
    private final long heapBase;
    private String firstDifference;

    /** @param heapBase the address that the twin's offset 0 stands for */
    Placement(long heapBase) {
        this.heapBase = heapBase;
    }

    public long spans() {
        return spans;
    }

    public long spansSame() {
        return spansSame;
    }

    public long objects() {
        return objects;
    }

    public long objectsSame() {
        return objectsSame;
    }

    /** Stacks' spans that the recording shows by nothing but the pages it passed over. */
    public long inferredSpans() {
        return inferredSpans;
    }

    /** Where twin and recording first part, or null. */
    public String firstDifference() {
        return firstDifference;
    }

    /** A recorded span has its twin; where that lies is counted. */
    void bind(RecordedSpan r, MSpan t, long event) {
        r.twin = t;
        if (t.base() == r.base) {
            spansSame++;
        } else {
            differ(event, "span", r.base, t.base());
        }
    }

    /**
     * The twin did not choose as the recording did.
     *
     * @param twin its offset, or -1 where it would have used something that exists
     */
    void differ(long event, String what, long recorded, long twin) {
        if (firstDifference == null) {
            firstDifference = String.format(
                    "event %d: %s recorded at 0x%x, the twin puts it %s",
                    event,
                    what,
                    heapBase + recorded,
                    twin < 0 ? "elsewhere" : String.format("at 0x%x", heapBase + twin));
        }
    }
}
