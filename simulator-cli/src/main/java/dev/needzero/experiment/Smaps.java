package dev.needzero.experiment;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code /proc/PID/smaps} says of a Go program, whole or its heap's lines alone.
 *
 * <p>The heap is what bears its name, {@code [anon: Go: heap]} (Go 1.25, on kernels that name memory). Where nothing does,
 * it is the nameless memory at the addresses that Go asks for first: from {@code 0xc000000000} on, on arm64 from
 * {@code 0x4000000000} on. Go 1.26 begins at random; without names its heap cannot be told from other memory.
 *
 * @param heapMappedBytes readable and writable memory of the heap
 * @param heapRssBytes how much of it is resident
 * @param processRssBytes resident memory of all lines
 */
public record Smaps(long heapMappedBytes, long heapRssBytes, long processRssBytes) {
    private static final String NAME = "[anon: Go: heap";
    private static final long LOWEST = 0x40L << 32;
    private static final long LIMIT = 0x1c0L << 32;
    private static final Pattern HEAD = Pattern.compile(
            "([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([rwxsp-]{4}) [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ (\\d+)\\s*(.*)");
    /** As many as 2^57 bytes have in KiB, the most that x86-64 can address. */
    private static final int MOST_DIGITS = 15;

    private static final Pattern SIZE = Pattern.compile("(Size|Rss):\\s+(\\d+) kB\\s*");

    /** Reads a file; lines that are not of interest are passed over. */
    public static Smaps read(Path file) throws IOException {
        Sums byName = new Sums();
        Sums byAddress = new Sums();
        long all = 0;
        boolean named = false;
        boolean addressed = false;
        boolean writable = false;
        int mappings = 0;
        int number = 0;
        for (String line : TextFile.read(file, "what /proc/PID/smaps holds").split("\n")) {
            number++;
            Matcher head = HEAD.matcher(line);
            if (head.matches()) {
                mappings++;
                String name = head.group(5).strip();
                long start = Long.parseUnsignedLong(head.group(1), 16);
                named = name.startsWith(NAME);
                addressed = name.isEmpty() && head.group(4).equals("0") && start >= LOWEST && start < LIMIT;
                writable = head.group(3).startsWith("rw");
                continue;
            }
            Matcher size = SIZE.matcher(line);
            if (mappings > 0 && size.matches()) {
                if (size.group(2).length() > MOST_DIGITS) {
                    throw new BadInputException(
                            file + ":" + number,
                            "\"" + size.group(2)
                                    + " kB\" is more than an address space holds; expected smaps as the kernel"
                                    + " wrote it");
                }
                long bytes = Long.parseLong(size.group(2)) << 10;
                boolean rss = size.group(1).equals("Rss");
                all += rss ? bytes : 0;
                (named ? byName : addressed ? byAddress : new Sums()).add(rss, writable, bytes);
            }
        }
        Sums heap = byName.mapped > 0 ? byName : byAddress;
        if (mappings == 0) {
            throw new BadInputException(
                    file.toString(), "no line of it is a mapping; expected what /proc/PID/smaps holds");
        }
        if (heap.mapped == 0) {
            throw new BadInputException(
                    file.toString(),
                    mappings + " mappings, none of them a Go heap: none is called " + NAME
                            + "], and none lies at 0xc000000000 (Go 1.26 begins at random); give the heap's figures as"
                            + " bytes instead");
        }
        if (heap.rss > heap.mapped) {
            throw new BadInputException(
                    file.toString(),
                    "more of the Go heap is resident (" + heap.rss + " bytes) than mapped for reading and writing ("
                            + heap.mapped + "); expected smaps as the kernel wrote it");
        }
        return new Smaps(heap.mapped, heap.rss, all);
    }

    private static final class Sums {
        long mapped;
        long rss;

        void add(boolean isRss, boolean writable, long bytes) {
            rss += isRss ? bytes : 0;
            mapped += !isRss && writable ? bytes : 0;
        }
    }
}
