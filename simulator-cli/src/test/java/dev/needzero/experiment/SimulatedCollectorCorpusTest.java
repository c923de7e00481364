package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.gc.Pacer;
import dev.needzero.os.AddressSpace;
import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The twin's own collector against real programs: what it predicts, another version's recorded run did. */
@Tag("corpus")
class SimulatedCollectorCorpusTest {
    private static final String CYCLES = "/gc/cycles/total:gc-cycles";

    /**
     * What a run of a later version is predicted to be from the 1.23 trace alone. Two real runs of one program differ, too,
     * for when a collection begins is a matter of timing: fifteen of service with Go 1.27 end with 54 to 76 MiB, the middle
     * one with 66.
     */
    private record Prediction(String program, String version, double rssPercent) {}

    private static final List<Prediction> PREDICTIONS = List.of(
            new Prediction("service", "1.23.0", 20),
            new Prediction("service", "1.24.0", 20),
            new Prediction("service", "1.25.14", 20),
            new Prediction("service", "1.26.7", 20),
            new Prediction("service", "1.27.0", 20),
            new Prediction("churn", "1.23.0", 10),
            new Prediction("churn", "1.24.0", 10),
            new Prediction("churn", "1.25.14", 10),
            new Prediction("churn", "1.26.7", 10),
            new Prediction("churn", "1.27.0", 10));

    @TestFactory
    Stream<DynamicTest> collectionsThatTheProgramAskedForLeaveWhatTheRecordedOnesLeft() throws IOException {
        return Recordings.traces().stream()
                .filter(trace -> trace.getFileName().toString().matches("(large-|release-|mixed).*@go1\\.2[46].*"))
                .map(trace -> DynamicTest.dynamicTest(trace.getFileName().toString(), () -> sameRss(trace)));
    }

    private static void sameRss(Path trace) throws IOException {
        Replay recorded = replay(trace, GcSettings.RECORDED);
        Replay simulated = replay(trace, GcSettings.simulated(trace.toString()));
        assertEquals(recorded.cycles(), simulated.cycles(), "collections");
        AddressSpace was = recorded.runtime().os();
        AddressSpace is = simulated.runtime().os();
        within(1, was.rssBytes(), is.rssBytes(), "resident at the end");
        within(1, was.peakRssBytes(), is.peakRssBytes(), "resident at the peak");
    }

    private static Replay replay(Path trace, GcSettings gc) throws IOException {
        Object touch = Verification.caseOf(trace.toString()).get("touch");
        Replays.Settings settings =
                new Replays.Settings(OsSettings.defaults(), TouchRules.parse((String) touch), false, true, 0, gc);
        try (TraceReader reader = Replays.open(trace.toString())) {
            return Replays.run(reader, Behaviours.of(reader.info().goVersion()), settings, null, false, null, null);
        }
    }

    @TestFactory
    Stream<DynamicTest> aTraceOf123PredictsWhatAnotherVersionReallyDid() {
        Recordings.folder();
        return PREDICTIONS.stream()
                .map(p -> DynamicTest.dynamicTest(p.program + " under " + p.version, () -> predicted(p)));
    }

    private static void predicted(Prediction p) throws IOException {
        Verification.Row end = end(p.program, p.version);
        within(p.rssPercent, end.truth().rssBytes(), end.twin().rssBytes(), "resident at the end");
        long cycles = end.twin().metrics().get(CYCLES);
        long really = end.truth().metrics().get(CYCLES);
        assertTrue(
                Math.abs(cycles - really) <= Math.max(1, really * 0.15),
                () -> cycles + " collections, really " + really);
    }

    /** The program set itself a limit of 96 MiB, as its arguments say; a trace shows no limit, so it is given. */
    @TestFactory
    Stream<DynamicTest> aMemoryLimitHoldsTheHeapWhereItHeldTheRecordedOne() {
        Recordings.folder();
        return Stream.of("1.23.0", "1.26.7")
                .map(version -> DynamicTest.dynamicTest(version, () -> {
                    String trace = Recordings.trace("limit@go" + version).toString();
                    GcSettings limited = new GcSettings(
                            true,
                            GcSettings.AS_RECORDED,
                            96L << 20,
                            0,
                            0,
                            GcSettings.Death.EVEN,
                            trace,
                            1,
                            GcSettings.Timing.MEDIANS);
                    Verification.Row end = end(trace, version, limited);
                    within(8, end.truth().rssBytes(), end.twin().rssBytes(), "resident at the end");
                    within(
                            35,
                            end.truth().metrics().get(CYCLES),
                            end.twin().metrics().get(CYCLES),
                            "collections");
                }));
    }

    @TestFactory
    Stream<DynamicTest> howMuchMore124TakesThan123IsPredicted() {
        Recordings.folder();
        return Stream.of("service", "churn").map(p -> DynamicTest.dynamicTest(p, () -> ratioPredicted(p)));
    }

    private static void ratioPredicted(String program) throws IOException {
        Verification.Row before = end(program, "1.23.0");
        Verification.Row after = end(program, "1.24.0");
        within(
                20,
                (double) after.truth().rssBytes() / before.truth().rssBytes(),
                (double) after.twin().rssBytes() / before.twin().rssBytes(),
                "times as much resident");
    }

    @TestFactory
    Stream<DynamicTest> theRecordedGoalsTellGogcAsTheCaseFileDoes() throws IOException {
        return Recordings.traces().stream()
                .filter(trace -> trace.getFileName().toString().matches("(churn|mixed)@.*"))
                .map(trace -> DynamicTest.dynamicTest(trace.getFileName().toString(), () -> {
                    Object gogc = Verification.caseOf(trace.toString()).get("GOGC");
                    int expected = gogc.equals("off") ? Pacer.OFF : Integer.parseInt((String) gogc);
                    assertEquals(expected, Lookahead.of(trace.toString(), null).gogc());
                }));
    }

    private static Verification.Row end(String program, String version) throws IOException {
        String trace = Recordings.trace(program + "@go1.23.0").toString();
        return end(trace, version, GcSettings.simulated(trace));
    }

    private static Verification.Row end(String trace, String version, GcSettings gc) throws IOException {
        Verification v = Verification.run(
                trace,
                Path.of(trace.replaceFirst("@go[0-9.]+\\.trace\\.gz$", "@go" + version + ".truth.jsonl.gz")),
                Behaviours.of(version),
                new Replays.Settings(OsSettings.defaults(), null, false, true, 0, gc));
        return v.rows().get(v.rows().size() - 1);
    }

    private static void within(double percent, double really, double predicted, String what) {
        double off = 100 * predicted / really - 100;
        assertTrue(
                Math.abs(off) <= percent,
                () -> String.format("%s: %.4g, really %.4g: off by %.1f %%", what, predicted, really, off));
    }
}
