package dev.needzero.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code needzero} command: hands its arguments to the command that they name. */
@Command(
        name = "needzero",
        mixinStandardHelpOptions = true,
        versionProvider = Main.ManifestVersion.class,
        description = "A digital twin of the Go memory allocator on a model of the operating system's pages.")
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command given: see needzero --help");
    }

    /** The version that the build wrote into the jar's manifest; classes outside a jar have none. */
    static final class ManifestVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"needzero " + (version == null ? "(not packaged)" : version)};
        }
    }
}
