package dev.needzero.trace;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Something that reads, and how to make damaged inputs for it. Whatever the bytes, it answers or says in a
 * {@link BadInputException} of one line what is wrong: no other exception, no hang, no memory out of proportion.
 */
public record FuzzTarget(String name, Damage damage, Reading reading) {
    private static final long SLOWEST_NANOS = Duration.ofSeconds(20).toNanos();
    private static final long MOST_ALLOCATED_BYTES = 1L << 30;
    private static final int LONGEST_MESSAGE = 1000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Makes an input. */
    public interface Damage {
        byte[] next(Random random);
    }

    /** Reads an input; the round lets it choose among several ways. */
    public interface Reading {
        void of(byte[] input, long round) throws IOException;
    }

    /** What an input took: processor time and bytes allocated, freed since or not. */
    public record Cost(long nanos, long bytes) {
        public Cost atLeast(Cost other) {
            return new Cost(Math.max(nanos, other.nanos), Math.max(bytes, other.bytes));
        }
    }

    /** Sound files, changed in a few places, pieces of one within another. */
    public static FuzzTarget of(String name, List<byte[]> seeds, Reading reading) {
        return new FuzzTarget(name, random -> Mutations.of(seeds, random), reading);
    }

    /** The same, of texts; a reading that complains with an {@link IllegalArgumentException} is a command's usage error. */
    public static FuzzTarget ofText(String name, List<byte[]> seeds, Reading reading) {
        return of(name, seeds, (input, round) -> {
            try {
                reading.of(input, round);
            } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), "no message");
            }
        });
    }

    /**
     * Meets the input that a seed makes.
     *
     * @throws AssertionError with the file under the build's directory that holds the input
     */
    public Cost meet(long seed) {
        byte[] input = damage.next(new Random(new SplittableRandom(seed).nextLong()));
        try {
            return meet(input, seed);
        } catch (AssertionError e) {
            throw new AssertionError(name + ", " + input.length + " bytes in " + kept(input, seed), e);
        }
    }

    /** Meets this input. */
    public Cost meet(byte[] input, long round) {
        long begun = THREADS.getCurrentThreadCpuTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        try {
            reading.of(input, round);
        } catch (BadInputException e) {
            complaint(e);
        } catch (UncheckedIOException e) {
            assertTrue(e.getCause() instanceof BadInputException, () -> "threw " + e.getCause());
            complaint(e.getCause());
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError("threw " + e, e);
        }
        Cost cost = new Cost(
                THREADS.getCurrentThreadCpuTime() - begun, THREADS.getCurrentThreadAllocatedBytes() - allocated);
        assertTrue(cost.nanos < SLOWEST_NANOS, () -> "took " + cost.nanos / 1_000_000 + " ms");
        assertTrue(cost.bytes < MOST_ALLOCATED_BYTES, () -> "allocated " + cost.bytes + " bytes");
        return cost;
    }

    private static void complaint(IOException e) {
        assertTrue(e.getMessage().length() < LONGEST_MESSAGE, e.getMessage());
        assertTrue(e.getMessage().indexOf('\n') < 0, e.getMessage());
    }

    private Path kept(byte[] input, long seed) {
        try {
            Path folder = Files.createDirectories(Path.of("target", "fuzz"));
            return Files.write(folder.resolve(name.replaceAll("\\W+", "-") + "-" + seed), input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
