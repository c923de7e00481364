package dev.needzero.trace.go;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TraceInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The first 16 bytes: {@code go 1.NN trace} and zeros. NN is the format's version, not always the toolchain's: 1.24 writes
 * 23, and 1.27 writes 26.
 */
final class GoHeader {
    static final int BYTES = 16;

    private static final String PREFIX = "go 1.";
    private static final String SUFFIX = " trace\0\0\0\0";
    private static final String RECORD =
            "record it again from a program built with Go 1.23 or later and started with GODEBUG=traceallocfree=1 (for a"
                    + " service: curl -o trace.out 'http://HOST/debug/pprof/trace?seconds=10')";

    private GoHeader() {}

    static boolean looksLikeOne(byte[] head) {
        return minor(head) >= 0;
    }

    private static int minor(byte[] head) {
        String text = new String(head, 0, Math.min(BYTES, head.length), StandardCharsets.ISO_8859_1);
        if (text.length() < BYTES || !text.startsWith(PREFIX)) {
            return -1;
        }
        int end = text.indexOf(' ', PREFIX.length());
        if (end < 0 || end > PREFIX.length() + 2 || !SUFFIX.startsWith(text.substring(end))) {
            return -1;
        }
        int minor = 0;
        for (int i = PREFIX.length(); i < end; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            minor = minor * 10 + digit;
        }
        return end == PREFIX.length() ? -1 : minor;
    }

    /** Consumes the header and returns the format's version: 23, 25 or 26. */
    static int read(TraceInput input) throws IOException {
        byte[] header = new byte[BYTES];
        int size = 0;
        try {
            for (int n = 0; size < BYTES && n >= 0; size += Math.max(0, n)) {
                n = input.read(header, size, BYTES - size);
            }
        } catch (EOFException e) {
            // Too short then, as is said below.
        }
        if (size < BYTES) {
            throw new BadInputException(
                    input.at(size), "ends within the 16-byte header of a Go execution trace; nothing to replay");
        }
        int minor = minor(header);
        if (minor < 0) {
            throw new BadInputException(
                    input.at(0),
                    "not the header of a Go execution trace (expected \"go 1.23 trace\" or a later version)");
        }
        if (minor < 22) {
            throw new BadInputException(
                    input.at(0), "a trace of Go 1." + minor + ", whose format knows no allocations; " + RECORD);
        }
        if (minor == 22) {
            throw withoutAllocations(input);
        }
        if (minor != 23 && minor != 25 && minor != 26) {
            throw new BadInputException(
                    input.at(0), "trace format 1." + minor + " is not known (known: 1.23, 1.25, 1.26)");
        }
        return minor;
    }

    static BadInputException withoutAllocations(TraceInput input) {
        return new BadInputException(input.name(), "a Go execution trace without allocation events; " + RECORD);
    }
}
