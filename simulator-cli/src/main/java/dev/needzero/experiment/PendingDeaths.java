package dev.needzero.experiment;

import dev.needzero.heap.MSpan;
import dev.needzero.heap.SpanClass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The twin's objects that are going to die, by the recorded mark that found them dead. When one dies in the time before that
 * mark is an assumption; the clock is the number of objects born.
 */
final class PendingDeaths {
    private final Lookahead lookahead;
    private final GcSettings.Death rule;
    private final List<Bucket> byMark = new ArrayList<>();
    private int next;

    /** Objects that one recorded mark found dead. */
    private static final class Bucket {
        MSpan[] spans = new MSpan[64];
        int[] slots = new int[64];
        int[] diesAt = new int[64];
        int size;
        final int[] arrived = new int[SpanClass.COUNT];

        void add(MSpan span, int slot, int at) {
            if (size == slots.length) {
                int length = size + (size >> 1);
                spans = Arrays.copyOf(spans, length);
                slots = Arrays.copyOf(slots, length);
                diesAt = Arrays.copyOf(diesAt, length);
            }
            spans[size] = span;
            slots[size] = slot;
            diesAt[size++] = at;
        }
    }

    PendingDeaths(Lookahead lookahead, GcSettings.Death rule) {
        this.lookahead = lookahead;
        this.rule = rule;
    }

    /**
     * An object was born.
     *
     * @param kind its span class as recorded
     */
    void add(long ordinal, int kind, MSpan span, int slot) {
        int marks = lookahead.marksToLive(ordinal);
        if (marks == Lookahead.NEVER) {
            return;
        }
        if (marks == Lookahead.BEFORE) {
            bucket(next).add(span, slot, 0);
            return;
        }
        int mark = lookahead.begunBefore(ordinal) + marks;
        Bucket b = bucket(mark);
        b.add(span, slot, diesAt(ordinal, mark, (double) b.arrived[kind]++ / lookahead.foundDead(mark, kind)));
    }

    /**
     * When an object dies.
     *
     * @param share of those of its kind that the same mark finds dead, how many were born before it
     */
    private int diesAt(long ordinal, int mark, double share) {
        int latest = lookahead.beginOrdinal(mark);
        int before = lookahead.beginOrdinal(mark - 1);
        int earliest = Math.max((int) ordinal, before);
        return switch (rule) {
            case LATE -> latest;
            case EARLY -> earliest;
            case EVEN -> Math.max(earliest, before + (int) ((latest - (double) before) * share));
        };
    }

    private Bucket bucket(int mark) {
        while (byMark.size() <= mark) {
            byMark.add(null);
        }
        Bucket b = byMark.get(mark);
        if (b == null) {
            b = new Bucket();
            byMark.set(mark, b);
        }
        return b;
    }

    /**
     * Marks dead in their spans all objects that are dead by now.
     *
     * @param ordinal the object born last
     * @return bytes of their slots
     */
    long apply(long ordinal) {
        long bytes = 0;
        for (; next < byMark.size() && lookahead.beginOrdinal(next) <= ordinal; next++) {
            bytes += apply(next, Integer.MAX_VALUE);
            byMark.set(next, null);
        }
        return bytes + apply(next, (int) ordinal);
    }

    private long apply(int mark, int ordinal) {
        Bucket b = mark < byMark.size() ? byMark.get(mark) : null;
        if (b == null) {
            return 0;
        }
        long bytes = 0;
        int left = 0;
        for (int i = 0; i < b.size; i++) {
            MSpan span = b.spans[i];
            if (b.diesAt[i] > ordinal) {
                b.spans[left] = span;
                b.slots[left] = b.slots[i];
                b.diesAt[left++] = b.diesAt[i];
            } else if (span.markDead(b.slots[i])) {
                bytes += span.slotBytes();
            }
        }
        Arrays.fill(b.spans, left, b.size, null);
        b.size = left;
        return bytes;
    }
}
