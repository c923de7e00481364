package dev.needzero.trace.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceData;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TraceWriter;
import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
    private static final String CSV = """
            # what our server allocated, by hand
            time,thread,op,id,size,type,pointers,old,align,zeroed
            5000,71,alloc,0xc000100000,65536,"map.group[string,int]",no
            5100,72,alloc,7,100,,yes,,64,false
            5200,71,realloc,8,200,buffer,,7
            5300,71,write,8,50
            5400,72,free,0xc000100000
            5500,72,rss,,123456789
            5600,72,gc
            5700,72,free-os-memory
            """;

    private static final String JSON = """
            {"op": "alloc", "time": 5000, "thread": 71, "id": "0xc000100000", "size": 65536, "type": "map.group[string,int]", "pointers": "no"}
            {"op": "alloc", "time": 5100, "thread": 72, "id": 7, "size": 100, "pointers": "yes", "align": 64, "zeroed": false}
            {"op": "realloc", "time": 5200, "thread": 71, "id": 8, "old": 7, "size": 200, "type": "buffer"}

            {"op": "write", "time": 5300, "thread": 71, "id": 8, "size": 50}
            {"op": "free", "time": 5400, "thread": 72, "id": "0xc000100000", "size": null}
            {"op": "rss", "time": 5500, "thread": 72, "size": 123456789}
            {"op": "gc", "time": 5600, "thread": 72}
            {"op": "free-os-memory", "time": 5700, "thread": 72}
            """;

    @TempDir
    Path folder;

    private final CsvFormat csv = new CsvFormat();
    private final JsonLinesFormat json = new JsonLinesFormat();

    @Test
    void aLogWrittenByHandIsReadFromEitherForm() throws IOException {
        assertTrue(csv.sniff(CSV.getBytes(StandardCharsets.UTF_8), "x"));
        assertTrue(json.sniff(JSON.getBytes(StandardCharsets.UTF_8), "x"));
        assertFalse(json.sniff(CSV.getBytes(StandardCharsets.UTF_8), "x"));
        assertFalse(csv.sniff(JSON.getBytes(StandardCharsets.UTF_8), "x"));
        for (TraceReader trace : new TraceReader[] {csv.open(Samples.input(CSV)), json.open(Samples.input(JSON))}) {
            EventBatch batch = new EventBatch();
            assertTrue(trace.next(batch));
            assertEquals(10, batch.size);
            TypeTable.Type group = trace.types().get(batch.c[0]);
            assertEquals("map.group[string,int]", group.name());
            assertEquals(Pointers.NO, group.pointers());
            assertTrue(group.zeroed());
            assertEquals(128, batch.b[1], "100 bytes at a multiple of 64");
            assertFalse(trace.types().get(batch.c[1]).zeroed());
            assertEquals(Kind.ALLOC, batch.kind[2]);
            assertEquals(Kind.WRITE, batch.kind[3]);
            assertEquals(128, batch.b[3], "realloc copies what was there");
            assertEquals(Kind.FREE, batch.kind[4]);
            assertEquals(50, batch.b[5]);
            assertEquals(Kind.FREE, batch.kind[6]);
            assertEquals(0, batch.a[6]);
            assertEquals(123456789, batch.a[7]);
            assertEquals(Kind.FORCE_GC, batch.kind[8]);
            assertEquals(Kind.FREE_OS_MEMORY, batch.kind[9]);
            assertEquals(700, batch.timeNanos[9]);
            assertEquals(0, batch.proc[0]);
            assertEquals(1, batch.proc[9]);
            assertFalse(trace.next(batch));
            trace.close();
        }
    }

    @Test
    void anErrorNamesTheLineAndTheColumn() {
        assertEquals(
                "test:2: size is \"16k\", expected a whole number or 0x…", csvFailure("op,id,size\nalloc,1,16k\n"));
        assertEquals("test:3: alloc needs a size", csvFailure("op,id,size\ngc\nalloc,1\n"));
        assertTrue(
                csvFailure("op,id,size\nalocate,1,16\n").startsWith("test:2: op is \"alocate\", expected alloc, free"));
        assertTrue(csvFailure("op,id,size\nspan,0x10,8192\n").contains("belongs to a Go trace"));
        assertTrue(csvFailure("a,b\n1,2\n").contains("names no column \"op\""));
        assertTrue(csvFailure("op,id,size,pointers\nalloc,1,2,some\n").contains("expected yes, no or unknown"));
        assertEquals(
                "test:2: size is \"1.5\", expected a whole number or 0x…",
                jsonFailure("{\"op\":\"gc\"}\n{\"op\":\"alloc\",\"id\":1,\"size\":1.5}\n"));
        assertTrue(jsonFailure("{\"op\":\"gc\"}\n{\"op\":\"gc\"\n{\"op\":\"gc\"}\n")
                .startsWith("test:3: not JSON"));
        assertTrue(jsonFailure("{\"op\":\"gc\"}\n[1]\n")
                .startsWith("test:2: found START_ARRAY, expected one JSON object"));
    }

    @Test
    void whatIsUnknownIsMentionedAndATornLastLineIsLeftOut() throws IOException {
        TraceReader trace = csv.open(Samples.input("op,id,size,colour\nalloc,1,2,red\nfree,9\nalloc,"));
        assertEquals(1, Totals.of(trace).allocations);
        String warnings = trace.warnings().toString();
        assertTrue(warnings.contains("column \"colour\" is not known"), warnings);
        assertTrue(warnings.contains("1 frees of objects that the trace does not allocate"), warnings);
        assertTrue(warnings.contains("the log stops in the middle of line 4"), warnings);
        TraceReader lines =
                json.open(Samples.input("{\"op\":\"alloc\",\"id\":1,\"size\":2,\"x\":{\"y\":[1]}}\n{\"op\":\"al"));
        assertEquals(1, Totals.of(lines).allocations);
        warnings = lines.warnings().toString();
        assertTrue(warnings.contains("column \"x\" is not known"), warnings);
        assertTrue(warnings.contains("the log stops in the middle of line 2"), warnings);
    }

    /** Each kind of event once and more, with values that need quoting. */
    private static TraceData goTrace() {
        TraceData trace = new TraceData(new TraceInfo("go-trace", true, "1.26", 0x3c1234000000L, 62914560, false));
        int type = trace.types().add(new TypeTable.Type("map[string]\"a\",b", 208, 200, Pointers.YES, true));
        int same = trace.types().add(new TypeTable.Type("map[string]\"a\",b", 16, 0, Pointers.NO, false));
        trace.strings.add("a name, with \"quotes\"");
        trace.strings.add("");
        trace.warnings().add("one event was lost\"");
        trace.add(Kind.SPAN, 0, 64, 8192, 3, 132);
        trace.add(Kind.OBJECT, 0, 64, 8192, 0, type);
        trace.add(Kind.STACK, 0, 64, 65536, 2048, 0);
        trace.add(Kind.SPAN_ALLOC, 3, 128, 1L << 33, 1, 5);
        trace.add(Kind.OBJECT_ALLOC, 3, 64, (1L << 33) + 8, 0, 0);
        trace.add(Kind.OBJECT_ALLOC, 3, 192, (1L << 33) + 16, 0, same);
        trace.add(Kind.OBJECT_FREE, 1, 192, (1L << 33) + 16, 0, 0);
        trace.add(Kind.STACK_ALLOC, 1, 192, 65536, 32768, 0);
        trace.add(Kind.STACK_FREE, 1, 192, 65536, 0, 0);
        trace.add(Kind.SPAN_FREE, 1, 192, 8192, 0, 0);
        trace.add(Kind.LOST_SPAN, 1, 192, 16384, 4, 0);
        trace.add(Kind.GC_BEGIN, 1, 192, 7, 0, 2);
        trace.add(Kind.GC_END, 1, 192, 7, 0, 0);
        trace.add(Kind.SWEEP_BEGIN, 1, 192, 0, 0, 3);
        trace.add(Kind.SWEEP_END, 1, 192, 81920, 4096, 0);
        trace.add(Kind.HEAP_ALLOC, 1, 192, 4194304, 0, 0);
        trace.add(Kind.HEAP_GOAL, 1, 192, Long.MAX_VALUE, 0, 0);
        trace.add(Kind.SCAVENGER_RAN, 1, 192, 12345, 0, 0);
        trace.add(Kind.SWEEPER_RAN, 1, 192, -1, 0, 0);
        trace.add(Kind.PROCS_CHANGE, 1, 192, 4, 0, 0);
        trace.add(Kind.PROC_START, 2, 192, 0, 0, 0);
        trace.add(Kind.PROC_STOP, 2, 192, 0, 0, 0);
        trace.add(Kind.STW_BEGIN, 1, 192, 0, 0, 6);
        trace.add(Kind.STW_END, 1, 192, 0, 0, 0);
        trace.add(Kind.CHECKPOINT, 1, 192, 3, 0, 0);
        trace.add(Kind.CHECKPOINT, 1, 192, 4, 0, 1);
        trace.add(Kind.WRITE, 1, 192, 8192, 100, 0);
        return trace;
    }

    /** As the malloc readers number objects, so that ids come back as they were. */
    private static TraceData mallocTrace() {
        TraceData trace = new TraceData(new TraceInfo("mtrace", false, null, 0, 0, true));
        int malloc = trace.types().add(new TypeTable.Type("malloc", 0, 0, Pointers.UNKNOWN, false));
        trace.add(Kind.ALLOC, 0, 0, 0, 100, malloc);
        trace.add(Kind.ALLOC, 5, 10, 1, 200, 0);
        trace.add(Kind.WRITE, 5, 20, 1, 50, 0);
        trace.add(Kind.FREE, 0, 30, 0, 0, 0);
        trace.add(Kind.ALLOC, 0, 40, 0, 300, malloc);
        trace.add(Kind.RSS_SAMPLE, 0, 50, 4096, 0, 0);
        trace.add(Kind.FORCE_GC, 0, 60, 0, 0, 0);
        trace.add(Kind.FREE_OS_MEMORY, 0, 60, 0, 0, 0);
        return trace;
    }

    @Test
    void aWrittenTraceComesBackAsItWas() throws IOException {
        for (TraceData trace : new TraceData[] {goTrace(), mallocTrace()}) {
            Path asCsv = folder.resolve(trace.info().format() + ".csv");
            try (TraceWriter writer = new CsvTraceWriter(asCsv, trace.info(), false)) {
                write(trace, writer);
            }
            assertSame(trace, csv.open(Samples.input(asCsv)));
            assertTrue(csv.sniff(Files.readAllBytes(asCsv), "x"));
            Path asJson = folder.resolve(trace.info().format() + ".jsonl");
            try (TraceWriter writer = new JsonLinesTraceWriter(asJson, trace.info(), false)) {
                write(trace, writer);
            }
            assertSame(trace, json.open(Samples.input(asJson)));
            assertTrue(json.sniff(Files.readAllBytes(asJson), "x"));
        }
    }

    private static void write(TraceData trace, TraceWriter writer) throws IOException {
        EventBatch batch = new EventBatch();
        trace.rewind();
        while (trace.next(batch)) {
            writer.write(batch, trace);
        }
        writer.finish(trace);
    }

    private static void assertSame(TraceData expected, TraceReader source) throws IOException {
        TraceData actual = TraceData.of(source);
        assertEquals(expected.info(), actual.info());
        assertEquals(expected.events.size(), actual.events.size());
        for (int i = 0; i < expected.events.size(); i++) {
            TraceData.Event e = expected.events.get(i);
            TraceData.Event a = actual.events.get(i);
            boolean typed = e.kind() == Kind.OBJECT || e.kind() == Kind.OBJECT_ALLOC || e.kind() == Kind.ALLOC;
            if (typed) {
                assertEquals(expected.types().get(e.c()), actual.types().get(a.c()), "type of event " + i);
            }
            assertEquals(e, typed ? new TraceData.Event(a.kind(), a.proc(), a.nanos(), a.a(), a.b(), e.c()) : a);
        }
        for (int i = 0; i < expected.strings.size(); i++) {
            assertEquals(expected.string(i), actual.string(i));
        }
        assertEquals(expected.warnings(), actual.warnings());
    }

    @Test
    void aLogThatWasCutSaysSo() throws IOException {
        Path file = folder.resolve("t.csv");
        try (TraceWriter writer = new CsvTraceWriter(file, goTrace().info(), false)) {
            write(goTrace(), writer);
        }
        String text = Files.readString(file);
        String cut = text.substring(0, text.indexOf("stw-end") - 20);
        TraceData read = TraceData.of(csv.open(Samples.input(cut.substring(0, cut.lastIndexOf('\n') + 1))));
        assertTrue(read.warnings().toString().contains("the log stops in the middle"));
    }

    @Test
    void whatALogCannotHoldIsSaid() throws IOException {
        TraceData trace = goTrace();
        trace.add((byte) 99, 0, 200, 1, 2, 3);
        try (TraceWriter writer = new CsvTraceWriter(folder.resolve("t.csv"), trace.info(), false)) {
            write(trace, writer);
            assertTrue(writer.losses().contains("1 events of kind 99, which a log has no operation for"));
        }
    }

    private String csvFailure(String text) {
        return assertThrows(BadInputException.class, () -> Totals.of(csv.open(Samples.input(text))))
                .getMessage();
    }

    private String jsonFailure(String text) {
        return assertThrows(BadInputException.class, () -> Totals.of(json.open(Samples.input(text))))
                .getMessage();
    }
}
