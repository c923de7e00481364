package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.trace.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The twin against every recording of a real program whose memory no background scavenger changed for the collector's goal;
 * for those see {@link ScavengedRecordingsTest}.
 */
@Tag("corpus")
class CorpusTest {
    private static final Replays.Settings SETTINGS = new Replays.Settings(OsSettings.defaults(), null, false);
    private static final long KIB = 1024;
    /** The tracer of 1.23 loses allocations of stacks' spans, 32 KiB each, and not all of those can be inferred in time. */
    private static final long LOST_SPAN_BYTES = 32 * KIB;
    /**
     * A bucket array of 1.23's maps ends in overflow buckets, a sixteenth of the others, that are written as they come to be
     * used. A touch rule knows all of an object or its beginning: in a map of 4 MiB that is in use so many pages too many.
     */
    private static final long UNUSED_OVERFLOW_PAGES = 64;

    private static final List<String> HEAP_CLASSES = List.of("objects", "unused", "free", "released", "stacks");

    /** What a group of recordings is held to; shares in percent, RSS by the laxer of share and bytes. */
    private record Demand(
            String programs,
            double objects,
            double pages,
            long pagesOff,
            double rss,
            long rssBytes,
            int fromCheckpoint,
            boolean exactClasses) {}

    private static final List<Demand> DEMANDS = List.of(
            new Demand("large-.*|tiny", 100, 100, 16, 0.1, 64 * KIB, 1, true),
            new Demand("small", 100, 99.95, 0, 0.1, 64 * KIB, 1, true),
            new Demand("maps-.*", 100, 99.4, 0, 0.1, 64 * KIB, 1, true),
            new Demand("release-.*", 100, 100, 24, 0.3, 128 * KIB, 1, true),
            new Demand("mixed|slices", 100, 99.95, 0, 0.3, 128 * KIB, 1, true),
            new Demand("stacks|churn|service", 99.9, 99.9, 0, 0.3, 128 * KIB, 2, true),
            new Demand("limit", 100, 99.5, 0, 1, 0, 1, false));

    @TestFactory
    Stream<DynamicTest> eachRecordingIsMet() throws IOException {
        return Recordings.traces().stream()
                .flatMap(trace -> DEMANDS.stream()
                        .filter(demand -> program(trace).matches(demand.programs()))
                        .map(demand -> DynamicTest.dynamicTest(name(trace), () -> met(trace, demand))));
    }

    private static void met(Path trace, Demand demand) throws IOException {
        Verification v = Verification.run(trace.toString(), null, null, SETTINGS);
        boolean from123 = name(trace).endsWith("@go1.23.0");
        boolean mayLose = from123 && program(trace).matches("stacks|service");
        Placement placed = v.replay().placement();
        String parting = placed.firstDifference();
        if (v.warnings().isEmpty()) {
            assertEquals(placed.spans(), placed.spansSame(), () -> "spans; " + parting);
        }
        double objects = 100.0 * placed.objectsSame() / placed.objects();
        assertTrue(objects >= demand.objects(), () -> objects + " % of objects; " + parting);
        for (Verification.Row row : v.rows()) {
            if (row.twin().number() == 0) {
                continue;
            }
            String where =
                    "checkpoint " + row.twin().number() + " " + row.twin().name() + ": ";
            boolean bucketMaps = from123 && program(trace).equals("service");
            long overflow = bucketMaps
                    ? Math.min(UNUSED_OVERFLOW_PAGES, row.differences().tooMany(PageCause.LARGE_OBJECT))
                    : 0;
            long differ = row.heapPages() - row.agreeingPages() - overflow;
            double pages = 100 - 100.0 * differ / row.heapPages();
            assertTrue(pages >= demand.pages() || differ <= demand.pagesOff(), () -> where + differ + " pages differ");
            if (row.twin().number() >= demand.fromCheckpoint()) {
                rssWithin(row, demand.rss(), demand.rssBytes() + 4 * KIB * overflow);
            }
            for (String heapClass : HEAP_CLASSES) {
                String metric = "/memory/classes/heap/" + heapClass + ":bytes";
                if (demand.exactClasses()) {
                    long truth = row.truth().metrics().get(metric);
                    long twin = row.twin().metrics().get(metric);
                    boolean ofPages = !heapClass.equals("objects") && !heapClass.equals("unused");
                    long off = Math.abs(twin - truth);
                    assertTrue(
                            off == 0 || mayLose && ofPages && off == LOST_SPAN_BYTES,
                            () -> where + metric + " " + twin + ", really " + truth);
                }
            }
        }
    }

    /** Replays a program's recording of one version under another, and asks what that other version really did. */
    @TestFactory
    Stream<DynamicTest> anotherVersionIsForetold() throws IOException {
        return Recordings.traces().stream()
                .filter(trace -> trace.toString().matches(".*@go1\\.2[34]\\.0\\.trace\\.gz"))
                .filter(trace -> program(trace).matches("large-.*|release-.*|tiny|small|mixed"))
                .flatMap(CorpusTest::foretelling);
    }

    private static Stream<DynamicTest> foretelling(Path trace) {
        boolean from123 = name(trace).endsWith("@go1.23.0");
        boolean cleared = program(trace).matches("large-.*|release-.*");
        boolean older = from123 && !program(trace).matches("small|mixed");
        Stream<String> versions = Stream.concat(
                cleared ? from123 ? Stream.of("1.24.0", "1.25.14", "1.26.7") : Stream.of("1.23.0") : Stream.empty(),
                from123 ? Stream.of("1.21.13", "1.22.6") : Stream.empty());
        return versions.map(go -> DynamicTest.dynamicTest(name(trace) + " under " + go, () -> {
            Path truth = trace.resolveSibling(program(trace) + "@go" + go + ".truth.jsonl.gz");
            assertTrue(Files.isRegularFile(truth), () -> "no " + truth.getFileName());
            boolean ancient = go.startsWith("1.21") || go.startsWith("1.22");
            double percent = !ancient || older ? 1 : 3;
            long bytes = !ancient ? 256 * KIB : older ? 512 * KIB : 0;
            Verification v = Verification.run(trace.toString(), truth, null, SETTINGS);
            v.rows().stream().filter(row -> row.twin().number() > 0).forEach(row -> rssWithin(row, percent, bytes));
        }));
    }

    private static void rssWithin(Verification.Row row, double percent, long bytes) {
        long truth = row.truth().rssBytes();
        long error = row.twin().rssBytes() - truth;
        assertTrue(
                Math.abs(error) <= Math.max(bytes, percent / 100 * truth),
                () -> "checkpoint " + row.twin().number() + " " + row.twin().name() + ": RSS "
                        + row.twin().rssBytes() + ", the kernel said " + truth + " (" + error / KIB + " KiB off)");
    }

    private static String name(Path trace) {
        return trace.getFileName().toString().replace(".trace.gz", "");
    }

    private static String program(Path trace) {
        return name(trace).replaceFirst("@.*", "");
    }
}
