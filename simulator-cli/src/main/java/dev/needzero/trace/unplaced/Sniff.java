package dev.needzero.trace.unplaced;

import java.nio.charset.StandardCharsets;

/** Helpers to tell text formats apart by their first bytes. */
public final class Sniff {
    private Sniff() {}

    /** The first line that is neither empty nor a {@code #} comment; empty if the head holds none. */
    public static String firstLine(byte[] head) {
        return line(head, 0);
    }

    /** The {@code index}-th such line, from 0. */
    public static String line(byte[] head, int index) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        int left = index;
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            String line = text.substring(start, end < 0 ? text.length() : end).strip();
            if (!line.isEmpty() && line.charAt(0) != '#' && left-- == 0) {
                return line;
            }
            start = end < 0 ? text.length() : end + 1;
        }
        return "";
    }
}
