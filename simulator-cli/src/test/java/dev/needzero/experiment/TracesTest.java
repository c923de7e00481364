package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.os.OsSettings;
import dev.needzero.runtime.Behaviours;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recordings that the repository itself holds: real programs, with what the kernel said of them. */
class TracesTest {
    private static final Path FOLDER = Path.of("..", "traces");
    private static final Replays.Settings SETTINGS = new Replays.Settings(OsSettings.defaults(), null, false);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "large-chan-1M@go1.23.0.trace.gz",
                "large-chan-1M@go1.24.0.trace.gz",
                "release-ptr@go1.25.14.trace.gz",
                "release-ptr@go1.26.7.trace.gz",
                "service@go1.24.0.trace.zst"
            })
    void spansLieWhereTheyWereRecordedAndRssIsTheKernels(String name) throws IOException {
        Verification v = Verification.run(FOLDER.resolve(name).toString(), null, null, SETTINGS);
        Placement placed = v.replay().placement();
        assertTrue(placed.spans() > 0);
        assertEquals(placed.spans(), placed.spansSame(), placed::firstDifference);
        assertTrue(placed.objectsSame() >= 0.999 * placed.objects(), placed::firstDifference);
        for (Verification.Row row : v.rows()) {
            if (row.twin().number() < 2) {
                continue;
            }
            long truth = row.truth().rssBytes();
            assertEquals(
                    truth,
                    row.twin().rssBytes(),
                    Math.max(0.003 * truth, 128 << 10),
                    row.twin().name());
        }
    }

    @Test
    void oneDecodingServesSeveralVersionsAsSeveralDo() throws IOException {
        String trace = FOLDER.resolve("large-chan-1M@go1.23.0.trace.gz").toString();
        Replays.Settings settings = new Replays.Settings(OsSettings.defaults(), TouchRules.ALL, false);
        List<Behaviours> versions =
                Behaviours.versions().stream().map(Behaviours::of).toList();
        List<Replay> together;
        try (TraceReader reader = Traces.open(trace)) {
            together = Replays.runAll(reader, versions, settings, null);
        }
        for (int i = 0; i < versions.size(); i++) {
            try (TraceReader reader = Traces.open(trace)) {
                Replay alone = Replays.run(reader, versions.get(i), settings, null, false, null, null);
                assertEquals(alone.checkpoints(), together.get(i).checkpoints(), "Go " + versions.get(i));
            }
        }
    }
}
