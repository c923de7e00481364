package dev.needzero.cli;

import dev.needzero.trace.Nearest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line on standard error and an exit code. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final BooleanSupplier stackTrace;

    Errors(BooleanSupplier stackTrace) {
        this.stackTrace = stackTrace;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine at = e.getCommandLine();
        String command = at.getCommandSpec().qualifiedName();
        String message = ParserWords.of(firstLine(e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched) {
            message = unmatched(unmatched.getUnmatched().get(0), at);
        }
        return report(at, e, command + ": " + message + " (see " + command + " --help)", Exit.USAGE);
    }

    private static String unmatched(String word, CommandLine at) {
        if (word.startsWith("-")) {
            String name = word.replaceFirst("=.*", "");
            return "there is no option " + name
                    + Nearest.hint(name, at.getCommandSpec().optionsMap().keySet());
        }
        return at.getSubcommands().isEmpty()
                ? "\"" + word + "\" is one argument too many"
                : "there is no command \"" + word + "\""
                        + Nearest.hint(word, at.getSubcommands().keySet());
    }

    @Override
    public int handleExecutionException(Exception thrown, CommandLine at, ParseResult parsed) {
        Exception e = thrown instanceof UncheckedIOException unchecked ? unchecked.getCause() : thrown;
        if (e instanceof FileSystemException files) {
            return report(at, e, "needzero: " + files.getFile() + ": " + reason(files), Exit.BAD_INPUT);
        }
        if (e instanceof IOException) {
            return report(at, e, "needzero: " + firstLine(e.getMessage()), Exit.BAD_INPUT);
        }
        String hint = stackTrace.getAsBoolean() ? "" : " (--stacktrace shows where)";
        return report(at, e, "needzero: a bug of ours: " + firstLine(e.toString()) + hint, Exit.BUG);
    }

    private static String reason(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "the file exists";
        }
        return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    }

    private int report(CommandLine at, Exception e, String line, int exit) {
        PrintWriter err = at.getErr();
        err.print(line + "\n");
        if (stackTrace.getAsBoolean()) {
            e.printStackTrace(err);
        }
        err.flush();
        return exit;
    }

    private static String firstLine(String message) {
        if (message == null) {
            return "no message";
        }
        // What an input brought along must not command the terminal.
        return message.strip().split("\\R", 2)[0].replaceAll("\\p{Cntrl}", "?");
    }
}
