package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.experiment.Convert;
import dev.needzero.trace.Slice.Moment;
import dev.needzero.trace.nzt.SeekingNztReader;
import dev.needzero.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A part of a trace is the trace's events from here to there, whether what is before them is read or jumped over. */
class SliceTest {
    @TempDir
    Path folder;

    private Path file;
    private List<TraceData.Event> events;

    @BeforeEach
    void aTraceOfSeveralBlocks() throws IOException {
        file = folder.resolve("t.nzt");
        try (TraceReader reader = Workloads.open("gen:small?events=150000")) {
            Convert.run(reader, file, Convert.Target.NZT, true, r -> {});
        }
        events = TraceData.of(Traces.open(file.toString())).events;
        assertEquals(150_000, events.size());
    }

    private int indexOf(Moment moment) {
        if (moment.event() >= 0) {
            return (int) Math.min(events.size(), moment.event());
        }
        int i = 0;
        while (i < events.size() && events.get(i).nanos() < moment.nanos()) {
            i++;
        }
        return i;
    }

    private void holds(Moment from, Moment to) throws IOException {
        int first = from == null ? 0 : indexOf(from);
        int end = Math.max(first, to == null ? events.size() : indexOf(to));
        String[] specs = {file.toString(), "nzt:" + file, packed().toString()};
        for (String spec : specs) {
            TraceReader whole = Traces.openForPart(spec, false);
            assertEquals(!spec.endsWith(".gz"), whole instanceof SeekingNztReader);
            Slice slice = new Slice(whole, from, to);
            assertEquals(events.subList(first, end), TraceData.of(slice).events, spec + " from " + from + " to " + to);
            String note = slice.warnings().get(slice.warnings().size() - 1);
            assertTrue(
                    note.contains(
                            end > first ? "its events " + first + " to " + (end - 1) : "no event of the trace lies"),
                    note);
        }
    }

    private Path packed() throws IOException {
        Path packed = folder.resolve("t.nzt.gz");
        if (!Files.exists(packed)) {
            try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
                Files.copy(file, out);
            }
        }
        return packed;
    }

    @Test
    void aPartBetweenTwoEvents() throws IOException {
        holds(new Moment(0, -1), new Moment(1, -1));
        holds(new Moment(65_535, -1), new Moment(65_537, -1));
        holds(new Moment(149_999, -1), null);
        holds(null, new Moment(70_000, -1));
        holds(new Moment(150_000, -1), null);
        holds(new Moment(10, -1), new Moment(5, -1));
    }

    @Test
    void aPartBetweenTwoTimes() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 3; i++) {
            long nanos = events.get(random.nextInt(events.size())).nanos() + random.nextInt(3) - 1;
            holds(new Moment(-1, nanos), new Moment(-1, nanos + 1_000_000));
        }
        holds(new Moment(-1, Long.MAX_VALUE), null);
        holds(new Moment(-1, 5), new Moment(100, -1));
    }

    @Test
    void momentsAreNumbersOrTimes() {
        assertEquals(new Moment(12345, -1), Moment.parse("12345"));
        assertEquals(new Moment(-1, 1_500_000_000L), Moment.parse("1.5s"));
        assertEquals(new Moment(-1, 20_000_000L), Moment.parse("20ms"));
        assertEquals(new Moment(-1, 120_000_000_000L), Moment.parse("2m"));
        for (String text : List.of("", "x", "-1", "5x", "1.5", "1e9", "9999999999999999999")) {
            assertThrows(IllegalArgumentException.class, () -> Moment.parse(text), text);
        }
    }
}
