package dev.needzero.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Files damaged at random, as disks, editors and attackers damage them. */
public final class Mutations {
    private static final String[] NUMBERS = {
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551615",
        "2147483648",
        "4294967296",
        "-1",
        "0",
        "1e999",
        "0x7fffffffffffffff",
        "ffffffffffffffff",
        "140737488355328"
    };
    private static final String MARKS = "0123456789abcdefx-+,.()<>:{}[]\"\\\n #%=&?*";

    private Mutations() {}

    /** A copy of a sound file, changed in one to six places. */
    public static byte[] of(byte[] original, Random random) {
        return of(original, original, random);
    }

    /** The same of one of these, pieces of another among the changes. */
    public static byte[] of(List<byte[]> originals, Random random) {
        byte[] original = originals.get(random.nextInt(originals.size()));
        return of(original, random.nextBoolean() ? original : originals.get(random.nextInt(originals.size())), random);
    }

    private static byte[] of(byte[] original, byte[] donor, Random random) {
        byte[] bytes = original.clone();
        for (int changes = 1 + random.nextInt(6); changes > 0 && bytes.length > 0; changes--) {
            bytes = change(donor, bytes, random);
        }
        return bytes;
    }

    private static byte[] change(byte[] donor, byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        int other = random.nextInt(bytes.length);
        int length = Math.min(1 + random.nextInt(40), bytes.length - Math.max(at, other));
        switch (random.nextInt(12)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> bytes[at] = (byte) MARKS.charAt(random.nextInt(MARKS.length()));
            case 3 -> {
                int n = Math.min(length, donor.length);
                System.arraycopy(donor, Math.min(other, donor.length - n), bytes, at, n);
            }
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> Arrays.fill(bytes, at, at + length, (byte) (random.nextBoolean() ? '9' : 0xff));
            case 6 -> { // a number in binary, near 2^63 or 2^31
                long number = (random.nextBoolean() ? Long.MAX_VALUE : Integer.MAX_VALUE) + random.nextInt(5) - 2L;
                for (int i = at; i < Math.min(bytes.length, at + 8); i++) {
                    bytes[i] = (byte) (number >>> 8 * (i - at));
                }
            }
            case 7 -> { // a number of seven bits a byte, near 2^64
                int end = Math.min(bytes.length, at + 1 + random.nextInt(10));
                Arrays.fill(bytes, at, end, (byte) 0xff);
                if (end < bytes.length) {
                    bytes[end] = (byte) random.nextInt(128);
                }
            }
            case 8 -> { // a number in text, in place of the one that stands here
                int end = at;
                while (end < bytes.length && Character.digit(bytes[end], 16) >= 0) {
                    end++;
                }
                byte[] number = NUMBERS[random.nextInt(NUMBERS.length)].getBytes(StandardCharsets.US_ASCII);
                return spliced(bytes, at, end, number, 0, number.length);
            }
            case 9 -> { // nested deeper than anyone reads
                byte[] deep = new byte[1 + random.nextInt(5000)];
                Arrays.fill(deep, (byte) "[{(\"".charAt(random.nextInt(4)));
                return spliced(bytes, at, at, deep, 0, deep.length);
            }
            case 10 -> { // a piece left out
                return spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(300)), bytes, 0, 0);
            }
            default -> { // a piece twice, or one of another file
                int from = random.nextInt(donor.length + 1);
                int end = Math.min(donor.length, from + random.nextInt(3000));
                return spliced(bytes, at, at, donor, from, end - from);
            }
        }
        return bytes;
    }

    /** {@code bytes} with {@code [from, to)} replaced by a piece of another file. */
    private static byte[] spliced(byte[] bytes, int from, int to, byte[] piece, int pieceFrom, int pieceLength) {
        byte[] result = new byte[bytes.length - (to - from) + pieceLength];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(piece, pieceFrom, result, from, pieceLength);
        System.arraycopy(bytes, to, result, from + pieceLength, bytes.length - to);
        return result;
    }
}
