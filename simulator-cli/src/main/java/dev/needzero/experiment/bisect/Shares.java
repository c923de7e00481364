package dev.needzero.experiment.bisect;

import java.util.ArrayList;
import java.util.List;

/**
 * What each change does to a metric by itself, among the others, and what they do to each other.
 *
 * @param rows a change a row
 * @param together what all of them do
 */
public record Shares(List<Row> rows, long together) {
    /**
     * One change.
     *
     * @param alone the older version's figure with only this change made, less the older version's
     * @param last the newer version's figure, less the newer version's without this change
     */
    public record Row(Change change, long alone, long last) {
        /** What the change does only because of the others. */
        public long interaction() {
            return last - alone;
        }
    }

    static void want(Twins twins, Variant older, List<Change> changes) {
        for (int i = 0; i < changes.size(); i++) {
            twins.want(older.with(changes.get(i)));
            twins.want(without(older, changes, i));
        }
    }

    static Shares of(Twins twins, Variant older, List<Change> changes) {
        List<Row> rows = new ArrayList<>();
        long from = twins.figure(older);
        long to = twins.figure(older.with(changes));
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            long alone = twins.figure(older.with(change)) - from;
            rows.add(new Row(change, alone, to - twins.figure(without(older, changes, i))));
        }
        return new Shares(rows, to - from);
    }

    private static Variant without(Variant older, List<Change> changes, int left) {
        List<Change> others = new ArrayList<>(changes);
        others.remove(left);
        return older.with(others);
    }

    /** What the changes do alone, summed. */
    public long aloneSummed() {
        return rows.stream().mapToLong(Row::alone).sum();
    }

    /** What is left when the changes' own doings are taken from what they do together. */
    public long interaction() {
        return together - aloneSummed();
    }
}
