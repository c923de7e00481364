package dev.needzero.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.Kind;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceData;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.Traces;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertTest {
    @TempDir
    Path folder;

    private Convert.Result convert(Path from, Path to) throws IOException {
        try (TraceReader source = Traces.open(from.toString())) {
            return Convert.run(source, to, Convert.Target.byName(to), false, reader -> {});
        }
    }

    @Test
    void everySampleSurvivesEveryFormatOneAfterTheOther() throws IOException {
        List<Path> samples = new ArrayList<>(Samples.filesIn("samples/wee_alloc"));
        samples.add(Samples.shared("samples/heaptrack/heaptrack.david.18594.gz"));
        for (Path sample : samples) {
            String name = sample.getFileName().toString();
            Path nzt = folder.resolve(name + ".nzt");
            Path csv = folder.resolve(name + ".csv");
            Path jsonl = folder.resolve(name + ".jsonl");
            Path back = folder.resolve(name + ".back.nzt");
            convert(sample, nzt);
            convert(nzt, csv);
            convert(csv, jsonl);
            convert(jsonl, back);
            assertTrue(Files.size(nzt) < Files.size(sample), name);
            TraceData expected = TraceData.of(Traces.open(sample.toString()));
            TraceData actual = TraceData.of(Traces.open(back.toString()));
            assertEquals(expected.info(), actual.info(), name);
            assertEquals(expected.warnings(), actual.warnings(), name);
            assertEquals(expected.events.size(), actual.events.size(), name);
            for (int i = 0; i < expected.events.size(); i++) {
                TraceData.Event e = expected.events.get(i);
                TraceData.Event a = actual.events.get(i);
                assertEquals(expected.types().get(e.c()), actual.types().get(a.c()), name + ": type of event " + i);
                assertEquals(
                        e,
                        new TraceData.Event(a.kind(), a.proc(), a.nanos(), a.a(), a.b(), e.c()),
                        name + ": event " + i);
            }
            assertEquals(
                    Totals.of(Traces.open(sample.toString())).peakLiveBytes,
                    Totals.of(Traces.open(back.toString())).peakLiveBytes);
        }
    }

    @Test
    void aGoTraceSurvivesBothKindsOfText() throws IOException {
        Path recording = Recordings.trace("stacks@go1.26.7");
        Path csv = folder.resolve("t.csv");
        Path jsonl = folder.resolve("t.jsonl");
        convert(recording, csv);
        convert(csv, jsonl);
        TraceData expected = TraceData.of(Traces.open(recording.toString()));
        TraceData actual = TraceData.of(Traces.open(jsonl.toString()));
        assertEquals(expected.info(), actual.info());
        assertEquals(expected.warnings(), actual.warnings());
        assertEquals(expected.events.size(), actual.events.size());
        for (int i = 0; i < expected.events.size(); i++) {
            TraceData.Event e = expected.events.get(i);
            TraceData.Event a = actual.events.get(i);
            switch (e.kind()) {
                case Kind.OBJECT, Kind.OBJECT_ALLOC -> {
                    assertEquals(expected.types().get(e.c()), actual.types().get(a.c()));
                    assertEquals(e, new TraceData.Event(a.kind(), a.proc(), a.nanos(), a.a(), a.b(), e.c()));
                }
                case Kind.CHECKPOINT -> assertEquals(expected.string(e.c()), actual.string(a.c()));
                default -> assertEquals(e, a, "event " + i);
            }
        }
    }

    @Test
    void anExistingFileIsNotReplacedUnasked() throws IOException {
        Path sample = Samples.filesIn("samples/wee_alloc").get(0);
        Path there = Files.writeString(folder.resolve("there.csv"), "mine");
        assertThrows(FileAlreadyExistsException.class, () -> convert(sample, there));
        assertEquals("mine", Files.readString(there));
    }
}
