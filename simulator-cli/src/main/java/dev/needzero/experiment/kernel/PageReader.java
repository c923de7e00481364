package dev.needzero.experiment.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel says of a stretch of this process's memory.
 *
 * <p>Linux: {@code Documentation/admin-guide/mm/pagemap.rst}, {@code Documentation/filesystems/proc.rst}. The frame numbers
 * that pagemap hides from ordinary users are not needed.
 */
public final class PageReader implements AutoCloseable {
    /** How the kernel has a page; the same words as the model's. */
    public enum PageState {
        UNTOUCHED,
        ZERO_MAPPED,
        RESIDENT,
        SWAPPED;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Sums over the smaps entries of a stretch.
     *
     * @param lazyFreeBytes private and clean: anonymous memory is that only after MADV_FREE. LazyFree itself lags behind,
     *     for the kernel moves pages to that list by the dozen
     */
    public record Usage(long rssBytes, long hugeBytes, long lazyFreeBytes) {}

    private static final int PRESENT_BIT = 63;
    private static final int SWAP_BIT = 62;
    /** Mapped by this process alone; the zero page is everybody's. */
    private static final int EXCLUSIVE_BIT = 56;

    private static final int CHUNK_PAGES = 1 << 16;
    private static final Pattern ENTRY = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*");
    private static final Pattern AMOUNT = Pattern.compile("(\\w+): +(\\d+) kB");

    private final FileChannel pagemap;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(CHUNK_PAGES * Long.BYTES).order(ByteOrder.nativeOrder());

    public PageReader() throws IOException {
        pagemap = FileChannel.open(Path.of("/proc/self/pagemap"));
    }

    /** The states of pages from an address on. */
    public PageState[] states(long address, int pages, int osPageShift) throws IOException {
        PageState[] states = new PageState[pages];
        for (int done = 0; done < pages; ) {
            int n = Math.min(CHUNK_PAGES, pages - done);
            buffer.clear().limit(n * Long.BYTES);
            long at = ((address >>> osPageShift) + done) * Long.BYTES;
            while (buffer.hasRemaining()) {
                if (pagemap.read(buffer, at + buffer.position()) < 0) {
                    throw new IOException("/proc/self/pagemap ends before page " + (address >>> osPageShift));
                }
            }
            for (int i = 0; i < n; i++) {
                states[done + i] = state(buffer.getLong(i * Long.BYTES));
            }
            done += n;
        }
        return states;
    }

    private static PageState state(long entry) {
        if ((entry >>> PRESENT_BIT & 1) != 0) {
            return (entry >>> EXCLUSIVE_BIT & 1) != 0 ? PageState.RESIDENT : PageState.ZERO_MAPPED;
        }
        return (entry >>> SWAP_BIT & 1) != 0 ? PageState.SWAPPED : PageState.UNTOUCHED;
    }

    /** The entries of smaps that lie in a stretch, as the kernel prints them. */
    public static String smaps(long address, long bytes) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : entries(address, bytes)) {
            text.append(line).append('\n');
        }
        return text.toString();
    }

    /** What those entries add up to. */
    public static Usage usage(long address, long bytes) throws IOException {
        long rss = 0;
        long huge = 0;
        long clean = 0;
        for (String line : entries(address, bytes)) {
            Matcher m = AMOUNT.matcher(line);
            if (m.matches()) {
                long amount = Long.parseLong(m.group(2)) << 10;
                switch (m.group(1)) {
                    case "Rss" -> rss += amount;
                    case "AnonHugePages" -> huge += amount;
                    case "Private_Clean" -> clean += amount;
                    default -> {} // not compared
                }
            }
        }
        return new Usage(rss, huge, clean);
    }

    private static List<String> entries(long address, long bytes) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"), StandardCharsets.UTF_8)) {
            Matcher m = ENTRY.matcher(line);
            if (m.matches()) {
                long start = Long.parseUnsignedLong(m.group(1), 16);
                inside = Long.compareUnsigned(start, address) >= 0 && Long.compareUnsigned(start, address + bytes) < 0;
            }
            if (inside) {
                lines.add(line);
            }
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        pagemap.close();
    }
}
