package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceInputTest {
    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(7).nextBytes(noise);
        return noise;
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] zstd(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            zstd.write(bytes);
        }
        return out.toByteArray();
    }

    private static TraceInput open(byte[] bytes, InflationLimit limit) throws IOException {
        return TraceInput.of("t", new ByteArrayInputStream(bytes), bytes.length, limit);
    }

    private static byte[] readAll(byte[] bytes) throws IOException {
        try (TraceInput input = open(bytes, InflationLimit.DEFAULT)) {
            byte[] all = input.stream().readAllBytes();
            assertEquals(bytes.length, input.bytesRead());
            return all;
        }
    }

    @Test
    void plainGzipZstdAndOneInsideTheOtherReadTheSame() throws IOException {
        for (int size : new int[] {1, 5, 4095, 4096, 4097, 300_000}) {
            byte[] bytes = noise(size);
            assertArrayEquals(bytes, readAll(bytes));
            assertArrayEquals(bytes, readAll(gzip(bytes)));
            assertArrayEquals(bytes, readAll(zstd(bytes)));
            assertArrayEquals(bytes, readAll(gzip(zstd(bytes))));
            assertArrayEquals(bytes, readAll(zstd(gzip(bytes))));
        }
    }

    @Test
    void gzipMembersThatFollowEachOtherReadAsOne() throws IOException {
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.writeBytes(gzip("one ".getBytes(StandardCharsets.US_ASCII)));
        two.writeBytes(gzip("two".getBytes(StandardCharsets.US_ASCII)));
        assertEquals("one two", new String(readAll(two.toByteArray()), StandardCharsets.US_ASCII));
    }

    @Test
    void packingThriceIsRefused() throws IOException {
        byte[] thrice = gzip(gzip(gzip(noise(9))));
        String said = assertThrows(BadInputException.class, () -> open(thrice, InflationLimit.DEFAULT))
                .getMessage();
        assertTrue(said.contains("more than 2 times"), said);
    }

    @Test
    void aCutCompressedInputIsReadToTheCut() throws IOException {
        byte[] bytes = noise(20 << 20); // the zstd codec holds back up to 8 MiB
        for (byte[] packed : new byte[][] {gzip(bytes), zstd(bytes)}) {
            byte[] cut = Arrays.copyOf(packed, packed.length / 2);
            try (TraceInput input = open(cut, InflationLimit.DEFAULT)) {
                byte[] found = new byte[bytes.length];
                int size = 0;
                try {
                    for (int n = 0; n >= 0; size += Math.max(0, n)) {
                        n = input.read(found, size, found.length - size);
                    }
                } catch (EOFException e) {
                    assertTrue(size > 0);
                }
                assertTrue(size < bytes.length);
                assertArrayEquals(Arrays.copyOf(bytes, size), Arrays.copyOf(found, size));
            }
        }
    }

    @Test
    void aBombIsRefusedAndTheRefusalTellsHowToLiftIt() throws IOException {
        byte[] zeros = new byte[80 << 20];
        for (byte[] bomb : new byte[][] {gzip(zeros), zstd(zeros)}) {
            try (TraceInput input = open(bomb, InflationLimit.DEFAULT)) {
                String said = assertThrows(
                                BadInputException.class, () -> input.stream().transferTo(new ByteArrayOutputStream()))
                        .getMessage();
                assertTrue(said.contains("-Dneedzero.inflate=unbounded"), said);
            }
            try (TraceInput input = open(bomb, InflationLimit.NONE)) {
                assertEquals(zeros.length, input.stream().readAllBytes().length);
            }
        }
    }

    @Test
    void damagedPackingIsABadInput() throws IOException {
        byte[] bytes = noise(100_000);
        for (byte[] packed : new byte[][] {gzip(bytes), zstd(bytes)}) {
            for (int seed = 0; seed < 300; seed++) {
                byte[] damaged = packed.clone();
                Random random = new Random(seed);
                for (int i = 0; i < 3; i++) {
                    damaged[4 + random.nextInt(seed < 150 ? 60 : damaged.length - 4)] ^=
                            (byte) (1 << random.nextInt(8));
                }
                try (TraceInput input = open(damaged, InflationLimit.DEFAULT)) {
                    input.stream().readAllBytes();
                } catch (BadInputException | EOFException e) {
                    assertTrue(e.getMessage() != null);
                }
            }
        }
    }

    @Test
    void whatCannotBeATraceIsToldInOneLine(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        Path text = Files.writeString(folder.resolve("text"), "hello");
        String[][] cases = {
            {folder.toString(), "is a directory"},
            {folder.resolve("nowhere").toString(), "no such file"},
            {empty.toString(), "empty"},
            {text.toString(), "not a trace of a known format (known: go-trace"},
            {"go-trace:" + text, "ends within the 16-byte header"},
            {"gotrace:" + text, "no format is called 'gotrace'"},
        };
        for (String[] each : cases) {
            String said = assertThrows(BadInputException.class, () -> Traces.open(each[0]))
                    .getMessage();
            assertTrue(said.contains(each[1]), said);
            assertEquals(-1, said.indexOf('\n'));
        }
    }
}
