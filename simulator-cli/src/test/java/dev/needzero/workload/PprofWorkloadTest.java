package dev.needzero.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.EventBatch;
import dev.needzero.trace.Kind;
import dev.needzero.trace.TraceReader;
import dev.needzero.trace.TypeTable.Pointers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PprofWorkloadTest {
    private static final String SAMPLE = "samples/pprof/ast.heap.pb.gz";

    @TempDir
    Path dir;

    private static long sum(HeapProfile profile, ToLongFunction<HeapProfile.Site> column) {
        return profile.sites().stream().mapToLong(column).sum();
    }

    /** The totals were added up by a few lines of Python over the file's bytes. */
    @Test
    void aRealProfileIsReadWhole() throws IOException {
        HeapProfile profile = HeapProfile.read(Slots.shared(SAMPLE).toString());
        assertEquals(1_902_470, sum(profile, HeapProfile.Site::allocObjects));
        assertEquals(87_621_353, sum(profile, HeapProfile.Site::allocBytes));
        assertEquals(1_506_196, sum(profile, HeapProfile.Site::inUseObjects));
        assertEquals(56_912_350, sum(profile, HeapProfile.Site::inUseBytes));
        assertTrue(profile.sites().stream().anyMatch(s -> s.function().equals("go/ast.NewObj") && s.bytes() == 80));
    }

    /**
     * Within 2 %, and where that is less than half an object, to the nearest. Whether a site's objects hold pointers is not known:
     * the size class must not hang on it.
     */
    @Test
    void theLiveHeapIsTheProfilesSizeClassBySizeClass() throws IOException {
        Path file = Slots.shared(SAMPLE);
        for (boolean noscan : new boolean[] {true, false}) {
            Map<Long, Long> wanted = new TreeMap<>();
            for (HeapProfile.Site site : HeapProfile.read(file.toString()).sites()) {
                wanted.merge(site.bytes(), site.inUseBytes(), Long::sum);
            }
            Map<Long, Long> made = new TreeMap<>();
            try (TraceReader reader = Workloads.open("like?profile=" + file)) {
                EventBatch batch = new EventBatch();
                while (reader.next(batch)) {
                    for (int i = 0; i < batch.size; i++) {
                        if (batch.kind[i] == Kind.ALLOC) {
                            Pointers known = reader.types().get(batch.c[i]).pointers();
                            boolean as = known == Pointers.UNKNOWN ? noscan && batch.b[i] >= 16 : known == Pointers.NO;
                            long slot = Slots.slot(batch.b[i], as, true);
                            made.merge(slot, slot, Long::sum);
                        }
                    }
                }
            }
            wanted.values().removeIf(bytes -> bytes == 0);
            assertEquals(wanted.keySet(), made.keySet());
            wanted.forEach((slot, bytes) ->
                    assertEquals(bytes, made.get(slot), Math.max(bytes * 0.02, slot / 2.0), "slots of " + slot));
        }
    }

    @Test
    void objectsAreReplacedForAsLongAsEventsAreAskedFor() throws IOException {
        String spec = "like?profile=" + Slots.shared(SAMPLE) + "&scale=0.01";
        Runs once = Runs.of(spec);
        Runs more = Runs.of(spec + "&events=500000");
        assertEquals(500_000, more.events());
        assertTrue(more.peakObjects() <= once.peakObjects() + 1);
        assertEquals("live", more.checkpoints().get(0));
    }

    private static byte[] message(Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        writer.write(out);
        out.flush();
        return bytes.toByteArray();
    }

    private interface Writer {
        void write(CodedOutputStream out) throws IOException;
    }

    /** A profile of one site: 10 objects of 64 B allocated, 4 in use. */
    private static byte[] profile(boolean packed, String... sampleTypes) throws IOException {
        return message(out -> {
            List<String> strings = new ArrayList<>(List.of("", "main.work", "bytes"));
            for (String type : sampleTypes) {
                strings.add(type);
                long name = strings.size() - 1;
                out.writeByteArray(1, message(t -> t.writeInt64(1, name)));
            }
            long[] values = {10, 640, 4, 256};
            out.writeByteArray(2, message(s -> {
                s.writeUInt64(1, 7);
                if (packed) {
                    s.writeByteArray(2, message(v -> {
                        for (long value : values) {
                            v.writeInt64NoTag(value);
                        }
                    }));
                } else {
                    for (long value : values) {
                        s.writeInt64(2, value);
                    }
                }
                s.writeByteArray(3, message(l -> {
                    l.writeInt64(1, 2);
                    l.writeInt64(3, 64);
                }));
            }));
            out.writeByteArray(4, message(l -> {
                l.writeUInt64(1, 7);
                l.writeByteArray(4, message(line -> line.writeUInt64(1, 9)));
            }));
            out.writeByteArray(5, message(f -> {
                f.writeUInt64(1, 9);
                f.writeInt64(2, 1);
            }));
            for (String string : strings) {
                out.writeString(6, string);
            }
        });
    }

    private static final String[] HEAP = {"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"};

    @Test
    void valuesMayBePackedOrNot() throws IOException {
        for (boolean packed : new boolean[] {true, false}) {
            Path file = Files.write(dir.resolve("heap.pb"), profile(packed, HEAP));
            assertEquals(
                    List.of(new HeapProfile.Site("main.work", 64, 10, 640, 4, 256)),
                    HeapProfile.read(file.toString()).sites());
        }
    }

    @Test
    void aProfileOfSomethingElseIsRefused() throws IOException {
        Path file = Files.write(dir.resolve("cpu.pb"), profile(true, "samples", "cpu"));
        BadInputException e = assertThrows(BadInputException.class, () -> HeapProfile.read(file.toString()));
        assertTrue(e.getMessage().contains("its sample types are [samples, cpu]"), e.getMessage());
    }

    @Test
    void aCutProfileIsRefusedWithItsOffset() throws IOException {
        byte[] whole = profile(true, HEAP);
        Path file = Files.write(dir.resolve("cut.pb"), Arrays.copyOf(whole, whole.length - 3));
        BadInputException e = assertThrows(BadInputException.class, () -> HeapProfile.read(file.toString()));
        assertTrue(e.getMessage().contains("byte "), e.getMessage());
    }

    /** Whatever the bytes, the answer is a profile or a message. */
    @Test
    void mutatedProfilesNeverEndInAnythingButAMessage() throws IOException {
        byte[] real;
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(Slots.shared(SAMPLE)))) {
            real = Arrays.copyOf(in.readAllBytes(), 20_000);
        }
        Rng rng = new Rng(1);
        for (byte[] seed : List.of(real, profile(true, HEAP), profile(false, HEAP))) {
            for (int round = 0; round < 500; round++) {
                byte[] bytes = seed.clone();
                for (int k = rng.between(1, 8); k > 0; k--) {
                    bytes[rng.below(bytes.length)] = (byte) rng.next();
                }
                Path file = Files.write(dir.resolve("mutated.pb"), bytes);
                try {
                    HeapProfile.read(file.toString());
                } catch (BadInputException e) {
                    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
                }
            }
        }
    }
}
