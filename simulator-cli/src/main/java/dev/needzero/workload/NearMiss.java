package dev.needzero.workload;

import java.util.Collection;

/** What someone who mistyped may have meant. */
final class NearMiss {
    private NearMiss() {}

    /** As in {@code ; did you mean thp?}, or nothing where no name is near. */
    static String hint(String typed, Collection<String> known) {
        String nearest = null;
        int fewest = Math.max(2, typed.length() / 3) + 1;
        for (String name : known) {
            int edits = edits(typed, name);
            if (edits < fewest && edits < name.length()) {
                nearest = name;
                fewest = edits;
            }
        }
        return nearest == null ? "" : "; did you mean " + nearest + "?";
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
