package dev.needzero.cli;

import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** A command's options by what they are about: the command's own first, those that many commands share under headings. */
final class OptionGroups {
    /** More options than this in a synopsis hide the arguments. */
    private static final int MAX_IN_SYNOPSIS = 12;

    /** Options of these are shared; a command without any of them has too few for headings. */
    private static final Map<Class<?>, String> SHARED = Map.of(
            ReplayOptions.class, "The replay",
            DamageOption.class, "The replay",
            GcOptions.class, "The collector",
            OsOptions.class, "The operating system");

    private static final Map<Class<?>, String> FILES = Map.of(
            ExportOptions.class, "Files to write",
            ChartOption.class, "Files to write",
            JsonOption.class, "Files to write");

    private static final Set<String> STANDARD = Set.of("--help", "--version", "--stacktrace");
    private static final List<String> ORDER =
            List.of("", "The replay", "The collector", "The operating system", "Files to write", "Help");

    private OptionGroups() {}

    /** Says how a command and its subcommands list their options. */
    static void install(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        if (of(spec).size() > 1) {
            line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionGroups::list);
        }
        UsageMessageSpec usage = spec.usageMessage();
        if (spec.options().size() > MAX_IN_SYNOPSIS && usage.customSynopsis().length == 0) {
            usage.abbreviateSynopsis(true);
        }
        line.getSubcommands().values().forEach(OptionGroups::install);
    }

    /** The visible options under their headings, which end in no colon; one heading, an empty one, where they are few. */
    static Map<String, List<OptionSpec>> of(CommandSpec spec) {
        List<OptionSpec> visible = new ArrayList<>(spec.options());
        visible.removeIf(OptionSpec::hidden);
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        if (visible.stream().noneMatch(option -> SHARED.containsKey(owner(option)))) {
            groups.put("", visible);
            return groups;
        }
        ORDER.forEach(heading -> groups.put(heading, new ArrayList<>()));
        visible.forEach(option -> groups.get(heading(option)).add(option));
        groups.values().removeIf(List::isEmpty);
        return groups;
    }

    private static String heading(OptionSpec option) {
        if (STANDARD.contains(option.longestName())) {
            return "Help";
        }
        Class<?> owner = owner(option);
        return owner == null ? "" : SHARED.getOrDefault(owner, FILES.getOrDefault(owner, ""));
    }

    private static Class<?> owner(OptionSpec option) {
        return option.userObject() instanceof Member member ? member.getDeclaringClass() : null;
    }

    private static String list(Help help) {
        CommandSpec spec = help.commandSpec();
        StringBuilder text = new StringBuilder();
        of(spec).forEach((heading, options) -> {
            if (!heading.isEmpty()) {
                text.append('\n').append(heading).append(":\n");
            }
            Help.Layout layout =
                    help.createDefaultLayout(spec.options(), spec.positionalParameters(), help.colorScheme());
            List<OptionSpec> sorted = new ArrayList<>(options);
            sorted.sort(help.createDefaultOptionSort());
            layout.addOptions(sorted, help.createDefaultParamLabelRenderer());
            text.append(layout);
        });
        return text.toString();
    }
}
