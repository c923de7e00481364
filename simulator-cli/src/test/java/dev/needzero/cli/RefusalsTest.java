package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every command with what it cannot do: one line on standard error that says where and what, the exit code of its kind,
 * nothing on standard output and nothing left in the directory. In a command line, {@code %name} is a file of the test's.
 */
class RefusalsTest {
    private static final Path TRUTH = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.truth.jsonl.gz");

    @TempDir
    Path directory;

    @BeforeEach
    void files() throws IOException {
        Path trace = Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz");
        Files.copy(trace, directory.resolve("small.gz"));
        Files.write(directory.resolve("cut.gz"), Arrays.copyOf(Files.readAllBytes(trace), 50));
        Files.createDirectory(directory.resolve("dir"));
        Files.createFile(directory.resolve("empty"));
        Files.writeString(directory.resolve("text"), "hello, this is nothing of the kind\n");
        Files.writeString(directory.resolve("text.csv"), "hello, this is nothing of the kind\n");
        Files.writeString(directory.resolve("text.jsonl"), "hello, this is nothing of the kind\n");
        byte[] noise = new byte[3000];
        new Random(1).nextBytes(noise);
        noise[0] = 7;
        Files.write(directory.resolve("noise"), noise);
    }

    private Invocation run(String command) {
        return Invocation.of((Object[]) Stream.of(command.strip().split("\\s+"))
                .map(word -> word.replace("%", directory + "/").replace("TRUTH", TRUTH.toString()))
                .toArray(String[]::new));
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    private void refused(int exit, String command, String says) throws IOException {
        List<String> before = listing();
        Invocation run = run(command);
        List<String> after = listing();
        assertAll(
                () -> assertEquals(exit, run.exit(), run.err()),
                () -> assertEquals("", run.out()),
                () -> assertEquals(1, run.err().lines().count(), run.err()),
                () -> assertTrue(run.err().contains(says), run.err()),
                () -> assertTrue(run.err().strip().chars().noneMatch(c -> c < ' '), run.err()),
                () -> assertEquals(before, after));
    }

    /** Whatever a command reads a trace for, it says the same of what is none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay TRACE",
                "compare TRACE",
                "info TRACE",
                "report TRACE -o %r.html",
                "convert TRACE %o.nzt",
                "explain TRACE --event 3",
                "step TRACE",
                "sweep TRACE --vary go=1.23,1.24 -o %s.csv",
                "bisect TRACE --good 1.21 --bad 1.24",
                "calibrate TRACE --rss 1MiB -o %c.touch",
                "headroom TRACE --limit 1GiB",
                "verify TRACE"
            })
    void whatIsNoTraceIsSaidToBeNone(String command) throws IOException {
        refused(Exit.BAD_INPUT, command.replace("TRACE", "%missing"), "missing: no such file");
        refused(Exit.BAD_INPUT, command.replace("TRACE", "%dir"), "dir: is a directory");
        refused(Exit.BAD_INPUT, command.replace("TRACE", "%empty"), "empty: the input is empty");
        refused(Exit.BAD_INPUT, command.replace("TRACE", "%text"), "text: not a trace of a known format");
        refused(Exit.BAD_INPUT, command.replace("TRACE", "%noise"), "noise: not a trace of a known format");
        refused(Exit.BAD_INPUT, command.replace("TRACE", "%cut.gz"), "cut.gz: ");
        refused(Exit.BAD_INPUT, command.replace("TRACE", "go-trac:%small.gz"), "no format is called 'go-trac'");
        refused(
                Exit.BAD_INPUT,
                command.replace("TRACE", "gen:smal"),
                command.startsWith("verify") ? "gen" : "did you mean small?");
    }

    /** Whatever a command writes, it looks first whether it can. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay %missing --json OUT",
                "replay %missing --csv OUT",
                "replay %missing --pprof OUT",
                "replay %missing --perfetto OUT",
                "replay %missing --openmetrics OUT",
                "replay %missing --smaps OUT",
                "compare %missing --json OUT",
                "verify %missing --json OUT",
                "fidelity %missing --json OUT",
                "info %missing --json OUT",
                "report %missing -o OUT",
                "convert %missing OUT --format csv",
                "generate small -o OUT",
                "explain 40000 --json OUT",
                "sweep %missing --vary go=1.23,1.24 --json OUT",
                "sweep merge OUT %text.csv",
                "bisect %missing --good 1.21 --bad 1.24 --json OUT",
                "history --json OUT",
                "calibrate %missing --rss 1MiB -o OUT",
                "headroom --mapped 1GiB --json OUT",
                "verify-kernel %missing --json OUT",
                "versions --json OUT"
            })
    void whereNothingCanBeWrittenIsKnownBeforeAnyWork(String command) throws IOException {
        refused(Exit.USAGE, command.replace("OUT", "%dir"), "dir: is a directory, not the name of a file");
        refused(Exit.USAGE, command.replace("OUT", "%nowhere/x"), "there is no directory ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            replay                                                  | TRACE is missing
            replay %small.gz more                                   | "more" is one argument too many
            replay %small.gz --jsn -                                | did you mean --json?
            replay %small.gz --json                                 | --json: FILE is missing behind it
            replay %small.gz --json %small.gz                       | is what is read; it would be replaced
            replay go-trace:%small.gz --csv %small.gz               | is what is read; it would be replaced
            replay %small.gz --json %x --csv %x                     | --csv
            replay %small.gz --json - --csv -                       | only one of the outputs can be -
            replay %small.gz --chart %x.pdf                         | .svg or .png
            replay %small.gz --go 1.99                              | known are 1.21
            replay %small.gz --go 1.23..                            | known are 1.21
            replay %small.gz --placement simulate                   | did you mean simulated?
            replay %small.gz --gc simulated --placement recorded    | --placement recorded
            replay %small.gz --gogc 50                              | add --gc simulated
            replay %small.gz --gc simulated --gogc -5               | --gogc -5: expected
            replay %small.gz --thp alway                            | did you mean always?
            replay %small.gz --os-page 4                            | 4KiB, 16KiB or 64KiB
            replay %small.gz --memory-max 1ZiB                      | "1ZiB" is not a byte count
            replay %small.gz --memory-max 0                         | leaves the heap nothing
            replay %small.gz --set largeZeroing                     | expected BEHAVIOUR=VALUE
            replay %small.gz --set largeZeroin=always               | did you mean largeZeroing?
            replay %small.gz --set largeZeroing=alway               | when-dirty, always
            replay %small.gz --set sizeClasses=@%text               | line 1
            replay %small.gz --touch large                          | expected WHAT=HOW
            replay %small.gz --touch @%noise                        | touch rule
            replay %small.gz --check-every x                        | --check-every x: expected a whole number
            replay %small.gz --check-every 0                        | 1 or more
            replay %small.gz --skip-damaged                         | .nzt
            replay %small.gz --os kernle                            | did you mean kernel?
            replay %small.gz --limit 5                              | --os kernel
            compare %small.gz --go ,                                | a version is missing
            compare %small.gz --go 1.24..1.23                       | runs backwards
            verify -                                                | --truth
            verify - --truth TRUTH --os-page 64KiB                  | 4 KiB
            report %small.gz -o %r.html --go 1.23..1.99             | known are 1.21
            convert %small.gz                                       | OUT is missing
            convert %small.gz %o.xyz                                | .nzt, .csv or .jsonl
            convert %small.gz %o.csv --json %o.csv                  | is written by OUT, too
            convert %small.gz %text.csv                             | --force
            convert %small.gz %o.csv --format csvv                  | did you mean csv?
            generate                                                | WORKLOAD is missing
            generate smal -o %x.nzt                                 | did you mean small?
            generate small                                          | -o FILE is missing
            generate small?event=5 -o %x.nzt                        | did you mean events?
            generate small --events 0 -o %x.nzt                     | never ends by itself
            generate small --events 1e30 -o %x.nzt                  | a whole number
            generate small?procs=0 -o %x.nzt                        | expected 1 to 4096
            generate leak?sizes=64-32 -o %x.nzt                     | runs backwards
            generate small --like %text -o %x.nzt                   | leave out small
            explain                                                 | SIZE
            explain 17GiB                                           | expected 1 B to 16.0 GiB
            explain 0                                               | expected 1 B
            explain -5                                              | expected an object's size
            explain %small.gz                                       | --event N
            explain %small.gz --event -1                            | --event -1
            step -                                                  | give a file
            step %small.gz --go 1.22,1.23,1.24                      | expected one or two
            sweep %small.gz                                         | --vary KEY=VALUES is missing
            sweep merg                                              | did you mean merge?
            sweep --vary go=1.23                                    | TRACE is missing
            sweep - --vary go=1.23,1.24                             | standard input
            sweep %small.gz --vary gox=1                            | did you mean go?
            sweep %small.gz --vary thp=always,nevr                  | did you mean never?
            sweep %small.gz --vary go=1.23,1.24 --metric peakrss    | did you mean peak-rss?
            sweep %small.gz --vary go=1.23,1.24 --shard 4/3         | PART from 1 to PARTS
            sweep %small.gz --vary go=1.23,1.24 --go 1.25           | also given for every run
            sweep %small.gz --vary go=1.23,1.24 -o %s.txt           | .csv or .jsonl
            sweep %small.gz --vary go=1.23,1.24 -o %text.csv        | --resume goes on with it
            sweep %small.gz --vary go=1.23,1.24 --resume            | -o FILE
            sweep %small.gz %small.gz --vary go=1.23,1.24           | named twice
            sweep merge %o.csv                                      | FILE is missing
            sweep merge %text.csv %text.jsonl                       | --force
            bisect %small.gz                                        | is missing
            bisect %small.gz --good 1.21 --bad 1.24 --metric peak   | known are
            history clearng                                         | did you mean clearing?
            calibrate %small.gz                                     | one of --rss=SIZE, --smaps=FILE is missing
            calibrate %small.gz --rss 1 --smaps %text               | mutually exclusive
            calibrate %small.gz --rss 1MiB --checkpoint last        | a checkpoint's number, end or peak
            headroom                                                | give a TRACE
            headroom --mapped 1GiB --rss 2GiB                       | no more resident than mapped
            headroom --mapped 1GiB --limit 0                        | --limit
            headroom --mapped 1GiB --share 120                       | 0% to 100%
            headroom %small.gz --mapped 1GiB                        | the twin's own
            verify-kernel %small.gz --limit 1                       | nothing was touched
            lesson 99                                               | there is no lesson 99
            lesson first                                            | expected a whole number
            versions 1.24                                           | one argument too many
            publication --go 1.99                                   | known are
            completion csh                                          | expected bash or zsh or fish
            man replayy                                             | did you mean replay?
            rplay %small.gz                                         | did you mean replay?
            """)
    void whatCannotBeAskedIsAUsageError(String command, String says) throws IOException {
        refused(Exit.USAGE, command, says);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            replay nzt:%small.gz                                | not those of an .nzt file
            replay csv:%text                                    | text:1:
            replay go-trace:                                    | an empty name
            replay %small.gz --touch @%missing                  | missing: no such file
            replay %small.gz --touch @%dir                      | dir: is a directory
            verify %small.gz                                    | .truth.jsonl.gz: no such file
            verify %small.gz --truth %missing                   | missing: no such file
            verify %small.gz --truth %dir                       | dir: is a directory
            verify %small.gz --truth %text                      | text:1: is not JSON
            verify %small.gz --truth %empty                     | empty: the input is empty
            fidelity %missing                                   | is not a directory
            fidelity %dir                                       | holds no NAME@goVERSION
            generate --like %missing -o %x.nzt                  | missing: no such file
            generate --like %text -o %x.nzt                     | not a pprof profile
            explain %small.gz --event 99999999                  | there is no event 99999999
            sweep merge %o.csv %missing.csv                     | missing.csv: no such file
            sweep merge %o.csv %text.csv                        | text.csv:1:
            sweep merge %o.csv %text.jsonl                      | text.jsonl:1:
            calibrate %small.gz --rss 1MiB --checkpoint 99      | has no checkpoint 99
            calibrate %small.gz --smaps %missing                | missing: no such file
            calibrate %small.gz --smaps %noise                  | no line of it is a mapping
            headroom --smaps %dir                               | dir: is a directory
            headroom --smaps %text                              | no line of it is a mapping
            headroom --metrics %missing                         | missing: no such file
            headroom --metrics %noise                           | tells not how large the heap is
            verify-kernel %missing                              | missing: no such file
            """)
    void whatCannotBeReadIsBadInput(String command, String says) throws IOException {
        refused(Exit.BAD_INPUT, command, says);
    }

    @Test
    void anotherProgramsTruthIsNoOraclesWord() throws IOException {
        Path service = Invocation.TRACES.resolve("service@go1.23.0.truth.jsonl.gz");
        refused(Exit.BAD_INPUT, "verify %small.gz --truth " + service, "expected the truth of the same program");
    }

    @Test
    void aDamagedMetricsPageIsTextThatSaysNothing() throws IOException {
        Files.write(directory.resolve("page"), "go_memstats_sys_bytes \u00fc".getBytes(StandardCharsets.ISO_8859_1));
        refused(Exit.BAD_INPUT, "headroom --metrics %page", "tells not how large the heap is");
    }
}
