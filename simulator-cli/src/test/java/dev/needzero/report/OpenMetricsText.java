package dev.needzero.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of OpenMetrics 1.0 text, as far as gauges, counters and infos go: every rule of the specification's grammar
 * and of its sections on families, units and suffixes that such a text can break.
 */
final class OpenMetricsText {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final Pattern DESCRIPTOR = Pattern.compile("# (TYPE|UNIT|HELP) (" + NAME + ") (.*)");
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(\\{(.*)})? (-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)( -?\\d+(\\.\\d+)?)?");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[n\"\\\\])*)\"");

    /** Values by name and labels as they stand in the text. */
    final Map<String, Double> values = new LinkedHashMap<>();

    private final Set<String> families = new HashSet<>();
    private String family = "";
    private String type = "";
    private Set<String> described = new HashSet<>();
    private boolean sampled;

    private OpenMetricsText() {}

    /**
     * Reads a text.
     *
     * @throws AssertionError with the line at fault
     */
    static OpenMetricsText parse(String text) {
        check(text.endsWith("\n# EOF\n"), "ends with # EOF and a line feed");
        check(!text.contains("\r"), "lines end in line feeds alone");
        OpenMetricsText parsed = new OpenMetricsText();
        List<String> lines = new ArrayList<>(List.of(text.split("\n")));
        lines.remove(lines.size() - 1);
        for (String line : lines) {
            parsed.line(line);
        }
        return parsed;
    }

    private void line(String line) {
        Matcher descriptor = DESCRIPTOR.matcher(line);
        if (descriptor.matches()) {
            describe(line, descriptor.group(1), descriptor.group(2), descriptor.group(3));
            return;
        }
        check(!line.startsWith("#"), "only TYPE, UNIT, HELP and EOF are comments: " + line);
        Matcher sample = SAMPLE.matcher(line);
        check(sample.matches(), "a sample: " + line);
        sampled = true;
        String suffix = switch (type) {
            case "counter" -> "_total";
            case "info" -> "_info";
            default -> "";
        };
        check(sample.group(1).equals(family + suffix), "a " + type + " of " + family + ": " + line);
        double value = Double.parseDouble(sample.group(4));
        check(!type.equals("counter") || value >= 0, "a counter is not negative: " + line);
        check(!type.equals("info") || value == 1, "an info is 1: " + line);
        labels(line, sample.group(3));
        check(values.put(line.substring(0, line.lastIndexOf(' ')), value) == null, "said twice: " + line);
    }

    private void describe(String line, String what, String name, String text) {
        if (!name.equals(family)) {
            check(families.add(name), "a family's lines stand together: " + line);
            family = name;
            type = "unknown";
            described = new HashSet<>();
            sampled = false;
        }
        check(!sampled, "descriptors come before samples: " + line);
        check(described.add(what), "described twice: " + line);
        if (what.equals("TYPE")) {
            check(Set.of("gauge", "counter", "info").contains(text), "a type that is expected here: " + line);
            type = text;
            check(!text.equals("counter") || !name.endsWith("_total"), "a counter's family has no _total: " + line);
        } else if (what.equals("UNIT")) {
            check(name.endsWith("_" + text), "a unit is its name's suffix: " + line);
            check(!type.equals("info"), "an info has no unit: " + line);
        } else {
            check(text.matches("(?:[^\\\\\"\\n]|\\\\[n\"\\\\])*"), "an escaped text: " + line);
        }
    }

    private static void labels(String line, String labels) {
        if (labels == null) {
            return;
        }
        Map<String, String> seen = new HashMap<>();
        int at = 0;
        Matcher label = LABEL.matcher(labels);
        while (at < labels.length()) {
            check(label.find(at) && label.start() == at, "a label at " + at + ": " + line);
            check(seen.put(label.group(1), label.group(2)) == null, "a label said twice: " + line);
            at = label.end();
            check(at == labels.length() || labels.charAt(at) == ',', "a comma after a label: " + line);
            at++;
        }
    }

    private static void check(boolean ok, String expected) {
        if (!ok) {
            throw new AssertionError("expected " + expected);
        }
    }
}
