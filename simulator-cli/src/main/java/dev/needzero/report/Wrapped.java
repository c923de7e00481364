package dev.needzero.report;

/** Running text broken into lines that fit a terminal of 80 columns. */
public final class Wrapped {
    private static final int COLUMNS = 79;

    private Wrapped() {}

    /**
     * Breaks a paragraph at its spaces; its further lines are indented by as much as the lead is long.
     *
     * @param lead what stands before the first line, as in {@code "1. "}
     */
    public static String text(String lead, String paragraph) {
        StringBuilder text = new StringBuilder(lead);
        int column = lead.length();
        boolean first = true;
        for (String word : paragraph.split(" ")) {
            if (!first && column + 1 + word.length() > COLUMNS) {
                text.append('\n').append(" ".repeat(lead.length()));
                column = lead.length();
                first = true;
            }
            text.append(first ? "" : " ").append(word);
            column += word.length() + (first ? 0 : 1);
            first = false;
        }
        return text.append('\n').toString();
    }
}
