package dev.needzero.trace.mtrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.Samples;
import dev.needzero.trace.Totals;
import dev.needzero.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WorkloadReaderTest {
    private final WorkloadFormat format = new WorkloadFormat();

    /** As trace2wl lays a workload out: the head's length depends on the offsets in it, so it is written until it fits. */
    private static byte[] workload(String magic, byte[]... threads) {
        int headLength = 2;
        while (true) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            op(out, 8, 100);
            op(out, 9, 3);
            op(out, 10, threads.length);
            int offset = headLength;
            for (byte[] thread : threads) {
                op(out, 11, offset);
                offset += thread.length;
            }
            op(out, 1);
            if (out.size() == headLength) {
                for (byte[] thread : threads) {
                    out.writeBytes(thread);
                }
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                whole.writeBytes(magic.getBytes(StandardCharsets.US_ASCII));
                whole.writeBytes(out.toByteArray());
                return whole.toByteArray();
            }
            headLength = out.size();
        }
    }

    private static void op(ByteArrayOutputStream out, int opcode, long... numbers) {
        out.write(opcode);
        for (long number : numbers) {
            for (int shift = 63 / 7 * 7; shift > 0; shift -= 7) {
                if (number >>> shift != 0) {
                    out.write((int) (number >>> shift & 0x7f | 0x80));
                }
            }
            out.write((int) (number & 0x7f));
        }
    }

    private static byte[] thread(long[]... operations) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long[] operation : operations) {
            long[] numbers = new long[operation.length - 1];
            System.arraycopy(operation, 1, numbers, 0, numbers.length);
            op(out, (int) operation[0], numbers);
        }
        op(out, 1);
        return out.toByteArray();
    }

    private static long[] of(long... values) {
        return values;
    }

    @Test
    void everyOpcodeIsRead() throws IOException {
        byte[] file = workload(
                "",
                thread(
                        of(0),
                        of(2, 1, 1000),
                        of(3, 2, 20),
                        of(4, 3, 1, 3000),
                        of(12, 4, 64, 100),
                        of(13, 5, 1),
                        of(14, 6, 4097),
                        of(15, 7, 8, 3),
                        of(5, 3),
                        of(5, 0),
                        of(2, 0, 5)));
        assertTrue(format.sniff(file, "x"));
        Totals totals = Totals.of(format.open(Samples.input(file)));
        assertEquals(7, totals.allocations);
        assertEquals(2, totals.frees);
        assertEquals(1000 + 20 + 3000 + 128 + 4096 + 8192 + 3, totals.allocatedBytes);
        assertEquals(1000, totals.writtenBytes);
    }

    @Test
    void aThreadWaitsForTheOneThatHandsOver() throws IOException {
        // The second thread frees what the first allocates, and comes first in the file.
        byte[] frees = thread(of(7, 1), of(5, 1), of(6, 2));
        byte[] allocates = thread(of(2, 9, 8), of(2, 1, 16), of(6, 1), of(7, 2), of(2, 1, 32));
        try (TraceReader trace = format.open(Samples.input(workload("", frees, allocates)))) {
            EventBatch batch = new EventBatch();
            assertTrue(trace.next(batch));
            assertEquals(4, batch.size);
            assertEquals(16, batch.b[1]);
            assertEquals(Kind.FREE, batch.kind[2]);
            assertEquals(0, batch.proc[2]);
            assertEquals(32, batch.b[3]);
            assertEquals(1, batch.proc[3]);
        }
    }

    @Test
    void aMagicTextBeforeTheHeadIsPassedOver() throws IOException {
        byte[] file = workload("MTRACEWL", thread(of(2, 1, 1000)));
        assertTrue(format.sniff(file, "x"));
        assertEquals(1000, Totals.of(format.open(Samples.input(file))).allocatedBytes);
    }

    @Test
    void threadsThatWaitForEachOtherForeverAreAnError() {
        assertTrue(
                failure(workload("", thread(of(7, 1)), thread(of(7, 2)))).contains("every thread waits for another"));
    }

    @Test
    void anErrorNamesTheByte() {
        assertEquals(
                "test: byte 9: opcode 99, expected 0 to 7 or 12 to 15 within a thread",
                failure(workload("", thread(of(99)))));
    }

    private String failure(byte[] file) {
        return assertThrows(BadInputException.class, () -> Totals.of(format.open(Samples.input(file))))
                .getMessage();
    }
}
