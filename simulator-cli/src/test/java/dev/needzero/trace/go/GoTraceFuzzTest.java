package dev.needzero.trace.go;

import static dev.needzero.trace.go.TraceBuilder.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.fail;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.FuzzTarget;
import dev.needzero.trace.Recordings;
import dev.needzero.trace.TraceReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever the bytes, the answer is a reading or one line of complaint: no other exception, and never a hang. */
public class GoTraceFuzzTest {
    private static byte[] byHand() {
        return new TraceBuilder(23)
                .info()
                .batch(
                        7,
                        1,
                        payload()
                                .event(13, 1, 0, 1)
                                .event(129, 1, 4, 2, 10)
                                .event(132, 1, 4096, 1)
                                .event(44, 1, 0, 1, 2, 0)
                                .event(32, 1, 1)
                                .event(33, 1, 8192, 0)
                                .event(133, 1, 4096)
                                .event(130, 1, 4))
                .batch(8, 3, payload().event(10, 1, 1, 2).event(135, 1, 9, 12).event(136, 1, 9))
                .string(1, "needzero.write")
                .string(2, "0xc000008000 16")
                .batch(
                        -1,
                        0,
                        payload()
                                .number(2)
                                .number(3)
                                .number(1)
                                .number(1)
                                .number(99)
                                .number(1)
                                .number(2)
                                .number(3))
                .type(1, 0x1000, "main.A", 8, 0)
                .endGeneration()
                .batch(7, 20, payload().event(132, 1, 4097, 1))
                .endGeneration()
                .bytes();
    }

    /** What the long run gives its time to: real traces of every form that Go has written, snapshots of the heap in them. */
    public static FuzzTarget target() throws IOException {
        List<byte[]> seeds = new ArrayList<>(List.of(byHand()));
        for (String name : new String[] {
            "large-ptr-8M@go1.23.0",
            "large-chan-1M@go1.24.0",
            "large-ptr-1M@go1.25.14",
            "large-ptr-8M@go1.26.7",
            "large-noscan-1M@go1.27.0"
        }) {
            seeds.add(Recordings.unpacked(Recordings.trace(name)));
        }
        return FuzzTarget.of("Go traces", seeds, (input, round) -> readAnyway(input, new EventBatch()));
    }

    private static void readAnyway(byte[] bytes, EventBatch batch) throws IOException {
        try (TraceReader reader = ReadTrace.open(bytes)) {
            while (reader.next(batch)) {
                if (batch.size <= 0 || batch.size > EventBatch.CAPACITY) {
                    fail("a batch of " + batch.size);
                }
            }
            reader.warnings();
        } catch (BadInputException e) {
            assertEquals(-1, e.getMessage().indexOf('\n'));
        }
    }

    @Test
    void mutatedTracesAreReadOrRefused() throws IOException {
        FuzzTarget target = target();
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (int seed = 0; seed < 4000; seed++) {
                target.meet(seed);
            }
        });
    }

    @Test
    void aSmallRecordingCutAtEveryByteIsReadOrRefused() throws IOException {
        byte[] whole = Recordings.unpacked(Recordings.trace("large-ptr-8M@go1.23.0"));
        EventBatch batch = new EventBatch();
        for (int cut = 0; cut < whole.length; cut++) {
            readAnyway(Arrays.copyOf(whole, cut), batch);
        }
    }

    @Test
    void idsNearTheLargestNumberNeedNoMemory() {
        TraceBuilder trace = new TraceBuilder().info();
        for (long id = -1; id > -1000; id--) {
            trace.string(id, "x").type(id, id, "y", 8, 0);
        }
        trace.batch(7, 1, payload().event(132, 1, -1, -1)).endGeneration();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> readAnyway(trace.bytes(), new EventBatch()));
    }

    @Test
    void manyTinyGenerationsTakeNoLongerThanTheirBytes() {
        TraceBuilder trace = new TraceBuilder().info();
        for (int i = 0; i < 200_000; i++) {
            trace.batch(7, 1, payload().event(37, 1, 1)).raw(52).nextGeneration();
        }
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> readAnyway(trace.bytes(), new EventBatch()));
    }
}
