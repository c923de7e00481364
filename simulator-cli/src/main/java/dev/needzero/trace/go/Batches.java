package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The outer layer of a Go execution trace: a 16-byte header, then batches, each with its generation, thread and base time.
 *
 * <p>Go: {@code internal/trace/batch.go}; {@code go-runtime-model.md} §10.2.
 */
final class Batches {
    /** One batch's payload. */
    record Batch(int experiment, long generation, long m, long time, byte[] payload, long offset) {}

    private static final int EVENT_BATCH = 1;
    private static final int EXPERIMENTAL_BATCH = 49;
    private static final int END_OF_GENERATION = 52;
    private static final int MAX_PAYLOAD_BYTES = 1 << 16;

    private final TraceInput input;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int limit;
    private long bufferOffset;
    private final int version;
    private String truncated;

    Batches(TraceInput input) throws IOException {
        this.input = input;
        byte[] header = new byte[16];
        int n = 0;
        while (n < 16 && more()) {
            header[n++] = buffer[at++];
        }
        String text = new String(header, 0, n, StandardCharsets.ISO_8859_1);
        Matcher m = Pattern.compile("go 1\\.(\\d{1,3}) trace\0*").matcher(text);
        if (!m.matches() || n < 16) {
            throw new BadInputException(
                    input.name(),
                    "byte 0: not the header of a Go execution trace (expected \"go 1.23 trace\" or later)");
        }
        version = Integer.parseInt(m.group(1));
        if (version < 22) {
            throw new BadInputException(
                    input.name(),
                    "byte 0: a trace of Go 1." + version
                            + ", whose old format knows no allocations; record with Go 1.23 or"
                            + " later and GODEBUG=traceallocfree=1");
        }
        if (version == 22) {
            throw noAllocations();
        }
        if (version != 23 && version != 25 && version != 26) {
            throw new BadInputException(
                    input.name(), "byte 0: trace format 1." + version + " is not known (known: 1.23, 1.25, 1.26)");
        }
    }

    BadInputException noAllocations() {
        return new BadInputException(
                input.name(),
                "a Go execution trace without allocation events; record it again from a Go 1.23 or later program started with"
                        + " GODEBUG=traceallocfree=1 (for a service: curl -o trace.out"
                        + " 'http://HOST/debug/pprof/trace?seconds=10')");
    }

    /** The format number in the header: 23 is written by Go 1.23 and 1.24, 26 by 1.26 and 1.27. */
    int version() {
        return version;
    }

    /** Why the trace ends early, or null. */
    String truncated() {
        return truncated;
    }

    /** The next batch, or null at the end. End-of-generation bytes are passed over: the next batch's number tells. */
    Batch next() throws IOException {
        while (true) {
            long offset = bufferOffset + at;
            if (!more()) {
                if (input.damage() != null) {
                    truncated = input.damage();
                } else if (version >= 26 && !endSeen) {
                    truncated =
                            "byte " + offset + ": the trace ends inside a generation; read up to its last whole batch";
                }
                return null;
            }
            int type = buffer[at++] & 0xff;
            if (type == END_OF_GENERATION && version >= 26) {
                endSeen = true;
                continue;
            }
            endSeen = false;
            int experiment = 0;
            if (type == EXPERIMENTAL_BATCH) {
                if (!more()) {
                    return cut(offset);
                }
                experiment = buffer[at++] & 0xff;
            } else if (type != EVENT_BATCH) {
                throw new BadInputException(
                        input.name(), "byte " + offset + ": found type " + type + "; expected the start of a batch");
            }
            try {
                long generation = uvarint();
                long m = uvarint();
                long time = uvarint();
                long size = uvarint();
                if (size < 0 || size > MAX_PAYLOAD_BYTES) {
                    throw new BadInputException(
                            input.name(),
                            "byte " + offset + ": a batch of " + Long.toUnsignedString(size)
                                    + " bytes; expected at most " + MAX_PAYLOAD_BYTES);
                }
                byte[] payload = new byte[(int) size];
                int done = 0;
                while (done < size) {
                    if (!more()) {
                        return cut(offset);
                    }
                    int n = (int) Math.min(size - done, limit - at);
                    System.arraycopy(buffer, at, payload, done, n);
                    at += n;
                    done += n;
                }
                return new Batch(experiment, generation, m, time, payload, offset);
            } catch (End e) {
                return cut(offset);
            }
        }
    }

    private boolean endSeen;

    private Batch cut(long offset) {
        truncated = input.damage() != null
                ? input.damage()
                : "byte " + offset + ": the trace ends inside a batch; read up to the one before";
        return null;
    }

    private boolean more() throws IOException {
        if (at < limit) {
            return true;
        }
        bufferOffset += limit;
        at = 0;
        limit = Math.max(0, input.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    private long uvarint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (!more()) {
                throw new End();
            }
            byte b = buffer[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new BadInputException(input.name(), "byte " + (bufferOffset + at) + ": a number of more than 10 bytes");
    }

    /** The input ended inside a number. */
    private static final class End extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
