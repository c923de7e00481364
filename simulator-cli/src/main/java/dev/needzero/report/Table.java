package dev.needzero.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A plain-text table: the first column flush left, the others flush right, two spaces between. */
public final class Table {
    private final List<String[]> rows = new ArrayList<>();
    private boolean leftAligned;

    /** Adds a row; an empty row is a blank line, a row of one cell a heading that takes no part in the widths. */
    public Table row(String... cells) {
        rows.add(cells.clone());
        return this;
    }

    /** All columns flush left, for words rather than figures. */
    public Table leftAligned() {
        leftAligned = true;
        return this;
    }

    public void print(PrintWriter out) {
        int columns = rows.stream().mapToInt(r -> r.length).max().orElse(0);
        int[] width = new int[columns];
        for (String[] row : rows) {
            for (int c = 0; row.length > 1 && c < row.length; c++) {
                width[c] = Math.max(width[c], row[c].length());
            }
        }
        for (String[] row : rows) {
            out.print(line(row, width));
            out.print('\n');
        }
    }

    private String line(String[] row, int[] width) {
        StringBuilder line = new StringBuilder();
        for (int c = 0; c < row.length; c++) {
            String padding = " ".repeat(Math.max(0, width[c] - row[c].length()));
            line.append(c == 0 ? "" : "  ");
            line.append(c == 0 || leftAligned ? row[c] + padding : padding + row[c]);
        }
        return line.toString().stripTrailing();
    }

    /** The same as comma-separated values: one line a row, cells quoted where they must be. */
    public void printCsv(PrintWriter out) {
        for (String[] row : rows) {
            out.print(String.join(",", Arrays.stream(row).map(Table::quoted).toList()));
            out.print('\n');
        }
    }

    private static String quoted(String cell) {
        return cell.matches("(?s).*[\",\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
}
