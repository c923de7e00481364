package dev.needzero.trace.go;

import java.util.Arrays;
import java.util.Random;

/** Sound traces, damaged at random as files and attackers damage them. */
final class MutatedTraces {
    private final byte[][] seeds;
    private final Random random;

    MutatedTraces(long seed, byte[]... seeds) {
        this.seeds = seeds;
        this.random = new Random(seed);
    }

    byte[] next() {
        byte[] bytes = seeds[random.nextInt(seeds.length)].clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes = mutate(bytes);
        }
        return bytes;
    }

    private byte[] mutate(byte[] bytes) {
        if (bytes.length < 20) {
            return bytes;
        }
        int at = 16 + random.nextInt(bytes.length - 16);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> { // a huge number
                int end = Math.min(bytes.length, at + 1 + random.nextInt(11));
                Arrays.fill(bytes, at, end, (byte) 0xff);
                if (end < bytes.length) {
                    bytes[end] = (byte) random.nextInt(128);
                }
            }
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> { // a piece left out
                int length = Math.min(random.nextInt(300), bytes.length - at);
                byte[] less = Arrays.copyOf(bytes, bytes.length - length);
                System.arraycopy(bytes, at + length, less, at, bytes.length - at - length);
                return less;
            }
            case 5 -> { // a piece of a trace spliced in
                byte[] other = seeds[random.nextInt(seeds.length)];
                int from = random.nextInt(other.length);
                int length = Math.min(random.nextInt(3000), other.length - from);
                byte[] more = Arrays.copyOf(bytes, bytes.length + length);
                System.arraycopy(bytes, at, more, at + length, bytes.length - at);
                System.arraycopy(other, from, more, at, length);
                return more;
            }
            default -> { // the same piece over itself
                int from = random.nextInt(bytes.length);
                int length = Math.min(random.nextInt(200), bytes.length - Math.max(from, at));
                System.arraycopy(bytes, from, bytes, at, length);
            }
        }
        return bytes;
    }
}
