package dev.needzero.cli;

import dev.needzero.experiment.Replay;
import dev.needzero.experiment.explain.Stepper;
import dev.needzero.heap.HeapStats;
import dev.needzero.report.StepScreen;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** What one can tell a replay in steps to do, in words; keys of the full-screen view stand for the same words. */
final class StepSession {
    static final String HELP = "n next, p previous (n 100: so many), a allocation, s span, g growth, c collection,"
            + " d difference, /TYPE, EVENT number, 0 start, e end, + - zoom, q quit";

    private final Stepper stepper;
    private final String name;
    private int zoom;
    private String sought = "";
    private String message = "";
    private boolean over;

    StepSession(Stepper stepper, String name) {
        this.stepper = stepper;
        this.name = name;
    }

    /** What the last command has to say; empty when the screen says it all. */
    String message() {
        return message;
    }

    boolean over() {
        return over;
    }

    List<StepScreen.Line> draw(int columns, int rows) {
        return StepScreen.draw(stepper, name, columns, rows, zoom);
    }

    /** Does what a line says; an empty line is the next event. */
    void command(String line) throws IOException {
        message = "";
        String words = line.strip();
        if (words.startsWith("/")) {
            sought = words.length() > 1 ? words.substring(1).strip() : sought;
            String part = sought.toLowerCase(Locale.ROOT);
            until(
                    "object of a type like \"" + sought + "\"",
                    () -> stepper.isAllocation()
                            && !stepper.type().isEmpty()
                            && stepper.type().toLowerCase(Locale.ROOT).contains(part));
            return;
        }
        String[] parts = words.isEmpty() ? new String[] {"n"} : words.split("\\s+");
        if (parts.length > 2 || parts.length == 2 && !parts[1].matches("\\d{1,15}")) {
            message = "\"" + words + "\" is not understood: " + HELP;
            return;
        }
        long times = parts.length == 2 ? Long.parseLong(parts[1]) : 1;
        switch (parts[0]) {
            case "n" -> goTo(stepper.position() + times);
            case "p" -> goTo(Math.max(0, stepper.position() - times));
            case "a" -> until("allocation", stepper::isAllocation);
            case "s" ->
                untilMore("span", () -> {
                    HeapStats stats = first().runtime().heap().stats();
                    return stats.inHeap() + stats.inStacks() + stats.inWorkBufs();
                });
            case "g" -> untilMore("growth", () -> first().runtime().os().mappedBytes());
            case "c" -> untilMore("collection", () -> first().cycles());
            case "d" -> difference();
            case "e" -> goTo(Long.MAX_VALUE);
            case "+" -> zoom++;
            case "-" -> zoom = Math.max(0, zoom - 1);
            case "q" -> over = true;
            case "?", "h", "help" -> message = HELP;
            default -> {
                if (parts.length == 1 && parts[0].matches("\\d{1,15}")) {
                    goTo(Long.parseLong(parts[0]));
                } else {
                    message = "\"" + words + "\" is not understood: " + HELP;
                }
            }
        }
    }

    private Replay first() {
        return stepper.replays().get(0);
    }

    private void goTo(long position) throws IOException {
        stepper.goTo(position);
        if (stepper.position() < position && position != Long.MAX_VALUE) {
            message = "the trace ends here";
        }
    }

    private void until(String what, BooleanSupplier condition) throws IOException {
        if (!stepper.forwardUntil(condition)) {
            message = "no further " + what + ": the trace ends here";
        }
    }

    /** Until an amount is larger than it was one event before. */
    private void untilMore(String what, LongSupplier amount) throws IOException {
        long[] before = {amount.getAsLong()};
        until(what, () -> {
            long was = before[0];
            before[0] = amount.getAsLong();
            return before[0] > was;
        });
    }

    private void difference() throws IOException {
        if (stepper.replays().size() < 2) {
            message = "there is nothing to differ from: step with two versions, as in --go 1.23,1.24";
            return;
        }
        long resident = apart(0);
        long mapped = apart(1);
        long inUse = apart(2);
        until("difference", () -> apart(0) != resident || apart(1) != mapped || apart(2) != inUse);
    }

    /** How far the first two versions are apart in one of three amounts. */
    private long apart(int amount) {
        return amount(stepper.replays().get(0), amount)
                - amount(stepper.replays().get(1), amount);
    }

    private static long amount(Replay replay, int which) {
        return switch (which) {
            case 0 -> replay.runtime().os().rssBytes();
            case 1 -> replay.runtime().os().mappedBytes();
            default -> replay.runtime().heap().stats().inHeap();
        };
    }
}
