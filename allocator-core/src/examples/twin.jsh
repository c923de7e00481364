// jshell --class-path allocator-core/target/classes allocator-core/src/examples/twin.jsh
import dev.needzero.os.Cause;
import dev.needzero.runtime.Behaviours;
import dev.needzero.runtime.GoRuntime;

// 64 slices of 1 MiB, all pointers, of which the program writes the first page
for (String version : Behaviours.versions()) {
    GoRuntime go = GoRuntime.of(version);
    for (int i = 0; i < 64; i++) {
        go.os().write(go.make(1 << 20, true), 4096, Cause.PROGRAM);
    }
    System.out.println("Go " + version + ": " + go.os().rssBytes() / 1024 + " KiB resident");
}
