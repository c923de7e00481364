package dev.needzero.experiment;

import dev.needzero.trace.TypeTable;
import dev.needzero.units.ByteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the program itself writes of its objects, as far as the trace does not say: {@code WHAT=HOW} rules, the first that
 * matches wins.
 *
 * <p>WHAT: {@code untyped}, {@code small}, {@code large}, a type's name (a trailing {@code *} stands for any ending) or
 * {@code default}. HOW: {@code all}, {@code none}, {@code 25%} or a size: the object's first bytes.
 *
 * <p>One more WHAT is {@code unknown}: large objects without pointers that a Go trace's head already holds. It does not
 * name their types, so that they would pass for untyped ones, which are written whole.
 */
public final class TouchRules {
    /** Everything is written. */
    public static final TouchRules ALL = parse("default=all");

    private record Rule(String what, double fraction, long bytes) {
        boolean matches(TypeTable.Type type, boolean untyped, boolean large) {
            return switch (what) {
                case "default" -> true;
                case "untyped" -> untyped;
                case "small" -> !large;
                case "large" -> large;
                case "unknown" -> false;
                default ->
                    !untyped
                            && (what.endsWith("*") && what.length() > 1
                                    ? type.name().startsWith(what.substring(0, what.length() - 1))
                                    : type.name().equals(what));
            };
        }

        long apply(long objectBytes) {
            return fraction >= 0 ? (long) Math.ceil(objectBytes * fraction) : Math.min(objectBytes, bytes);
        }
    }

    private final String text;
    private final List<Rule> rules;

    private TouchRules(String text, List<Rule> rules) {
        this.text = text;
        this.rules = rules;
    }

    /**
     * Reads rules separated by white space; {@code default=all} is understood at the end.
     *
     * @throws IllegalArgumentException naming the rule at fault and what was expected
     */
    public static TouchRules parse(String text) {
        List<Rule> rules = new ArrayList<>();
        for (String word : text.trim().split("\\s+")) {
            if (word.isEmpty()) {
                continue;
            }
            int eq = word.lastIndexOf('=');
            if (eq < 1 || eq == word.length() - 1) {
                throw new IllegalArgumentException("touch rule \"" + word
                        + "\": expected WHAT=HOW, WHAT one of untyped, unknown, small, large, default or a type's name, HOW one of"
                        + " all, none, 25% or a size as in 64KiB");
            }
            rules.add(rule(word, word.substring(0, eq), word.substring(eq + 1)));
        }
        rules.add(new Rule("default", 1, 0));
        return new TouchRules(text.trim().isEmpty() ? "default=all" : text.trim(), rules);
    }

    private static Rule rule(String word, String what, String how) {
        if (how.equals("all")) {
            return new Rule(what, 1, 0);
        }
        if (how.equals("none")) {
            return new Rule(what, 0, 0);
        }
        try {
            if (how.endsWith("%")) {
                double percent = Double.parseDouble(how.substring(0, how.length() - 1));
                if (percent >= 0 && percent <= 100) {
                    return new Rule(what, percent / 100, 0);
                }
            } else {
                return new Rule(what, -1, ByteSize.parse(how));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "touch rule \"" + word + "\": expected all, none, 0% to 100% or a size as in 64KiB after \"=\"");
        }
        throw new IllegalArgumentException("touch rule \"" + word + "\": expected 0% to 100%");
    }

    /** Bytes written of a large object that was there when the trace began, and of which it says no more than the size. */
    long unknownBytes(TypeTable.Type untyped, long objectBytes) {
        for (Rule rule : rules) {
            if (rule.what.equals("unknown") || rule.matches(untyped, true, true)) {
                return rule.apply(objectBytes);
            }
        }
        throw new IllegalStateException("the last rule matches everything");
    }

    /** Bytes that the program writes of an object of this type and size. */
    public long bytes(TypeTable.Type type, boolean untyped, boolean large, long objectBytes) {
        for (Rule rule : rules) {
            if (rule.matches(type, untyped, large)) {
                return rule.apply(objectBytes);
            }
        }
        throw new IllegalStateException("the last rule matches everything");
    }

    @Override
    public String toString() {
        return text;
    }

    /**
     * The rules' answers for the types and sizes of one replay, worked out once each: bytes to write by type and size
     * class, for objects that the trace gives a slot and a type but no size.
     */
    static final class Cache {
        private final TouchRules rules;
        private final TypeTable types;
        private int[][] smallBytes = new int[64][];
        /** The last answer for each type, most of which come in one size class: {@code [size class + 1][bytes]}, 32 bits each. */
        private long[] lastSmall = new long[64];

        Cache(TouchRules rules, TypeTable types) {
            this.rules = rules;
            this.types = types;
        }

        /** Bytes asked for, as far as slot and type tell: the most values of the type that fit. */
        static long inferSize(TypeTable.Type type, long roomBytes) {
            long size = type.sizeBytes();
            return size > 0 && size <= roomBytes ? roomBytes / size * size : roomBytes;
        }

        /** Bytes written of a small object with this much room. */
        int small(int type, int sizeClass, int roomBytes) {
            long[] last = lastSmall;
            if (type < last.length && last[type] >>> 32 == sizeClass + 1) {
                return (int) last[type];
            }
            return lookUp(type, sizeClass, roomBytes);
        }

        private int lookUp(int type, int sizeClass, int roomBytes) {
            if (type >= smallBytes.length) {
                smallBytes = Arrays.copyOf(smallBytes, Math.max(type + 1, smallBytes.length * 2));
                lastSmall = Arrays.copyOf(lastSmall, smallBytes.length);
            }
            int[] row = smallBytes[type];
            if (row == null) {
                row = new int[68];
                Arrays.fill(row, -1);
                smallBytes[type] = row;
            }
            if (row[sizeClass] < 0) {
                TypeTable.Type t = types.get(type);
                row[sizeClass] = (int) rules.bytes(t, type == 0, false, inferSize(t, roomBytes));
            }
            lastSmall[type] = sizeClass + 1L << 32 | row[sizeClass];
            return row[sizeClass];
        }

        /** Bytes written of a large object that was there when the trace began. */
        long largeBefore(int type, long roomBytes) {
            return type == 0 ? rules.unknownBytes(types.get(type), roomBytes) : large(type, roomBytes);
        }

        long large(int type, long roomBytes) {
            TypeTable.Type t = types.get(type);
            return rules.bytes(t, type == 0, true, inferSize(t, roomBytes));
        }
    }
}
