package dev.needzero.workload;

import dev.needzero.trace.TypeTable;
import dev.needzero.trace.TypeTable.Pointers;
import dev.needzero.units.ByteSize;

/**
 * A Go type as far as memory is concerned.
 *
 * @param name as a trace would give it; empty for memory allocated without a type (strings, grown pointer-free slices)
 * @param sizeBytes size of one value
 * @param alignBytes its alignment
 * @param pointerBytes length of the prefix that holds pointers; 0: pointer-free
 */
public record GoType(String name, long sizeBytes, int alignBytes, long pointerBytes) {
    static final int WORD_BYTES = 8;

    /** What a caller gets that writes everything itself and so asks for no zeroing: strings, grown pointer-free slices. */
    static final GoType RAW = new GoType("", 0, 1, 0);

    static final GoType UINT8 = new GoType("uint8", 1, 1, 0);
    static final GoType INT64 = new GoType("int64", 8, 8, 0);
    static final GoType INT = new GoType("int", 8, 8, 0);
    static final GoType POINTER = new GoType("*int", 8, 8, 8);
    static final GoType STRING = new GoType("string", 16, 8, 8);
    static final GoType EMPTY = new GoType("struct {}", 0, 1, 0);
    static final GoType INTERFACE = new GoType("interface {}", 16, 8, 16);

    /** {@code struct { key *string; value []byte; next *record; stamp int64 }}: what a data-processing service queues. */
    static final GoType RECORD = new GoType("main.record", 48, 8, 40);

    boolean noscan() {
        return pointerBytes == 0;
    }

    /** The named type, or a size: {@code 128} is {@code [128]uint8}, {@code *128} that many bytes of pointers. */
    public static GoType parse(String text) {
        switch (text) {
            case "uint8", "byte":
                return UINT8;
            case "int64":
                return INT64;
            case "int":
                return INT;
            case "pointer", "*int":
                return POINTER;
            case "string":
                return STRING;
            case "record":
                return RECORD;
            case "struct{}":
                return EMPTY;
            default:
                break;
        }
        boolean pointers = text.startsWith("*");
        long bytes;
        try {
            bytes = ByteSize.parse(pointers ? text.substring(1) : text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a type (expected uint8, int, int64, string, pointer,"
                            + " record, struct{}, a size as in 128B for pointer-free bytes, or *128B for pointers)");
        }
        if (bytes < 1 || bytes > 1 << 30 || pointers && bytes % WORD_BYTES != 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a size that a type can have (expected 1 B to 1 GiB,"
                            + " a multiple of 8 B where it is all pointers)");
        }
        return pointers
                ? new GoType("[" + bytes / WORD_BYTES + "]*int", bytes, WORD_BYTES, bytes)
                : new GoType("[" + bytes + "]uint8", bytes, 1, 0);
    }

    /** A struct of these fields in this order, laid out as Go does: trailing padding, and never a zero-size last field. */
    static GoType struct(String name, GoType... fields) {
        long end = 0;
        int align = 1;
        long pointers = 0;
        for (GoType field : fields) {
            long at = alignUp(end, field.alignBytes);
            if (field.pointerBytes > 0) {
                pointers = at + field.pointerBytes;
            }
            end = at + field.sizeBytes;
            align = Math.max(align, field.alignBytes);
        }
        if (end > 0 && fields[fields.length - 1].sizeBytes == 0) {
            end++;
        }
        return new GoType(name, alignUp(end, align), align, pointers);
    }

    /** An array of n values under a name of its own. */
    GoType times(String arrayName, long n) {
        long pointers = noscan() || n == 0 ? 0 : (n - 1) * sizeBytes + pointerBytes;
        return new GoType(arrayName, n * sizeBytes, alignBytes, pointers);
    }

    TypeTable.Type traceType() {
        return new TypeTable.Type(
                name, sizeBytes, pointerBytes, noscan() ? Pointers.NO : Pointers.YES, !name.isEmpty());
    }

    private static long alignUp(long bytes, int align) {
        return (bytes + align - 1) / align * align;
    }
}
