package dev.needzero.trace;

import dev.needzero.trace.android.MemoryReplayFormat;
import dev.needzero.trace.cmt.CmtFormat;
import dev.needzero.trace.go.GoTraceFormat;
import dev.needzero.trace.heaptrack.HeaptrackFormat;
import dev.needzero.trace.log.CsvFormat;
import dev.needzero.trace.log.JsonLinesFormat;
import dev.needzero.trace.malloclab.RepFormat;
import dev.needzero.trace.mtrace.MtraceFormat;
import dev.needzero.trace.mtrace.WorkloadFormat;
import dev.needzero.trace.nzt.NztFormat;
import dev.needzero.trace.nzt.NztReader;
import dev.needzero.trace.nzt.SeekingNztReader;
import dev.needzero.trace.weealloc.WeeAllocFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Opens a trace as the command line names it: {@code PATH}, {@code -}, {@code FORMAT:PATH} or {@code FORMAT:-}. */
public final class Traces {
    /** Asked in this order when the format is not given; a format is known by being listed here. */
    private static final List<TraceFormat> FORMATS = List.of(
            new GoTraceFormat(),
            new NztFormat(),
            new HeaptrackFormat(),
            new MtraceFormat(),
            new WorkloadFormat(),
            new RepFormat(),
            new WeeAllocFormat(),
            new MemoryReplayFormat(),
            new CmtFormat(),
            new CsvFormat(),
            new JsonLinesFormat());

    private Traces() {}

    public static TraceReader open(String spec) throws IOException {
        return open(spec, false);
    }

    /**
     * Opens a trace.
     *
     * @param skipDamaged damaged parts are left out and named among the warnings
     * @throws UnsupportedOperationException when its format has no parts that can be left out
     */
    public static TraceReader open(String spec, boolean skipDamaged) throws IOException {
        TraceReader reader = openOnce(spec, skipDamaged);
        return isFile(pathOf(spec)) ? new Reopenable(reader, spec, skipDamaged) : reader;
    }

    /** What is left of a specification without the format's name. */
    private static String pathOf(String spec) {
        int colon = spec.indexOf(':');
        return colon > 0 && byName(spec.substring(0, colon)) != null ? spec.substring(colon + 1) : spec;
    }

    private static boolean isFile(String path) {
        try {
            return Files.isRegularFile(Path.of(path));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static TraceReader openOnce(String spec, boolean skipDamaged) throws IOException {
        TraceFormat named = null;
        int colon = spec.indexOf(':');
        if (colon > 0) {
            named = byName(spec.substring(0, colon));
            if (named == null && looksLikeFormat(spec.substring(0, colon)) && !exists(spec)) {
                throw new BadInputException(
                        spec,
                        "no such file, and no format is called '" + spec.substring(0, colon) + "' (" + known() + ")");
            }
        }
        return open(TraceInput.open(pathOf(spec), InflationLimit.current()), named, skipDamaged);
    }

    /** The same for who wants a part of it: a file that can be entered in the middle is opened so that it can be. */
    public static TraceReader openForPart(String spec, boolean skipDamaged) throws IOException {
        TraceReader reader = openOnce(spec, skipDamaged);
        try {
            Path file = Path.of(pathOf(spec));
            if (!(reader instanceof NztReader) || !Files.isRegularFile(file) || !NztFormat.isUnpacked(file)) {
                return reader;
            }
            reader.close();
            return SeekingNztReader.open(file, skipDamaged);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** Opens a reader on an input; {@code format} null: sniffed. Closes the input if that fails. */
    public static TraceReader open(TraceInput input, TraceFormat format) throws IOException {
        return open(input, format, false);
    }

    private static TraceReader open(TraceInput input, TraceFormat format, boolean skipDamaged) throws IOException {
        try {
            TraceFormat chosen = format == null ? sniff(input) : format;
            return skipDamaged ? chosen.openDamaged(input) : chosen.open(input);
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }

    private static TraceFormat sniff(TraceInput input) throws IOException {
        byte[] head = input.head();
        for (TraceFormat format : FORMATS) {
            if (format.sniff(head, input.name())) {
                return format;
            }
        }
        throw new BadInputException(
                input.name(), "not a trace of a known format (" + known() + "); name the format as in FORMAT:PATH");
    }

    private static TraceFormat byName(String name) {
        for (TraceFormat format : FORMATS) {
            if (format.name().equals(name)) {
                return format;
            }
        }
        return null;
    }

    private static String known() {
        return FORMATS.stream().map(TraceFormat::name).collect(Collectors.joining(", ", "known: ", ""));
    }

    /** A drive letter or a path is no format's name. */
    private static boolean looksLikeFormat(String text) {
        return text.length() > 1
                && text.chars().allMatch(c -> c == '-' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9');
    }

    private static boolean exists(String path) {
        try {
            return Files.exists(Path.of(path));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** A trace in a file, which can be opened as often as one likes. */
    private static final class Reopenable extends ForwardingReader {
        private final String spec;
        private final boolean skipDamaged;

        Reopenable(TraceReader source, String spec, boolean skipDamaged) {
            super(source);
            this.spec = spec;
            this.skipDamaged = skipDamaged;
        }

        @Override
        public boolean next(EventBatch batch) throws IOException {
            return source.next(batch);
        }

        @Override
        public TraceReader again() throws IOException {
            return open(spec, skipDamaged);
        }
    }
}
