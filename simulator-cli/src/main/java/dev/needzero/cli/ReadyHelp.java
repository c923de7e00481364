package dev.needzero.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * {@code needzero --help} as the program printed it when it was built: it is the same at every start, and working it out
 * takes longer than all else. Where the build left none, it is worked out.
 */
final class ReadyHelp {
    /** With the styles that a terminal shows. */
    private static final String RESOURCE = "help.txt";

    private static final char ESCAPE = '\u001b';

    private ReadyHelp() {}

    /**
     * What these arguments have printed.
     *
     * @param styled whether with escape codes
     * @return null when they ask for something else, or the build left nothing
     */
    static String of(String[] args, boolean styled) {
        if (args.length != 1 || !args[0].equals("--help") && !args[0].equals("-h")) {
            return null;
        }
        try (InputStream in = ReadyHelp.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                return null;
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return styled ? text : plain(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        int at = 0;
        for (int escape = text.indexOf(ESCAPE); escape >= 0; escape = text.indexOf(ESCAPE, at)) {
            plain.append(text, at, escape);
            at = text.indexOf('m', escape) + 1;
        }
        return plain.append(text, at, text.length()).toString();
    }
}
