package dev.needzero.cli;

import dev.needzero.report.Wrapped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/** {@code needzero --help}: the commands by what one wants of them, each with its first sentence. */
final class CommandGroups {
    private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();
    private static final String OTHERS = "More";
    private static final int NAME_COLUMNS = 15;

    static {
        GROUPS.put("Learn", List.of("lesson", "explain", "step", "versions", "publication", "history"));
        GROUPS.put("Replay a trace", List.of("replay", "compare", "report", "info"));
        GROUPS.put("Find out why, ask what if", List.of("bisect", "sweep", "headroom", "calibrate"));
        GROUPS.put("Hold it against what really happened", List.of("verify", "fidelity", "verify-kernel"));
        GROUPS.put("Make and convert traces", List.of("generate", "convert"));
    }

    private CommandGroups() {}

    /** Says how a command line with subcommands lists them. */
    static void install(CommandLine line) {
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroups::list);
    }

    private static String list(Help help) {
        Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
        StringBuilder text = new StringBuilder();
        GROUPS.forEach((title, names) -> {
            List<String> lines = new ArrayList<>();
            for (String name : names) {
                Help command = left.remove(name);
                if (command != null) {
                    lines.add(line(name, command));
                }
            }
            add(text, title, lines);
        });
        List<String> others = new ArrayList<>();
        left.forEach((name, command) -> others.add(line(name, command)));
        add(text, OTHERS, others);
        return text.toString();
    }

    private static void add(StringBuilder text, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append('\n').append(title).append(":\n");
            lines.forEach(text::append);
        }
    }

    private static String line(String name, Help command) {
        return Wrapped.text(String.format("  %-" + NAME_COLUMNS + "s", name), summary(command.commandSpec()));
    }

    /** What a command does, in its first sentence. */
    static String summary(CommandLine.Model.CommandSpec spec) {
        String[] description = spec.usageMessage().description();
        String first = description.length == 0 ? "" : String.format(description[0]);
        int end = first.indexOf(". ");
        return end < 0 ? first : first.substring(0, end + 1);
    }
}
