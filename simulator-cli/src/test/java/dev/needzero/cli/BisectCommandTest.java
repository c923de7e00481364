package dev.needzero.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commits that Go's own engineers found, found again on recordings. */
class BisectCommandTest {
    private static final String CHANNELS =
            Invocation.TRACES.resolve("large-chan-1M@go1.23.0.trace.gz").toString();
    private static final String CHANNELS_24 =
            Invocation.TRACES.resolve("large-chan-1M@go1.24.0.trace.gz").toString();
    private static final String SERVICE =
            Invocation.TRACES.resolve("service@go1.23.0.trace.gz").toString();

    private static Map<?, ?> culprit(Map<String, Object> json) {
        return (Map<?, ?>) json.get("culprit");
    }

    private static long number(Object json, String key) {
        return ((Number) ((Map<?, ?>) json).get(key)).longValue();
    }

    /** Both traces, and versions further apart than the two between which it happened. */
    @ParameterizedTest
    @CsvSource({
        "large-chan-1M@go1.23.0.trace.gz, 1.23",
        "large-chan-1M@go1.24.0.trace.gz, 1.21",
        "service@go1.23.0.trace.gz, 1.21",
        "service@go1.24.0.trace.zst, 1.23"
    })
    void findsTheRefactoringOfMallocgc(String trace, String good) throws IOException {
        Invocation run = Invocation.of(
                "bisect", Invocation.TRACES.resolve(trace), "--good", good, "--bad", "1.24", "--json", "-");
        assertEquals(Exit.DONE, run.exit(), run.err());
        Map<?, ?> culprit = culprit(run.json());
        assertEquals("8730fcf885", culprit.get("commit"));
        assertEquals(614257, culprit.get("changeList"));
        assertEquals(72991, culprit.get("issue"));
        assertEquals("first bad", culprit.get("verdict"));
        assertTrue(((Number) culprit.get("share")).doubleValue() > 0.9, culprit.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--good 1.25 --bad 1.24", "--good 1.24 --bad 1.25", "--old 1.24 --new 1.25"})
    void findsWhatMendedIt(String ends) throws IOException {
        Object[] words = ("bisect " + CHANNELS_24 + " " + ends + " --json -").split(" ");
        Invocation run = Invocation.of(words);
        assertEquals(Exit.DONE, run.exit(), run.err());
        assertEquals("df9888ea4e", culprit(run.json()).get("commit"));
        assertEquals(659956, culprit(run.json()).get("changeList"));
    }

    @Test
    void tellsItAsGitDoes() {
        String out = Invocation.of("bisect", SERVICE, "--good", "1.21", "--bad", "1.24")
                .out();
        assertTrue(
                out.matches("(?s).*Bisecting: \\d+ changes? left to test after this \\(roughly \\d+ steps?\\)\n\\[.*"),
                out);
        assertTrue(out.contains("8730fcf885 is the first bad change\n"), out);
        assertTrue(out.contains("CL 614257, golang/go#72991"), out);
    }

    @Test
    void saysSoWhenTheMetricDoesNotRise() {
        Invocation mended = Invocation.of("bisect", CHANNELS_24, "--good", "1.24", "--bad", "1.25");
        assertTrue(mended.out().contains("peak-rss does not rise from 1.24 to 1.25, it falls"), mended.out());
        Invocation same = Invocation.of("bisect", CHANNELS, "--good", "1.23", "--bad", "1.24", "--metric", "mapped");
        assertEquals(Exit.ANSWER_IS_NO, same.exit());
        assertTrue(same.out().contains("mapped does not rise from 1.23 to 1.24: it is the same"), same.out());
        Invocation none = Invocation.of("bisect", CHANNELS, "--good", "1.24", "--bad", "1.24.3");
        assertEquals(Exit.ANSWER_IS_NO, none.exit());
        assertTrue(none.out().contains("knows no difference"), none.out());
    }

    /** The same figures as a replay of the version with the one behaviour set. */
    @Test
    void sharesAreWhatReplaysSay() throws IOException {
        Map<String, Object> json = Invocation.of(
                        "bisect", SERVICE, "--good", "1.23", "--bad", "1.26", "--all", "--json", "-")
                .json();
        long good = number(json.get("good"), "figure");
        long bad = number(json.get("bad"), "figure");
        assertEquals(peak("1.23"), good);
        assertEquals(peak("1.26"), bad);
        Map<?, ?> shares = (Map<?, ?>) json.get("shares");
        Map<?, ?> marks = row(shares, "1b40dbce1a");
        assertEquals(peak("1.23", "--set", "inlineMarkBits=true") - good, number(marks, "alone"));
        assertEquals(bad - peak("1.26", "--set", "inlineMarkBits=false"), number(marks, "amongTheOthers"));
        assertEquals(number(marks, "amongTheOthers") - number(marks, "alone"), number(marks, "interaction"));
        assertEquals(bad - good, number(shares, "together"));
        assertEquals(bad - good, number(shares, "aloneSummed") + number(shares, "interaction"));
    }

    private static Map<?, ?> row(Map<?, ?> shares, String change) {
        return ((List<?>) shares.get("rows"))
                .stream()
                        .map(r -> (Map<?, ?>) r)
                        .filter(r -> change.equals(r.get("change")))
                        .findFirst()
                        .orElseThrow();
    }

    private static long peak(String version, String... more) throws IOException {
        Object[] words = new Object[6 + more.length];
        System.arraycopy(new Object[] {"replay", SERVICE, "--go", version, "--json", "-"}, 0, words, 0, 6);
        System.arraycopy(more, 0, words, 6, more.length);
        return number(((List<?>) Invocation.of(words).json().get("runs")).get(0), "peakRssBytes");
    }

    /** Go 1.24 gave maps less memory and cleared more: two changes that the program's owner sees as one. */
    @Test
    void aGeneratedProgramsMapsAreSuspectsToo() throws IOException {
        Map<String, Object> json = Invocation.of(
                        "bisect",
                        "gen:service?keys=20000&small=1MiB&rounds=10",
                        "--touch",
                        "main.record=none default=all",
                        "--good",
                        "1.23",
                        "--bad",
                        "1.24",
                        "--all",
                        "--json",
                        "-")
                .json();
        Map<?, ?> shares = (Map<?, ?>) json.get("shares");
        assertTrue(number(row(shares, "8730fcf885"), "alone") > 0, json.toString());
        assertTrue(number(row(shares, "99d60c24e2"), "alone") < 0, json.toString());
        assertEquals("8730fcf885", culprit(json).get("commit"));
    }

    @Test
    void settingsCanBeBisectedToo() throws IOException {
        Map<String, Object> json = Invocation.of(
                        "bisect",
                        CHANNELS,
                        "--good",
                        "1.24",
                        "--good-set",
                        "largeZeroing=when-dirty",
                        "--bad",
                        "1.24",
                        "--json",
                        "-")
                .json();
        assertEquals("8730fcf885", culprit(json).get("commit"));
    }

    @ParameterizedTest
    @CsvSource({
        "--good 1.23 --bad 1.99, --bad 1.99: not a version",
        "--good 1.23 --bad 1.24 --metric peak-rs, did you mean peak-rss?",
        "--good 1.23, --bad",
        "--good 1.23 --bad 1.24 --bad-set x=y, --bad-set x=y: behaviour"
    })
    void whatMakesNoSenseIsAUsageError(String options, String message) {
        Object[] words = ("bisect " + CHANNELS + " " + options).split(" ");
        Invocation run = Invocation.of(words);
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains(message), run.err());
    }
}
