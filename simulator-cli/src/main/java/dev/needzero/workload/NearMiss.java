package dev.needzero.workload;

import java.util.Collection;

/** What someone may have meant who wrote a name that is not known. */
public final class NearMiss {
    /** More edits than this do not make a near miss. */
    private static final int NEAR = 3;

    private NearMiss() {}

    /** {@code "did you mean X? "}, or nothing when no known name is near. */
    public static String of(String word, Collection<String> known) {
        String nearest = null;
        int nearestEdits = NEAR + 1;
        for (String name : known) {
            int edits = edits(name, word);
            if (edits < nearestEdits && edits < name.length()) {
                nearest = name;
                nearestEdits = edits;
            }
        }
        return nearest == null ? "" : "did you mean " + nearest + "? ";
    }

    /** Insertions, deletions and replacements that lead from one word to the other. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
