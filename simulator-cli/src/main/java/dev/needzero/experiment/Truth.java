package dev.needzero.experiment;

import dev.needzero.trace.BadInputException;
import dev.needzero.trace.InflationLimit;
import dev.needzero.trace.TextFile;
import dev.needzero.trace.TraceInput;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the kernel and the Go runtime said of a recorded program, a line a checkpoint. */
public final class Truth {
    /**
     * One checkpoint's line. Pages are 4 KiB, counted from the heap's 64 MiB-aligned base.
     *
     * @param go the version that ran
     * @param mappedBytes readable and writable memory of the heap
     * @param firstPage first page of the readable and writable mappings
     * @param pages pages of those mappings
     * @param resident pages backed by memory
     * @param zeroMapped pages mapped to the zero page
     */
    public record Line(
            long checkpoint,
            String name,
            String go,
            long rssBytes,
            long mappedBytes,
            long firstPage,
            long pages,
            BitSet resident,
            BitSet zeroMapped,
            Map<String, Long> metrics) {

        /** What the runtime had from the system beside heap, stacks and work buffers; -1 where the metrics do not say. */
        long offHeapBytes() {
            if (!metrics.keySet().containsAll(OFF_HEAP)) {
                return -1;
            }
            long bytes = 0;
            for (String name : OFF_HEAP) {
                bytes += metrics.get(name);
            }
            return bytes;
        }
    }

    /** 1 TiB: what a damaged line claims beyond that is not worth its memory. */
    private static final int MAX_PAGES = 1 << 28;

    private static final List<String> NEEDED = List.of(
            "/memory/classes/heap/free:bytes",
            "/memory/classes/heap/released:bytes",
            "/memory/classes/heap/stacks:bytes");

    private static final List<String> OFF_HEAP = List.of(
            "/memory/classes/metadata/mcache/free:bytes",
            "/memory/classes/metadata/mcache/inuse:bytes",
            "/memory/classes/metadata/mspan/free:bytes",
            "/memory/classes/metadata/mspan/inuse:bytes",
            "/memory/classes/metadata/other:bytes",
            "/memory/classes/other:bytes",
            "/memory/classes/profiling/buckets:bytes");

    private final List<Line> lines;

    private Truth(List<Line> lines) {
        this.lines = lines;
    }

    /** Reads a truth file, plain or gzip. */
    public static Truth read(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        int n = 0;
        try (TraceInput in = TraceInput.open(file.toString(), InflationLimit.current());
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in.stream(), StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                n++;
                try {
                    lines.add(line(TextFile.json(text, file + ":" + n)));
                } catch (NullPointerException | ClassCastException | IndexOutOfBoundsException e) {
                    throw notTruth(file, n, "a key is missing, or its value is of another kind");
                } catch (RuntimeException e) {
                    throw notTruth(file, n, e.getMessage());
                }
            }
        } catch (EOFException e) {
            throw new BadInputException(file.toString(), "is cut short, after line " + n);
        }
        if (lines.isEmpty()) {
            throw new BadInputException(file.toString(), "holds no checkpoint");
        }
        return new Truth(lines);
    }

    private static BadInputException notTruth(Path file, int line, String why) {
        return new BadInputException(
                file + ":" + line, "not what kernel and runtime said at a checkpoint (.truth.jsonl): " + why);
    }

    private static Line line(Map<String, Object> json) {
        long base = -1;
        long delta = 0;
        long rss = 0;
        long mapped = 0;
        long first = -1;
        long pages = 0;
        for (Object o : (List<?>) json.get("mappings")) {
            Map<?, ?> m = (Map<?, ?>) o;
            long start = Long.parseUnsignedLong(((String) m.get("start")).substring(2), 16);
            if (base < 0) {
                base = start & -(1L << 26);
                delta = start - base >>> 12;
            }
            rss += number(m.get("Rss_kB")) << 10;
            if (((String) m.get("perms")).startsWith("rw")) {
                mapped += number(m.get("Size_kB")) << 10;
                pages += number(m.get("Size_kB")) >>> 2;
                if (first < 0) {
                    first = start - base >>> 12;
                }
            }
        }
        Map<String, Long> metrics = new TreeMap<>();
        for (Map.Entry<?, ?> e : ((Map<?, ?>) json.get("metrics")).entrySet()) {
            metrics.put((String) e.getKey(), number(e.getValue()));
        }
        for (String name : NEEDED) {
            if (!metrics.containsKey(name)) {
                throw new IllegalArgumentException("it lacks the metric " + name);
            }
        }
        if (first < 0) {
            throw new IllegalArgumentException("it has no readable and writable mapping");
        }
        String go = (String) json.get("go");
        if (!go.startsWith("go")) {
            throw new IllegalArgumentException("go \"" + go + "\": expected a version as in go1.24.0");
        }
        return new Line(
                number(json.get("checkpoint")),
                (String) json.get("name"),
                go,
                rss,
                mapped,
                first,
                pages,
                runs(json.get("resident"), delta),
                runs(json.get("zero_mapped"), delta),
                metrics);
    }

    private static long number(Object o) {
        return ((Number) o).longValue();
    }

    private static BitSet runs(Object json, long delta) {
        BitSet bits = new BitSet();
        for (Object o : (List<?>) json) {
            List<?> run = (List<?>) o;
            long from = number(run.get(0)) + delta;
            long length = number(run.get(1));
            if (from < 0 || length < 0 || from > MAX_PAGES || length > MAX_PAGES - from) {
                throw new IllegalArgumentException(
                        "pages " + from + " and " + length + " more; expected pages below " + MAX_PAGES);
            }
            bits.set((int) from, (int) (from + length));
        }
        return bits;
    }

    public List<Line> lines() {
        return lines;
    }

    /** The line of a checkpoint, or null. */
    public Line line(long checkpoint) {
        for (Line line : lines) {
            if (line.checkpoint() == checkpoint) {
                return line;
            }
        }
        return null;
    }

    /** The version that ran, without "go". */
    public String go() {
        return lines.get(0).go().substring(2);
    }
}
