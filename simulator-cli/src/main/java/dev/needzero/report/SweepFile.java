package dev.needzero.report;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.needzero.trace.BadInputException;
import dev.needzero.trace.TextFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A sweep's results, a line a run, as CSV or JSON Lines by the name's ending.
 *
 * <p>A line is handed to the system in one piece and counts only once its line break stands there, so that a process can
 * be killed at any moment: what it leaves is whole lines and at most one torn end, which reading leaves out and going on
 * cuts off. Every line names its grid and its cell; files of the parts of one grid can be joined line by line.
 */
public final class SweepFile implements Closeable {
    private static final List<String> HEAD = List.of("grid", "cell", "cells", "trace");

    /** Where a CSV row's varied keys end and its figures begin. */
    private static final String FIRST_FIGURE = "peak-rss";

    /** Figures that not every run has; a CSV file has a column for each from the start. */
    private static final List<String> SOMETIMES = List.of("/gc/heap/goal:bytes", "/gc/heap/live:bytes");

    private final Path file;
    private final boolean csv;
    private final List<SweepRow> rows = new ArrayList<>();
    private List<String> columns;
    private long wholeBytes;
    private FileChannel channel;

    private SweepFile(Path file) {
        this.file = file;
        this.csv = isCsv(file);
    }

    private static boolean isCsv(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    }

    /** Whether the name's ending says a form. */
    public static boolean hasForm(Path file) {
        return isCsv(file) || file.toString().toLowerCase(Locale.ROOT).endsWith(".jsonl");
    }

    /** Reads what there is. */
    public static SweepFile read(Path file) throws IOException {
        SweepFile result = new SweepFile(file);
        result.readLines(Files.readAllBytes(file));
        return result;
    }

    /** Opens a file to append to, after what whole lines it may hold; nobody else can until it is closed. */
    public static SweepFile append(Path file) throws IOException {
        SweepFile result = new SweepFile(file);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new IOException(file + ": another process is writing it");
            }
            result.readLines(Files.readAllBytes(file));
            channel.truncate(result.wholeBytes);
            channel.position(result.wholeBytes);
            result.channel = channel;
            return result;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The whole lines that were there when it was opened. */
    public List<SweepRow> rows() {
        return rows;
    }

    /** Adds a finished run. */
    public synchronized void append(SweepRow row) throws IOException {
        String lines = "";
        if (csv && columns == null) {
            columns = columns(row);
            lines = csvLine(columns);
        }
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines + line(row));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    /** The same rows under another name, whole or not at all. */
    public static void write(Path target, List<SweepRow> rows) throws IOException {
        SweepFile form = new SweepFile(target);
        TargetFile.write(target, out -> {
            if (form.csv) {
                Set<String> all = new LinkedHashSet<>();
                rows.forEach(row -> all.addAll(columns(row)));
                form.columns = List.copyOf(all);
                out.write(csvLine(form.columns).getBytes(StandardCharsets.UTF_8));
            }
            for (SweepRow row : rows) {
                out.write(form.line(row).getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    // ---- writing lines

    private static List<String> columns(SweepRow row) {
        Set<String> columns = new LinkedHashSet<>(HEAD);
        columns.addAll(row.vary().keySet());
        columns.addAll(row.figures().keySet());
        columns.addAll(SOMETIMES);
        return List.copyOf(columns);
    }

    private String line(SweepRow row) {
        if (!csv) {
            return JsonText.of(row.toJson()) + "\n";
        }
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("grid", row.grid());
        cells.put("cell", row.cell());
        cells.put("cells", row.cells());
        cells.put("trace", row.trace());
        cells.putAll(row.vary());
        row.figures().forEach((name, figure) -> {
            if (!columns.contains(name)) {
                throw new UncheckedIOException(new BadInputException(
                        file + ":1",
                        "has no column " + name + ", which cell " + row.cell()
                                + " measured; written by another version of needzero? Begin another file"));
            }
            cells.put(name, figure);
        });
        return csvLine(
                columns.stream().map(c -> Objects.toString(cells.get(c), "")).toList());
    }

    private static String csvLine(List<String> cells) {
        StringWriter line = new StringWriter();
        try (CsvWriter writer =
                CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(line)) {
            writer.writeRecord(cells);
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot be written", e);
        }
        return line.toString();
    }

    // ---- reading lines

    private void readLines(byte[] bytes) throws IOException {
        int from = 0;
        int number = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                number++;
                String text = new String(bytes, from, i - from, StandardCharsets.UTF_8);
                try {
                    readLine(text);
                } catch (IOException | RuntimeException e) {
                    throw new BadInputException(
                            file + ":" + number, "not a line of a sweep's results (" + e.getMessage() + ")");
                }
                from = i + 1;
            }
        }
        wholeBytes = from;
    }

    private void readLine(String text) throws IOException {
        if (!csv) {
            rows.add(ofJson(TextFile.json(text, "line")));
        } else if (columns == null) {
            columns = cells(text);
            if (columns.size() < HEAD.size() || !columns.subList(0, HEAD.size()).equals(HEAD)) {
                throw new IllegalArgumentException("expected the columns " + String.join(",", HEAD) + ",…");
            }
        } else {
            rows.add(ofCsv(cells(text)));
        }
    }

    private static List<String> cells(String line) {
        try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(line)) {
            for (CsvRecord record : reader) {
                return record.getFields();
            }
            throw new IllegalArgumentException("an empty line");
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot be read", e);
        }
    }

    private static SweepRow ofJson(Map<String, Object> json) {
        Map<String, String> vary = new LinkedHashMap<>();
        Map<?, ?> varied = of(json, "vary", Map.class);
        varied.forEach((key, value) -> {
            if (!(value instanceof String chosen)) {
                throw new IllegalArgumentException("\"" + key + "\" is varied without a value");
            }
            vary.put((String) key, chosen);
        });
        return new SweepRow(
                of(json, "grid", String.class),
                of(json, "cell", Integer.class),
                of(json, "cells", Integer.class),
                of(json, "trace", String.class),
                vary,
                SweepRow.figures(of(json, "figures", Map.class)));
    }

    private static <T> T of(Map<String, Object> json, String key, Class<T> kind) {
        Object value = json.get(key);
        if (!kind.isInstance(value)) {
            throw new IllegalArgumentException(
                    value == null ? "\"" + key + "\" is missing" : "\"" + key + "\" cannot be " + value);
        }
        return kind.cast(value);
    }

    private SweepRow ofCsv(List<String> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(cells.size() + " columns, expected " + columns.size());
        }
        Map<String, String> vary = new LinkedHashMap<>();
        Map<String, Number> figures = new LinkedHashMap<>();
        int firstFigure = columns.indexOf(FIRST_FIGURE);
        for (int i = HEAD.size(); i < cells.size(); i++) {
            if (i < firstFigure) {
                vary.put(columns.get(i), cells.get(i));
            } else if (!cells.get(i).isEmpty()) {
                figures.put(columns.get(i), number(cells.get(i)));
            }
        }
        return new SweepRow(
                cells.get(0),
                Integer.parseInt(cells.get(1)),
                Integer.parseInt(cells.get(2)),
                cells.get(3),
                vary,
                figures);
    }

    private static Number number(String text) {
        return text.matches("-?\\d+") ? (Number) Long.valueOf(text) : (Number) Double.valueOf(text);
    }
}
