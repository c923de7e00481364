package dev.needzero.trace.nzt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.Columns;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.InflationLimit;
import dev.needzero.trace.Kind;
import dev.needzero.trace.Samples;
import dev.needzero.trace.TraceData;
import dev.needzero.trace.TraceInfo;
import dev.needzero.trace.TraceInput;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NztTest {
    private static final TraceInfo PLACED = new TraceInfo("go-trace", true, "1.23", 0xc000000000L, 4096, false);
    private static final TraceInfo UNPLACED = new TraceInfo("mtrace", false, null, 0, 0, true);
    private static final int[] EVENT_KINDS = {
        Kind.SPAN,
        Kind.OBJECT,
        Kind.SPAN_ALLOC,
        Kind.OBJECT_ALLOC,
        Kind.OBJECT_FREE,
        Kind.GC_BEGIN,
        Kind.SWEEP_END,
        Kind.HEAP_ALLOC,
        Kind.PROC_STOP,
        Kind.WRITE,
        Kind.ALLOC,
        Kind.FREE,
        Kind.RSS_SAMPLE,
        Kind.CHECKPOINT,
        99
    };

    @TempDir
    Path folder;

    private Path write(TraceData trace) throws IOException {
        Path file = folder.resolve("t" + folder.toFile().list().length + ".nzt");
        EventBatch batch = new EventBatch();
        try (NztWriter writer = new NztWriter(file, trace.info(), false)) {
            trace.rewind();
            while (trace.next(batch)) {
                writer.write(batch, trace);
            }
            writer.finish(trace);
        }
        return file;
    }

    private static void assertSame(TraceData expected, TraceData actual) {
        assertEquals(expected.info(), actual.info());
        assertEquals(expected.events.size(), actual.events.size());
        for (int i = 0; i < expected.events.size(); i++) {
            TraceData.Event event = expected.events.get(i);
            if (!event.equals(actual.events.get(i))) {
                assertEquals(event, actual.events.get(i), "event " + i);
            }
            if (event.kind() == Kind.CHECKPOINT) {
                assertEquals(expected.string(event.c()), actual.string(event.c()));
            }
        }
        assertEquals(expected.typeList(), actual.typeList());
        assertEquals(expected.warnings(), actual.warnings());
        assertEquals(expected.eventsDecoded(), actual.eventsDecoded());
    }

    /** Anything at all: every column takes small, large and extreme values, kinds and procs change all the time. */
    private static TraceData anything(long seed, int events, TraceInfo info) {
        Random random = new Random(seed);
        TraceData trace = new TraceData(info);
        for (int i = 0; i < 300; i++) {
            trace.types().add(new TypeTable.Type("*main.T" + i, i * 8L, i, Pointers.values()[i % 3], i % 2 == 0));
        }
        trace.strings.addAll(List.of("start", "", "ünï"));
        trace.warnings().add("cut short");
        int runLeft = 0;
        byte kind = 0;
        int proc = 0;
        long nanos = 0;
        for (int i = 0; i < events; i++) {
            if (runLeft-- == 0) {
                runLeft = random.nextInt(40);
                kind = (byte) EVENT_KINDS[random.nextInt(EVENT_KINDS.length)];
                proc = random.nextInt(seed % 2 == 0 ? 4 : Short.MAX_VALUE);
            }
            nanos += random.nextInt(50) == 0 ? number(random) >> 8 : random.nextInt(20) * 64L;
            int c = switch (kind) {
                case Kind.CHECKPOINT -> random.nextInt(3);
                case Kind.OBJECT, Kind.OBJECT_ALLOC, Kind.ALLOC ->
                    random.nextInt(trace.types().size());
                default -> (int) number(random);
            };
            boolean b = Columns.usesB(kind);
            boolean a = Columns.usesA(kind);
            c = Columns.usesC(kind) ? c : 0;
            trace.add(kind, proc, nanos, a ? number(random) : 0, b ? number(random) : 0, c);
        }
        return trace;
    }

    private static long number(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> random.nextInt(16);
            case 2 -> random.nextInt(1 << 20) * 8L;
            case 3 -> random.nextLong() >> random.nextInt(64);
            default -> random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
        };
    }

    /** A program with a regular life, long enough for several blocks that pack to a few hundred bytes each. */
    private static TraceData regular(int events) {
        TraceData trace = new TraceData(UNPLACED);
        trace.types().add(new TypeTable.Type("malloc", 0, 0, Pointers.UNKNOWN, false));
        trace.strings.add("start");
        trace.add(Kind.CHECKPOINT, 0, 0, 7, 0, 0);
        for (int i = 1; i < events; i++) {
            int step = i % 4;
            trace.add(
                    step < 2 ? Kind.ALLOC : Kind.FREE,
                    step / 2,
                    i * 10L,
                    step % 2,
                    step < 2 ? 16L * i % 7 : 0,
                    step < 2 ? 1 : 0);
        }
        return trace;
    }

    @Test
    void anyTraceComesBackAsItWas() throws IOException {
        for (long seed = 0; seed < 12; seed++) {
            TraceData trace = anything(seed, (int) (seed * seed * 1000), seed % 3 == 0 ? UNPLACED : PLACED);
            Path file = write(trace);
            assertSame(trace, TraceData.of(SeekingNztReader.open(file, false)));
            try (TraceInput input = Samples.input(file)) {
                assertTrue(new NztFormat().sniff(input.head(), "x"));
                assertSame(trace, TraceData.of(new NztFormat().open(input)));
            }
        }
    }

    @Test
    void aTraceWithoutEventsComesBackToo() throws IOException {
        assertSame(new TraceData(PLACED), TraceData.of(SeekingNztReader.open(write(new TraceData(PLACED)), false)));
    }

    @Test
    void everyFlippedBitIsFoundAndNamedAndTheRestIsRead() throws IOException {
        TraceData trace = regular(140_000);
        Path file = write(trace);
        byte[] whole = Files.readAllBytes(file);
        int[] blockStart = blockStarts(whole);
        Random random = new Random(1);
        for (int at = 0; at < whole.length; at += 1 + random.nextInt(9)) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            BadInputException e =
                    assertThrows(BadInputException.class, () -> TraceData.of(open(flipped, false)), "byte " + at);
            int block = blockOf(blockStart, at);
            if (block >= 0 && block < blockStart.length - 1) {
                assertTrue(
                        e.getMessage().contains("block " + block + " ")
                                || e.getMessage().contains("block " + block + ":"),
                        at + ": " + e.getMessage());
                assertTrue(e.getMessage().contains("byte " + blockStart[block] + ":"), e.getMessage());
            }
            TraceData rest = TraceData.of(open(flipped, true));
            assertFalse(rest.warnings().isEmpty());
            assertSurvivors(trace, rest, at);
            if (random.nextInt(16) == 0) {
                assertOneThreadSaysTheSame(flipped, e, rest);
            }
        }
    }

    /** What comes through a pipe is not read ahead. */
    private static void assertOneThreadSaysTheSame(byte[] file, BadInputException e, TraceData rest)
            throws IOException {
        assertEquals(
                e.getMessage(),
                assertThrows(BadInputException.class, () -> TraceData.of(openPipe(file, false)))
                        .getMessage());
        assertSame(rest, TraceData.of(openPipe(file, true)));
    }

    /** What is left must be the trace with one block's events cut out, or all of it. */
    private static void assertSurvivors(TraceData trace, TraceData rest, int at) {
        int lost = trace.events.size() - rest.events.size();
        assertTrue(lost >= 0 && lost <= Block.MAX_EVENTS, at + ": lost " + lost);
        int same = 0;
        while (same < rest.events.size() && rest.events.get(same).equals(trace.events.get(same))) {
            same++;
        }
        // A trace this regular may look the same for a while beyond the cut, so the cut is looked for before it.
        int cut = Math.min(same, same / Block.MAX_EVENTS * Block.MAX_EVENTS);
        assertEquals(
                trace.events.subList(lost == 0 ? 0 : cut + lost, trace.events.size()),
                rest.events.subList(lost == 0 ? 0 : cut, rest.events.size()),
                "byte " + at);
    }

    private static int[] blockStarts(byte[] file) {
        int[] starts = new int[64];
        int count = 0;
        for (int at = Block.FILE_HEADER_BYTES; at + Block.HEADER_BYTES <= file.length; at++) {
            try {
                Block block = Block.readHeader(file, at);
                starts[count++] = at;
                at += Block.HEADER_BYTES + block.payloadBytes() - 1;
            } catch (DamagedBlockException e) {
                break;
            }
        }
        starts[count++] = file.length - Block.FOOTER_BYTES;
        return Arrays.copyOf(starts, count);
    }

    private static int blockOf(int[] starts, int offset) {
        int block = -1;
        while (block + 1 < starts.length && starts[block + 1] <= offset) {
            block++;
        }
        return block;
    }

    private static NztReader open(byte[] file, boolean skipDamaged) throws IOException {
        return open(file, file.length, skipDamaged);
    }

    private static NztReader openPipe(byte[] file, boolean skipDamaged) throws IOException {
        return open(file, -1, skipDamaged);
    }

    private static NztReader open(byte[] file, long bytesTotal, boolean skipDamaged) throws IOException {
        return NztReader.open(
                TraceInput.of("t.nzt", new ByteArrayInputStream(file), bytesTotal, InflationLimit.NONE), skipDamaged);
    }

    @Test
    void aFileThatEndsEarlyIsReadUpToThere() throws IOException {
        TraceData trace = regular(150_000);
        byte[] whole = Files.readAllBytes(write(trace));
        int head = blockStarts(whole)[2];
        for (int length = head; length < whole.length - Block.FOOTER_BYTES; length += 37) {
            TraceData read = TraceData.of(open(Arrays.copyOf(whole, length), false));
            assertEquals(trace.events.subList(0, read.events.size()), read.events);
            String warnings = read.warnings().toString();
            assertTrue(
                    warnings.contains("the trace stops in the middle, after " + read.events.size())
                            || read.events.size() == 150_000 && warnings.contains("the file stops within its index"),
                    warnings);
        }
    }

    @Test
    void aBlockThatIsGoneWithoutATraceIsMissed() throws IOException {
        byte[] whole = Files.readAllBytes(write(regular(200_000)));
        int[] starts = blockStarts(whole);
        byte[] shorter = new byte[whole.length - (starts[5] - starts[4])];
        System.arraycopy(whole, 0, shorter, 0, starts[4]);
        System.arraycopy(whole, starts[5], shorter, starts[4], whole.length - starts[5]);
        BadInputException e = assertThrows(BadInputException.class, () -> TraceData.of(open(shorter, false)));
        assertTrue(e.getMessage().contains("blocks 4 to 4 are missing"), e.getMessage());
    }

    @Test
    void seekingGoesToTheEventOrTheTimeAskedFor() throws IOException {
        TraceData trace = anything(4, 200_000, PLACED);
        Path file = write(trace);
        byte[] withoutIndex = Files.readAllBytes(file);
        Arrays.fill(withoutIndex, withoutIndex.length - 30, withoutIndex.length, (byte) 0);
        Path damaged = Files.write(folder.resolve("damaged.nzt"), withoutIndex);
        for (Path path : List.of(file, damaged)) {
            try (SeekingNztReader reader = SeekingNztReader.open(path, false)) {
                for (long event : new long[] {0, 199_999, 65_535, 65_536, 131_072, 5, 100_000, 70_000, 200_000, -1}) {
                    reader.seekEvent(event);
                    assertGoesOnAt(trace, event < 0 ? 200_000 : event, reader);
                }
                Random random = new Random(7);
                for (int i = 0; i < 20; i++) {
                    long nanos = trace.events.get(random.nextInt(200_000)).nanos() + random.nextInt(3) - 1;
                    int first = 0;
                    while (first < 200_000 && trace.events.get(first).nanos() < nanos) {
                        first++;
                    }
                    assertEquals(first, reader.seekTime(nanos));
                    assertGoesOnAt(trace, first, reader);
                }
                reader.seekTime(Long.MAX_VALUE);
                reader.seekEvent(0);
                assertGoesOnAt(trace, 0, reader);
            }
        }
    }

    private static void assertGoesOnAt(TraceData trace, long event, NztReader reader) throws IOException {
        EventBatch batch = new EventBatch();
        if (event >= trace.events.size()) {
            assertFalse(reader.next(batch));
            return;
        }
        assertTrue(reader.next(batch));
        for (int i = 0; i < Math.min(3, batch.size); i++) {
            TraceData.Event e = trace.events.get((int) event + i);
            assertEquals(e.nanos(), batch.timeNanos[i], "event " + event);
            assertEquals(e.kind(), batch.kind[i]);
        }
    }

    @Test
    void whatIsNotFinishedLeavesNothingAndNoFileIsReplacedUnasked() throws IOException {
        Path file = folder.resolve("there.nzt");
        try (NztWriter writer = new NztWriter(file, PLACED, false)) {
            writer.write(new EventBatch(), new TraceData(PLACED));
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.collect(Collectors.toList()));
        }
        Files.writeString(file, "mine");
        assertThrows(FileAlreadyExistsException.class, () -> new NztWriter(file, PLACED, false));
        try (NztWriter writer = new NztWriter(file, PLACED, true)) {
            writer.finish(new TraceData(PLACED));
        }
        assertEquals(0, TraceData.of(SeekingNztReader.open(file, false)).events.size());
    }

    @Test
    void contentThatIsWrongUnderARightChecksumIsStillBadInput() throws IOException {
        byte[] whole = Files.readAllBytes(write(anything(6, 3000, PLACED)));
        int[] starts = blockStarts(whole);
        Random random = new Random(3);
        for (int i = 0; i < 3000; i++) {
            byte[] forged = whole.clone();
            int block = random.nextInt(starts.length - 1);
            int payload = starts[block] + Block.HEADER_BYTES;
            int length = starts[block + 1] - payload;
            for (int change = random.nextInt(4); change >= 0; change--) {
                forged[payload + random.nextInt(length)] = (byte) random.nextInt();
            }
            sign(forged, starts[block], length);
            boolean skip = random.nextBoolean();
            try (TraceReader reader = open(forged, skip)) {
                EventBatch batch = new EventBatch();
                while (reader.next(batch)) {
                    for (int e = 0; e < batch.size; e++) {
                        if (Lane.carriesType(batch.kind[e])) {
                            reader.types().get(batch.c[e]);
                        }
                    }
                }
            } catch (BadInputException e) {
                assertTrue(e.getMessage().startsWith("t.nzt"), e.getMessage());
            }
        }
    }

    private static void sign(byte[] file, int start, int length) throws IOException {
        Block old = Block.readHeader(file, start);
        ByteSink header = new ByteSink();
        int checksum = Block.checksum(file, start + Block.HEADER_BYTES, length);
        new Block(old.kind(), old.number(), length, old.firstEvent(), old.events(), checksum).writeHeader(header);
        System.arraycopy(header.array(), 0, file, start, header.size());
    }
}
