package dev.needzero.cli;

import dev.needzero.trace.Nearest;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What picocli's parser complains of, in the words of this program: the option, what it was given, what was expected. */
final class ParserWords {
    private static final String OF_OPTION = "Invalid value for option '([^']+)'(?: \\([^)]*\\))?: ";
    private static final String OF_PARAMETER = "Invalid value for positional parameter at index \\d+ \\(([^)]*)\\): ";
    private static final Pattern CHOICE = Pattern.compile(
            "(?:" + OF_OPTION + "|" + OF_PARAMETER + ")expected one of \\[(.*)] \\(case-insensitive\\) but was '(.*)'");
    private static final Pattern NUMBER =
            Pattern.compile("(?:" + OF_OPTION + "|" + OF_PARAMETER + ")'(.*)' is not an? (int|long|double)");
    private static final Pattern VALUE = Pattern.compile("(?:" + OF_OPTION + "|" + OF_PARAMETER + ")(.*)");
    private static final Pattern NO_VALUE =
            Pattern.compile("Missing required parameter for option '([^']+)' \\((.*)\\)");
    private static final Pattern NO_PARAMETER = Pattern.compile("Missing required parameters?: (.*)");
    private static final Pattern NO_PAIR =
            Pattern.compile("Value for option option '([^']+)' \\((.*)\\) should be in KEY=VALUE format but was (.*)");
    private static final Pattern ONE_OF =
            Pattern.compile("Missing required argument \\(specify one of these\\): \\((.*)\\)");

    private ParserWords() {}

    static String of(String said) {
        String message = said.replaceFirst("^Error: ", "");
        MatchResult m = matching(CHOICE, message);
        if (m != null) {
            List<String> choices =
                    Stream.of(m.group(3).toLowerCase(Locale.ROOT).split(", ")).toList();
            return named(m) + " " + m.group(4) + ": expected " + String.join(" or ", choices)
                    + Nearest.hint(m.group(4), choices);
        }
        m = matching(NUMBER, message);
        if (m != null) {
            return named(m) + " " + m.group(3) + ": expected a " + (m.group(4).equals("double") ? "" : "whole ")
                    + "number";
        }
        m = matching(VALUE, message);
        if (m != null) {
            return named(m) + ": " + m.group(3);
        }
        m = matching(NO_VALUE, message);
        if (m != null) {
            return m.group(1) + ": " + m.group(2) + " is missing behind it";
        }
        m = matching(NO_PAIR, message);
        if (m != null) {
            return m.group(1) + " " + m.group(3) + ": expected " + m.group(2);
        }
        m = matching(NO_PARAMETER, message);
        if (m != null) {
            return m.group(1).replace("'", "") + " is missing";
        }
        m = matching(ONE_OF, message);
        return m == null ? message : "one of " + m.group(1).replace(" | ", ", ") + " is missing";
    }

    /** The option or the parameter, whichever it was. */
    private static String named(MatchResult m) {
        return m.group(1) != null ? m.group(1) : m.group(2);
    }

    private static MatchResult matching(Pattern pattern, String message) {
        return pattern.matcher(message)
                .results()
                .filter(m -> m.end() - m.start() == message.length())
                .findFirst()
                .orElse(null);
    }
}
