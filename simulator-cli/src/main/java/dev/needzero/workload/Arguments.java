package dev.needzero.workload;

import dev.needzero.units.ByteSize;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values of a workload's parameters, each as its {@link Parameter} says it looks; what was not given has its
 * default.
 */
final class Arguments {
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");

    private final WorkloadKind kind;
    private final Map<String, String> given;

    Arguments(WorkloadKind kind, Map<String, String> given) {
        this.kind = kind;
        this.given = new TreeMap<>(given);
    }

    String text(String name) {
        String value = given.get(name);
        return value != null ? value : kind.parameter(name).defaultValue();
    }

    long count(String name) {
        String text = text(name);
        try {
            long n = new BigDecimal(text).longValueExact();
            if (n >= 0) {
                return n;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong(name, text, e);
        }
        throw wrong(name, text, null);
    }

    /** A count of at least one. */
    int positive(String name) {
        return positive(name, 1 << 30);
    }

    /** A count of at least one and at most so many. */
    int positive(String name, int most) {
        return between(name, 1, most);
    }

    int between(String name, int least, int most) {
        long n = count(name);
        if (n < least || n > most) {
            throw new IllegalArgumentException(
                    kind.name() + ": " + name + " cannot be " + n + " (expected " + least + " to " + most + ")");
        }
        return (int) n;
    }

    long bytes(String name) {
        String text = text(name);
        try {
            return ByteSize.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(kind.name() + ": " + name + ": " + e.getMessage(), e);
        }
    }

    /** 0.0 to 1.0. */
    double share(String name) {
        String text = text(name);
        try {
            double value = text.endsWith("%")
                    ? new BigDecimal(text.substring(0, text.length() - 1))
                            .movePointLeft(2)
                            .doubleValue()
                    : new BigDecimal(text).doubleValue();
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, text, e);
        }
        throw wrong(name, text, null);
    }

    /** Any number from 0 up. */
    double number(String name) {
        String text = text(name);
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value < Double.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, text, e);
        }
        throw wrong(name, text, null);
    }

    long nanos(String name) {
        String text = text(name);
        Matcher m = DURATION.matcher(text);
        if (!m.matches()) {
            throw wrong(name, text, null);
        }
        long unit = switch (m.group(2)) {
            case "ns" -> 1;
            case "us", "µs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000;
            case "m" -> 60_000_000_000L;
            default -> 3_600_000_000_000L;
        };
        return new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(unit)).longValue();
    }

    GoType type(String name) {
        try {
            return GoType.parse(text(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(kind.name() + ": " + name + ": " + e.getMessage(), e);
        }
    }

    /** One of the names of an enum's constants, in lower case. */
    <E extends Enum<E>> E choice(String name, Class<E> choices) {
        String text = text(name);
        StringBuilder known = new StringBuilder();
        for (E choice : choices.getEnumConstants()) {
            String word = choice.name().toLowerCase(Locale.ROOT);
            if (word.equals(text)) {
                return choice;
            }
            known.append(known.isEmpty() ? "" : ", ").append(word);
        }
        throw new IllegalArgumentException(
                kind.name() + ": " + name + " cannot be \"" + text + "\" (expected one of " + known + ")");
    }

    /** The same with one value changed. */
    Arguments with(String name, String value) {
        Arguments changed = new Arguments(kind, given);
        changed.given.put(kind.parameter(name).name(), value);
        return changed;
    }

    /** The parameters of another workload that this one runs a part of: what both have, this one's values. */
    Arguments as(WorkloadKind other) {
        Arguments handed = new Arguments(other, Map.of());
        given.forEach((name, value) -> {
            if (other.has(name)) {
                handed.given.put(name, value);
            }
        });
        return handed;
    }

    IllegalArgumentException wrong(String name, String text, Exception cause) {
        return new IllegalArgumentException(
                kind.name() + ": " + name + " cannot be \"" + text + "\" (expected "
                        + kind.parameter(name).kind().looks() + ")",
                cause);
    }

    /** What was given, as in a specification: {@code service?channels=64&fill=2%}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind.name());
        char before = '?';
        for (Map.Entry<String, String> e : given.entrySet()) {
            text.append(before).append(e.getKey()).append('=').append(e.getValue());
            before = '&';
        }
        return text.toString();
    }
}
