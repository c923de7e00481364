package dev.needzero.report;

import com.google.protobuf.CodedOutputStream;
import dev.needzero.experiment.ResidentShares.Share;
import dev.needzero.os.Cause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A heap profile in pprof's format, gzipped: what Go's own profile has, allocated and in use, and beside it the resident
 * bytes of each cause, which no Go metric knows. In place of a call stack stand a type, its slot's size and the heap.
 *
 * <p>Message {@code perftools.profiles.Profile}; field numbers are those of pprof's published {@code profile.proto}.
 */
public final class PprofProfile {
    private static final String COUNT = "count";
    private static final String BYTES = "bytes";

    private final Map<String, Integer> strings = new LinkedHashMap<>();
    private final Map<String, Integer> functions = new LinkedHashMap<>();

    /** Writes a part of a message. */
    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private PprofProfile() {
        string("");
    }

    /**
     * Writes a profile.
     *
     * @param comment what the profile is of
     * @param nanos how long the trace ran
     */
    public static void write(OutputStream out, List<Share> shares, String comment, long nanos) throws IOException {
        GZIPOutputStream packed = new GZIPOutputStream(out);
        packed.write(new PprofProfile().bytes(shares, comment, nanos));
        packed.finish();
    }

    private int string(String text) {
        return strings.computeIfAbsent(text, t -> strings.size());
    }

    /** A function and its only location have the same number, from 1. */
    private int location(String name) {
        string(name);
        return functions.computeIfAbsent(name, n -> functions.size() + 1);
    }

    private byte[] bytes(List<Share> shares, String comment, long nanos) throws IOException {
        return message(out -> {
            sampleType(out, "alloc_objects", COUNT);
            sampleType(out, "alloc_space", BYTES);
            sampleType(out, "inuse_objects", COUNT);
            sampleType(out, "inuse_space", BYTES);
            sampleType(out, "resident", BYTES);
            for (int cause = 0; cause < Cause.COUNT; cause++) {
                sampleType(out, "resident_" + sampleTypeName(cause), BYTES);
            }
            for (Share share : shares) {
                sample(out, share);
            }
            for (Map.Entry<String, Integer> function : functions.entrySet()) {
                out.writeByteArray(4, message(location -> {
                    location.writeUInt64(1, function.getValue());
                    location.writeByteArray(4, message(line -> line.writeUInt64(1, function.getValue())));
                }));
                out.writeByteArray(5, message(f -> {
                    f.writeUInt64(1, function.getValue());
                    f.writeInt64(2, string(function.getKey()));
                    f.writeInt64(3, string(function.getKey()));
                }));
            }
            int remark = string(comment);
            int shown = string("resident");
            int space = string("space");
            int unit = string(BYTES);
            for (String text : strings.keySet()) {
                out.writeString(6, text);
            }
            out.writeInt64(10, nanos);
            out.writeByteArray(11, valueType(space, unit));
            out.writeInt64(12, 1); // every object is there: nothing was sampled
            out.writeInt64(13, remark);
            out.writeInt64(14, shown);
        });
    }

    /** {@code hugePage} becomes {@code huge_page}, as pprof spells its sample types. */
    static String sampleTypeName(int cause) {
        return Cause.name(cause).replace("P", "_p");
    }

    private void sampleType(CodedOutputStream out, String type, String unit) throws IOException {
        out.writeByteArray(1, valueType(string(type), string(unit)));
    }

    private static byte[] valueType(int type, int unit) throws IOException {
        return message(out -> {
            out.writeInt64(1, type);
            out.writeInt64(2, unit);
        });
    }

    private void sample(CodedOutputStream out, Share share) throws IOException {
        List<Long> locations = new ArrayList<>();
        locations.add((long) location(share.what()));
        if (share.slotBytes() > 0) {
            locations.add((long) location("slots of " + share.slotBytes() + " B"));
        }
        locations.add((long) location("heap"));
        List<Long> values = new ArrayList<>();
        values.add(share.allocated());
        values.add(share.allocated() * share.slotBytes());
        values.add(share.objects());
        values.add(share.objects() * share.slotBytes());
        long resident = 0;
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            resident += share.committed(cause);
        }
        values.add(resident);
        for (int cause = 0; cause < Cause.COUNT; cause++) {
            values.add(share.committed(cause));
        }
        if (resident == 0 && share.allocated() == 0) {
            return;
        }
        int bytesLabel = string(BYTES);
        out.writeByteArray(2, message(sample -> {
            sample.writeByteArray(1, packed(locations));
            sample.writeByteArray(2, packed(values));
            if (share.slotBytes() > 0) {
                sample.writeByteArray(3, message(label -> {
                    label.writeInt64(1, bytesLabel);
                    label.writeInt64(3, share.slotBytes());
                    label.writeInt64(4, bytesLabel);
                }));
            }
        }));
    }

    private static byte[] packed(List<Long> values) throws IOException {
        return message(out -> {
            for (long value : values) {
                out.writeUInt64NoTag(value);
            }
        });
    }

    private static byte[] message(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }
}
