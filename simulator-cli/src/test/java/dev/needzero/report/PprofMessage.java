package dev.needzero.report;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;

/** pprof's published message, {@code perftools.profiles.Profile}, as a descriptor: fields, numbers and types. */
final class PprofMessage {
    private PprofMessage() {}

    /** Parses a profile that is not compressed. */
    static DynamicMessage parse(byte[] bytes) throws DescriptorValidationException, InvalidProtocolBufferException {
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("profile.proto")
                .setPackage("perftools.profiles")
                .setSyntax("proto3")
                .addMessageType(message(
                        "Profile",
                        "1 sample_type *ValueType, 2 sample *Sample, 3 mapping *Mapping, 4 location *Location,"
                                + " 5 function *Function, 6 string_table *string, 7 drop_frames int64,"
                                + " 8 keep_frames int64, 9 time_nanos int64, 10 duration_nanos int64,"
                                + " 11 period_type ValueType, 12 period int64, 13 comment *int64,"
                                + " 14 default_sample_type int64"))
                .addMessageType(message("ValueType", "1 type int64, 2 unit int64"))
                .addMessageType(message("Sample", "1 location_id *uint64, 2 value *int64, 3 label *Label"))
                .addMessageType(message("Label", "1 key int64, 2 str int64, 3 num int64, 4 num_unit int64"))
                .addMessageType(message(
                        "Mapping",
                        "1 id uint64, 2 memory_start uint64, 3 memory_limit uint64, 4 file_offset uint64,"
                                + " 5 filename int64, 6 build_id int64, 7 has_functions bool, 8 has_filenames bool,"
                                + " 9 has_line_numbers bool, 10 has_inline_frames bool"))
                .addMessageType(message(
                        "Location",
                        "1 id uint64, 2 mapping_id uint64, 3 address uint64, 4 line *Line, 5 is_folded bool"))
                .addMessageType(message("Line", "1 function_id uint64, 2 line int64, 3 column int64"))
                .addMessageType(message(
                        "Function",
                        "1 id uint64, 2 name int64, 3 system_name int64, 4 filename int64, 5 start_line int64"))
                .build();
        Descriptor profile =
                FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Profile");
        return DynamicMessage.parseFrom(profile, bytes);
    }

    private static DescriptorProto message(String name, String fields) {
        DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
        for (String field : fields.split(", ")) {
            String[] parts = field.trim().split(" ");
            boolean repeated = parts[2].startsWith("*");
            String type = repeated ? parts[2].substring(1) : parts[2];
            FieldDescriptorProto.Builder one = FieldDescriptorProto.newBuilder()
                    .setNumber(Integer.parseInt(parts[0]))
                    .setName(parts[1])
                    .setLabel(repeated ? Label.LABEL_REPEATED : Label.LABEL_OPTIONAL);
            switch (type) {
                case "int64" -> one.setType(Type.TYPE_INT64);
                case "uint64" -> one.setType(Type.TYPE_UINT64);
                case "bool" -> one.setType(Type.TYPE_BOOL);
                case "string" -> one.setType(Type.TYPE_STRING);
                default -> one.setType(Type.TYPE_MESSAGE).setTypeName(".perftools.profiles." + type);
            }
            message.addField(one);
        }
        return message.build();
    }

    /** A field by its name. */
    static Object get(DynamicMessage of, String field) {
        return of.getField(of.getDescriptorForType().findFieldByName(field));
    }

    static long number(DynamicMessage of, String field) {
        return (Long) get(of, field);
    }

    static List<DynamicMessage> messages(DynamicMessage of, String field) {
        List<DynamicMessage> messages = new ArrayList<>();
        for (Object one : (List<?>) get(of, field)) {
            messages.add((DynamicMessage) one);
        }
        return messages;
    }
}
