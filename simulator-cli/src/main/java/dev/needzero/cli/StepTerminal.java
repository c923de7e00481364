package dev.needzero.cli;

import dev.needzero.report.StepScreen;
import dev.needzero.report.Wrapped;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/** The full-screen view: draws after every key, and puts the terminal back as it was. */
final class StepTerminal {
    private static final int MIN_COLUMNS = 80;
    private static final int MIN_ROWS = 24;
    /** How long after an escape the rest of an arrow key may take, even over a slow line. */
    private static final long ESCAPE_MILLIS = 60;

    private static final String KEYS =
            "n → next  p ← back  a alloc  s span  g growth  c gc  d diff  /type  :event  ? q";

    private final Terminal terminal;
    private final StepSession session;
    private final boolean colours;

    StepTerminal(Terminal terminal, StepSession session, boolean colours) {
        this.terminal = terminal;
        this.session = session;
        this.colours = colours;
    }

    void run() throws IOException {
        Attributes before = terminal.enterRawMode();
        Display display = new Display(terminal, true);
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        try {
            while (!session.over()) {
                draw(display, session.message().isEmpty() ? KEYS : session.message());
                String command = command(display);
                if (command != null) {
                    draw(display, "…");
                    session.command(command);
                }
            }
        } finally {
            terminal.puts(Capability.cursor_visible);
            terminal.puts(Capability.exit_ca_mode);
            terminal.flush();
            terminal.setAttributes(before);
        }
    }

    private void draw(Display display, String lastLine) {
        int columns = Math.max(MIN_COLUMNS, terminal.getWidth());
        int rows = Math.max(MIN_ROWS, terminal.getHeight());
        display.resize(rows, columns);
        List<AttributedString> lines = new ArrayList<>();
        for (StepScreen.Line line : session.draw(columns, rows - 1)) {
            lines.add(line.map() && colours ? coloured(line.text()) : new AttributedString(line.text()));
        }
        while (lines.size() < rows - 1) {
            lines.add(AttributedString.EMPTY);
        }
        // A long message takes the place of the map's last rows.
        List<String> said = Wrapped.text("", lastLine).lines().toList();
        for (int i = 0; i < said.size(); i++) {
            int row = rows - said.size() + i;
            AttributedString text =
                    new AttributedString(said.get(i), colours ? AttributedStyle.INVERSE : AttributedStyle.DEFAULT);
            if (row < lines.size()) {
                lines.set(row, text);
            } else {
                lines.add(text);
            }
        }
        display.update(lines, -1);
        terminal.flush();
    }

    private static AttributedString coloured(String map) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        for (int i = 0; i < map.length(); i++) {
            char sign = map.charAt(i);
            AttributedStyle style = switch (Character.toUpperCase(sign)) {
                case 'P' -> AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
                case 'Z' -> AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
                case 'R' -> AttributedStyle.DEFAULT.foreground(AttributedStyle.BLUE);
                case 'H' -> AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW);
                case '@' -> AttributedStyle.INVERSE;
                default -> AttributedStyle.DEFAULT;
            };
            line.styled(style, String.valueOf(sign));
        }
        return line.toAttributedString();
    }

    /** The command that the next key stands for; null when it stands for none. */
    private String command(Display display) throws IOException {
        NonBlockingReader keys = terminal.reader();
        int key = keys.read();
        return switch (key) {
            case -1, 3, 4 -> "q";
            case 27 -> escape(keys);
            case '\r', '\n', ' ' -> "n";
            case '/' -> typed(display, "/");
            case ':' -> typed(display, ":");
            default -> Character.toString(key);
        };
    }

    private static String escape(NonBlockingReader keys) throws IOException {
        int bracket = keys.read(ESCAPE_MILLIS);
        if (bracket != '[' && bracket != 'O') {
            return null;
        }
        int key = keys.read(ESCAPE_MILLIS);
        if (key >= '0' && key <= '9') {
            keys.read(ESCAPE_MILLIS); // the tilde behind it
        }
        return switch (key) {
            case 'C' -> "n";
            case 'D' -> "p";
            case 'B', '6' -> "n 100";
            case 'A', '5' -> "p 100";
            case 'H', '1' -> "0";
            case 'F', '4' -> "e";
            default -> null;
        };
    }

    /** What is typed on the last line, its lead included where that is part of the command; null when it was given up. */
    private String typed(Display display, String lead) throws IOException {
        StringBuilder text = new StringBuilder();
        while (true) {
            draw(display, lead + text);
            int key = terminal.reader().read();
            if (key == '\r' || key == '\n') {
                return lead.equals("/") ? lead + text : text.toString();
            }
            if (key == 127 || key == 8) {
                text.setLength(Math.max(0, text.length() - 1));
            } else if (key == 27 || key == 3 || key == -1) {
                return null;
            } else if (key >= ' ') {
                text.appendCodePoint(key);
            }
        }
    }
}
