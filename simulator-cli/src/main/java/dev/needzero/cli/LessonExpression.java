package dev.needzero.cli;

import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A figure of a lesson, computed from what its commands answer: terms and {@code + - * /} between them, spaces around,
 * worked off from left to right, and a unit. A term is a number, or {@code N:/key/0/key}: of the lesson's N-th command's JSON
 * the value at this place; a negative index counts from a list's end, {@code ~1} is a slash within a key.
 *
 * <p>{@code 2:/runs/1/endRssBytes - 2:/runs/0/endRssBytes as bytes}
 */
record LessonExpression(List<String> words, Unit unit) {
    /** How a figure is written. */
    enum Unit {
        COUNT,
        BYTES,
        TIMES,
        PERCENT,
        YESNO;

        String format(double value) {
            return switch (this) {
                case COUNT -> String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%,.1f", value);
                case BYTES -> ByteSize.format(Math.round(value));
                case TIMES -> String.format(Locale.ROOT, "%.2f times", value);
                case PERCENT -> String.format(Locale.ROOT, "%.1f %%", value);
                case YESNO -> value != 0 ? "yes" : "no";
            };
        }
    }

    /** Runs a lesson's commands, when their figures are asked for. */
    interface Figures {
        Map<String, Object> of(int command);
    }

    LessonExpression {
        words = List.copyOf(words);
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException with what was expected
     */
    static LessonExpression parse(String text) {
        int as = text.lastIndexOf(" as ");
        if (as < 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has no unit: expected EXPRESSION as bytes, or the like");
        }
        Unit unit;
        try {
            unit = Unit.valueOf(text.substring(as + 4).strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": expected as count, bytes, times, percent or yesno", e);
        }
        List<String> words =
                new ArrayList<>(List.of(text.substring(0, as).strip().split("\\s+")));
        for (int i = 0; i < words.size(); i++) {
            String expected = i % 2 == 0 ? "\\d+(\\.\\d+)?|\\d+:(/[^/]+)+" : "[-+*/]";
            if (!words.get(i).matches(expected)) {
                throw new IllegalArgumentException("\"" + words.get(i) + "\" in \"" + text + "\": expected "
                        + (i % 2 == 0 ? "a number or N:/key/key" : "+ - * or /"));
            }
        }
        if (words.size() % 2 == 0) {
            throw new IllegalArgumentException("\"" + text + "\" ends in the middle");
        }
        return new LessonExpression(words, unit);
    }

    double value(Figures figures) {
        double value = term(words.get(0), figures);
        for (int i = 1; i < words.size(); i += 2) {
            double right = term(words.get(i + 1), figures);
            value = switch (words.get(i)) {
                case "+" -> value + right;
                case "-" -> value - right;
                case "*" -> value * right;
                default -> value / right;
            };
        }
        return value;
    }

    String text(Figures figures) {
        return unit.format(value(figures));
    }

    /** Whether what somebody typed is this value, to a hundredth: a number, a size as in 64KiB, yes or no. */
    static boolean matches(String typed, double value, Unit unit) {
        String text = typed.strip().replace(",", "").replaceAll("\\s*(%|times|×)$", "");
        if (unit == Unit.YESNO) {
            return !text.isEmpty() && (value != 0 ? "yes" : "no").startsWith(text.toLowerCase(Locale.ROOT));
        }
        try {
            double number = unit == Unit.BYTES ? ByteSize.parse(text) : Double.parseDouble(text);
            return Math.abs(number - value) <= Math.abs(value) / 100;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static double term(String word, Figures figures) {
        int colon = word.indexOf(':');
        if (colon < 0) {
            return Double.parseDouble(word);
        }
        Object at = figures.of(Integer.parseInt(word.substring(0, colon)));
        for (String key : word.substring(colon + 2).split("/")) {
            at = step(at, key.replace("~1", "/"), word);
        }
        if (at instanceof Boolean bool) {
            return bool ? 1 : 0;
        }
        if (at instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalStateException(word + " is " + at + ", no figure");
    }

    private static Object step(Object at, String key, String word) {
        if (at instanceof Map<?, ?> map && map.containsKey(key)) {
            return map.get(key);
        }
        if (at instanceof List<?> list && key.matches("-?\\d+")) {
            int index = Integer.parseInt(key);
            index = index < 0 ? list.size() + index : index;
            if (index >= 0 && index < list.size()) {
                return list.get(index);
            }
        }
        throw new IllegalStateException(word + ": there is no " + key);
    }
}
