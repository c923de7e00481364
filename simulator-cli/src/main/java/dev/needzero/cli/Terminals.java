package dev.needzero.cli;

import java.io.Console;

/** Whether somebody sits at a terminal. */
final class Terminals {
    private Terminals() {}

    /** The terminal that both standard input and standard output are, or null. */
    static Console console() {
        Console console = System.console();
        if (console == null) {
            return null;
        }
        try {
            // From Java 22 on there is a console even where there is no terminal, and a method that tells.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console) ? console : null;
        } catch (ReflectiveOperationException e) {
            return console;
        }
    }
}
