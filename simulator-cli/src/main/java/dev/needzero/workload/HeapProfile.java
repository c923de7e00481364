package dev.needzero.workload;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.InflationLimit;
import dev.needzero.trace.TraceInput;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Go heap profile in pprof's format: how many objects of which size each place in the program allocated, and how many
 * of them are in use. Its counts are estimates for the whole program: whoever wrote it has scaled up what was sampled.
 *
 * <p>Field numbers are those of message {@code perftools.profiles.Profile}.
 *
 * @param sites places × sizes
 */
record HeapProfile(List<Site> sites) {
    private static final int MAX_BYTES = 1 << 29;

    /**
     * Objects of one size allocated at one place.
     *
     * @param function what called the allocator
     * @param bytes size of an object; from Go 1.22 on that of its slot
     */
    record Site(String function, long bytes, long allocObjects, long allocBytes, long inUseObjects, long inUseBytes) {}

    /** Reads a profile, compressed or not. */
    static HeapProfile read(String path) throws IOException {
        try (TraceInput input = TraceInput.open(path, InflationLimit.current())) {
            return new Parser(input.name()).parse(bytes(input));
        }
    }

    private static byte[] bytes(TraceInput input) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[1 << 16];
        try {
            for (int n = input.read(piece, 0, piece.length); n > 0; n = input.read(piece, 0, piece.length)) {
                all.write(piece, 0, n);
                if (all.size() > MAX_BYTES) {
                    throw new BadInputException(input.name(), "is larger than any heap profile (512 MiB unpacked)");
                }
            }
        } catch (EOFException e) {
            throw new BadInputException(
                    input.at(all.size()), "the packed profile is cut short here; fetch the profile again");
        }
        return all.toByteArray();
    }

    /** One pass over the message collects raw samples and tables; names are looked up when both are whole. */
    private static final class Parser {
        private static final int WIRE_TYPE_BITS = 3;
        private static final String[] WANTED = {"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"};

        private final String name;
        private final List<String> strings = new ArrayList<>();
        private final List<Long> sampleTypes = new ArrayList<>();
        private final List<Sample> samples = new ArrayList<>();
        /** Innermost function of a location, by the location's id. */
        private final Map<Long, Long> functionAt = new HashMap<>();
        /** Index of a function's name, by the function's id. */
        private final Map<Long, Long> nameOf = new HashMap<>();

        private static final class Sample {
            private final LongArrayList locations = new LongArrayList(4);
            private final LongArrayList values = new LongArrayList(4);
            /** Key and number of each label that is a number. */
            private final LongArrayList labels = new LongArrayList(2);
        }

        Parser(String name) {
            this.name = name;
        }

        HeapProfile parse(byte[] bytes) throws BadInputException {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            try {
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    switch (tag >>> WIRE_TYPE_BITS) {
                        case 1 -> message(in, tag, this::sampleType);
                        case 2 -> {
                            Sample sample = new Sample();
                            message(in, tag, (t, i) -> sampleField(sample, t, i));
                            samples.add(sample);
                        }
                        case 4 -> location(in, tag);
                        case 5 -> function(in, tag);
                        case 6 -> strings.add(in.readString());
                        default -> in.skipField(tag);
                    }
                }
            } catch (InvalidProtocolBufferException e) {
                throw bad(in, "not a pprof profile: " + e.getMessage());
            } catch (IOException e) {
                throw bad(in, e.getMessage());
            }
            return new HeapProfile(merge(columns()));
        }

        private interface Field {
            void read(int tag, CodedInputStream in) throws IOException;
        }

        private static void message(CodedInputStream in, int tag, Field field) throws IOException {
            if ((tag & (1 << WIRE_TYPE_BITS) - 1) != 2) {
                throw new InvalidProtocolBufferException("field " + (tag >>> WIRE_TYPE_BITS) + " is not a message");
            }
            int limit = in.pushLimit(in.readRawVarint32());
            for (int t = in.readTag(); t != 0; t = in.readTag()) {
                field.read(t, in);
            }
            in.checkLastTagWas(0);
            in.popLimit(limit);
        }

        private void sampleType(int tag, CodedInputStream in) throws IOException {
            if (tag >>> WIRE_TYPE_BITS == 1) {
                sampleTypes.add(in.readInt64());
            } else {
                in.skipField(tag);
            }
        }

        private static void sampleField(Sample sample, int tag, CodedInputStream in) throws IOException {
            switch (tag >>> WIRE_TYPE_BITS) {
                case 1 -> numbers(sample.locations, tag, in);
                case 2 -> numbers(sample.values, tag, in);
                case 3 -> {
                    long[] label = new long[2];
                    message(in, tag, (t, i) -> {
                        switch (t >>> WIRE_TYPE_BITS) {
                            case 1 -> label[0] = i.readInt64();
                            case 3 -> label[1] = i.readInt64();
                            default -> i.skipField(t);
                        }
                    });
                    sample.labels.add(label[0]);
                    sample.labels.add(label[1]);
                }
                default -> in.skipField(tag);
            }
        }

        /** A repeated number, packed or one by one. */
        private static void numbers(LongArrayList into, int tag, CodedInputStream in) throws IOException {
            if ((tag & (1 << WIRE_TYPE_BITS) - 1) != 2) {
                into.add(in.readInt64());
                return;
            }
            int limit = in.pushLimit(in.readRawVarint32());
            while (in.getBytesUntilLimit() > 0) {
                into.add(in.readInt64());
            }
            in.popLimit(limit);
        }

        private void location(CodedInputStream in, int tag) throws IOException {
            long[] idAndFunction = {0, -1};
            message(in, tag, (t, i) -> {
                switch (t >>> WIRE_TYPE_BITS) {
                    case 1 -> idAndFunction[0] = i.readInt64();
                    case 4 ->
                        message(i, t, (lineTag, line) -> {
                            if (lineTag >>> WIRE_TYPE_BITS == 1) {
                                long function = line.readInt64();
                                if (idAndFunction[1] < 0) { // inlined callees come first
                                    idAndFunction[1] = function;
                                }
                            } else {
                                line.skipField(lineTag);
                            }
                        });
                    default -> i.skipField(t);
                }
            });
            functionAt.put(idAndFunction[0], idAndFunction[1]);
        }

        private void function(CodedInputStream in, int tag) throws IOException {
            long[] idAndName = new long[2];
            message(in, tag, (t, i) -> {
                switch (t >>> WIRE_TYPE_BITS) {
                    case 1 -> idAndName[0] = i.readInt64();
                    case 2 -> idAndName[1] = i.readInt64();
                    default -> i.skipField(t);
                }
            });
            nameOf.put(idAndName[0], idAndName[1]);
        }

        /** Which of a sample's values are the wanted ones. */
        private int[] columns() throws BadInputException {
            List<String> found = new ArrayList<>();
            for (long index : sampleTypes) {
                found.add(string(index));
            }
            int[] columns = new int[WANTED.length];
            for (int i = 0; i < WANTED.length; i++) {
                columns[i] = found.indexOf(WANTED[i]);
                if (columns[i] < 0) {
                    throw new BadInputException(
                            name,
                            "not a heap profile: its sample types are " + found + "; expected "
                                    + Arrays.toString(WANTED));
                }
            }
            return columns;
        }

        private List<Site> merge(int[] columns) throws BadInputException {
            Map<String, Site> sites = new LinkedHashMap<>();
            for (Sample sample : samples) {
                long[] v = new long[WANTED.length];
                for (int i = 0; i < v.length; i++) {
                    if (columns[i] >= sample.values.size() || sample.values.getLong(columns[i]) < 0) {
                        throw new BadInputException(name, "a sample lacks its " + WANTED[i]);
                    }
                    v[i] = sample.values.getLong(columns[i]);
                }
                long bytes = objectBytes(sample, v);
                if (bytes <= 0) {
                    continue; // nothing was allocated
                }
                String function = function(sample);
                sites.merge(
                        function + " " + bytes,
                        new Site(function, bytes, v[0], v[1], v[2], v[3]),
                        (a, b) -> new Site(
                                a.function,
                                a.bytes,
                                a.allocObjects + b.allocObjects,
                                a.allocBytes + b.allocBytes,
                                a.inUseObjects + b.inUseObjects,
                                a.inUseBytes + b.inUseBytes));
            }
            return List.copyOf(sites.values());
        }

        /** The label's word for it, else the average. */
        private long objectBytes(Sample sample, long[] v) throws BadInputException {
            for (int i = 0; i < sample.labels.size(); i += 2) {
                if (string(sample.labels.getLong(i)).equals("bytes")) {
                    return sample.labels.getLong(i + 1);
                }
            }
            return v[0] > 0 ? v[1] / v[0] : v[2] > 0 ? v[3] / v[2] : 0;
        }

        private String function(Sample sample) throws BadInputException {
            for (long location : sample.locations.toLongArray()) {
                Long function = functionAt.get(location);
                Long nameIndex = function == null ? null : nameOf.get(function);
                if (nameIndex != null) {
                    return string(nameIndex);
                }
            }
            return "unknown";
        }

        private String string(long index) throws BadInputException {
            if (index < 0 || index >= strings.size()) {
                throw new BadInputException(
                        name, "string " + index + " is not in the profile's table of " + strings.size());
            }
            return strings.get((int) index);
        }

        private BadInputException bad(CodedInputStream in, String problem) {
            return new BadInputException(name, "unpacked byte " + in.getTotalBytesRead() + ": " + problem);
        }
    }
}
