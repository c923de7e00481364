package dev.needzero.cli;

import dev.needzero.report.Comparison;
import java.io.PrintWriter;

/** What commands print alike. */
final class Printing {
    private Printing() {}

    /** The table, what it rests on, and what the trace left open. */
    static void comparison(PrintWriter out, Comparison result, String assumptions) {
        result.table().print(out);
        if (!result.verdicts().isEmpty()) {
            out.print("\n" + String.join("\n", result.verdicts()) + "\n");
        }
        out.print("\n" + assumptions + "\n");
        for (String note : result.notes()) {
            out.print("Note: " + note + ".\n");
        }
        out.flush();
    }
}
