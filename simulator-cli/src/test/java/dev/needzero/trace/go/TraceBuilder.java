package dev.needzero.trace.go;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes small Go traces by hand. Without a format version of its own a trace is 1.26's. */
final class TraceBuilder {
    static final long BASE = 0xc000000000L;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final int version;
    private long generation = 1;

    /** A batch's payload. */
    static final class Payload {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Payload number(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
            return this;
        }

        /** An event: type, ticks since the one before, arguments. */
        Payload event(int type, long dt, long... arguments) {
            out.write(type);
            number(dt);
            for (long argument : arguments) {
                number(argument);
            }
            return this;
        }

        Payload text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            number(bytes.length);
            out.writeBytes(bytes);
            return this;
        }
    }

    TraceBuilder() {
        this(26);
    }

    TraceBuilder(int version) {
        this.version = version;
        out.writeBytes(Arrays.copyOf(("go 1." + version + " trace").getBytes(StandardCharsets.US_ASCII), 16));
    }

    static Payload payload() {
        return new Payload();
    }

    TraceBuilder info() {
        return experimental(
                payload().number(1).number(BASE).number(8192).number(8).number(2048));
    }

    TraceBuilder batch(long m, long time, Payload payload) {
        return batch(1, m, time, payload);
    }

    TraceBuilder experimental(Payload payload) {
        return batch(49, -1, 0, payload);
    }

    private TraceBuilder batch(int type, long m, long time, Payload payload) {
        Payload header = payload();
        header.number(type);
        if (type == 49) {
            header.number(1);
        }
        header.number(generation).number(m).number(time);
        long size = payload.out.size();
        for (int i = 0; i < 9; i++) {
            header.out.write((int) (size & 0x7f) | 0x80);
            size >>>= 7;
        }
        header.out.write(0);
        out.writeBytes(header.out.toByteArray());
        out.writeBytes(payload.out.toByteArray());
        return this;
    }

    TraceBuilder type(long id, long address, String name, long sizeBytes, long pointerBytes) {
        return experimental(payload()
                .number(0)
                .number(id)
                .number(address)
                .number(sizeBytes)
                .number(pointerBytes)
                .text(name));
    }

    TraceBuilder string(long id, String text) {
        return batch(-1, 0, payload().number(4).number(5).number(id).text(text));
    }

    /** The clock, 64 ns a tick, and the generation's end. */
    TraceBuilder endGeneration() {
        if (version == 23) {
            batch(-1, 0, payload().number(8).number(15_625_000));
        } else {
            batch(
                    -1,
                    0,
                    payload()
                            .number(50)
                            .number(8)
                            .number(15_625_000)
                            .number(51)
                            .number(1)
                            .number(1)
                            .number(1)
                            .number(1));
        }
        if (version >= 26) {
            out.write(52);
        }
        generation++;
        return this;
    }

    TraceBuilder nextGeneration() {
        generation++;
        return this;
    }

    TraceBuilder raw(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    int size() {
        return out.size();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
