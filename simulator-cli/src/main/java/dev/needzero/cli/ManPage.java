package dev.needzero.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's manual page in the man macros of roff. */
final class ManPage {
    private final StringBuilder out = new StringBuilder();
    private final CommandLine line;
    private final CommandSpec spec;

    private ManPage(CommandLine line) {
        this.line = line;
        this.spec = line.getCommandSpec();
    }

    static String of(CommandLine line) {
        return new ManPage(line).page();
    }

    private String page() {
        String name = spec.qualifiedName("-");
        macro("TH", name.toUpperCase(Locale.ROOT), "1", "", "needzero", "needzero");
        macro("SH", "NAME");
        text(name + " \\- " + escaped(CommandGroups.summary(spec).replaceAll("\\.$", "")));
        macro("SH", "SYNOPSIS");
        macro("nf");
        for (String synopsis : line.getHelp().synopsis(0).strip().lines().toList()) {
            text(escaped(synopsis.strip()));
        }
        macro("fi");
        macro("SH", "DESCRIPTION");
        for (String paragraph : spec.usageMessage().description()) {
            if (!paragraph.isBlank()) {
                macro("PP");
                text(escaped(plain(paragraph)));
            }
        }
        arguments();
        commands();
        footer();
        return out.toString();
    }

    private void arguments() {
        List<PositionalParamSpec> positionals = spec.positionalParameters();
        Map<String, List<OptionSpec>> groups = OptionGroups.of(spec);
        if (positionals.isEmpty() && groups.isEmpty()) {
            return;
        }
        macro("SH", "OPTIONS");
        for (PositionalParamSpec positional : positionals) {
            tagged("\\fI" + escaped(positional.paramLabel()) + "\\fR", positional.description());
        }
        groups.forEach((heading, options) -> {
            if (!heading.isEmpty()) {
                macro("SS", heading);
            }
            options.forEach(this::option);
        });
    }

    private void option(OptionSpec option) {
            List<String> names = new ArrayList<>();
            for (String name : option.names()) {
                names.add("\\fB" + escaped(name) + "\\fR");
            }
            String label = option.arity().max() > 0 ? " \\fI" + escaped(option.paramLabel()) + "\\fR" : "";
            tagged(String.join(", ", names) + label, option.description());
    }

    private void tagged(String tag, String[] description) {
        macro("TP");
        text(tag);
        text(escaped(plain(String.join(" ", description))));
    }

    private void commands() {
        if (line.getSubcommands().isEmpty()) {
            return;
        }
        macro("SH", "COMMANDS");
        line.getSubcommands().forEach((name, command) -> {
            macro("TP");
            text("\\fB" + escaped(name) + "\\fR");
            text(escaped(CommandGroups.summary(command.getCommandSpec())));
        });
    }

    /** What stands below the options in a command's help; a heading with a colon becomes a section. */
    private void footer() {
        boolean literal = false;
        for (String footer : spec.usageMessage().footer()) {
            String text = plain(footer);
            if (text.matches("[A-Z][a-z ]+:")) {
                macro("SH", text.substring(0, text.length() - 1).toUpperCase(Locale.ROOT));
                macro("nf");
                literal = true;
            } else if (text.isBlank()) {
                if (literal) {
                    macro("fi");
                    literal = false;
                }
                macro("PP");
            } else {
                text(escaped(text.strip()));
            }
        }
        if (literal) {
            macro("fi");
        }
    }

    /** picocli's markup and variables worked out, without escape codes. */
    private String plain(String marked) {
        String text = marked.replace("%%", "%").replace("%n", " ");
        for (OptionSpec option : spec.options()) {
            if (option.description().length > 0
                    && String.join(" ", option.description()).contains(marked)) {
                String value = option.defaultValue() == null ? "none" : option.defaultValue();
                text = text.replace("${DEFAULT-VALUE}", value);
                if (option.completionCandidates() != null) {
                    text = text.replace("${COMPLETION-CANDIDATES}", String.join(", ", option.completionCandidates()));
                }
            }
        }
        return Help.Ansi.OFF.string(text);
    }

    private void macro(String name, String... arguments) {
        out.append('.').append(name);
        for (String argument : arguments) {
            out.append(' ').append(argument.isEmpty() || argument.contains(" ") ? '"' + argument + '"' : argument);
        }
        out.append('\n');
    }

    /** A line of text; one that begins like a macro is kept from being one. */
    private void text(String line) {
        out.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "")
                .append(line)
                .append('\n');
    }

    /** What is not ASCII goes by its number, for roff reads bytes. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.replace("\\", "\\e").replace("-", "\\-").codePoints().forEach(c -> {
            if (c < 128) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append(String.format(Locale.ROOT, "\\[u%04X]", c));
            }
        });
        return escaped.toString();
    }
}
